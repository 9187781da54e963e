"""What a document costs the database: statements, which no load of the machine changes."""

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import event

from api import intake, limits
from api.intake import Handed, Wish
from api.settings import ApiSettings
from schemas.message import Message
from schemas.tables_sql import jobs
from storage.broker import Waiting
from storage.folder import FolderStore
from tests.documents import pdf
from workers import null_steps
from workers.settings import WorkerSettings
from workers.tasks.assemble import assemble
from workers.tasks.inspect import inspect
from workers.tasks.page import page

STEPS: dict[str, Any] = {"gouji.inspect": inspect, "gouji.page": page, "gouji.assemble": assemble}


class Rig:
    """Both rooms on one database; messages are kept, and taken one by one."""

    def __init__(self, database: sqlalchemy.Engine, folder: Path) -> None:
        self.statements: list[str] = []
        self.sent: list[Message] = []
        common = {
            "database": database,
            "reading": database.execution_options(isolation_level="AUTOCOMMIT"),
            "objects": FolderStore(folder),
            "send": self.sent.append,
        }
        self.api: Any = SimpleNamespace(settings=ApiSettings(), waiting=limits.Waiting(), **common)
        self.in_a_hurry = Waiting()
        self.worker: Any = SimpleNamespace(
            settings=WorkerSettings(),
            steps=null_steps.build(0.0),
            waiting=lambda _: self.in_a_hurry,
            reads_pages=False,
            **common,
        )

        @event.listens_for(database, "before_cursor_execute")
        def note(_c: object, _r: object, statement: str, *_: object) -> None:
            self.statements.append(statement)

    def submit(self, mark: str, pages: int = 1) -> str:
        handed = Handed(filename="a.pdf", file=BytesIO(pdf(pages, mark)))
        wish = Wish(tenant="local", priority="bulk", metadata={})
        return intake.submit(self.api, handed, wish).job_id

    def cost(self, work: Any) -> int:
        before = len(self.statements)
        work()
        return len(self.statements) - before

    def step(self) -> int:
        """Run the task of the message sent last."""
        message = self.sent.pop()
        return self.cost(lambda: STEPS[message.task](self.worker, *message.args))


@pytest.fixture
def rig(database: sqlalchemy.Engine, tmp_path: Path) -> Rig:
    return Rig(database, tmp_path)


def status(rig: Rig, job_id: str) -> str:
    query = sqlalchemy.select(jobs.c.status).where(jobs.c.id == job_id)
    with rig.worker.database.connect() as connection:
        return str(connection.execute(query).scalar_one())


def test_a_document_of_one_page_takes_few_statements_on_its_whole_way(rig: Rig) -> None:
    rig.submit("first")  # the count of what waits is made once a second
    rig.step(), rig.step()
    found = []
    costs = {"submit": rig.cost(lambda: found.append(rig.submit("second")))}
    costs |= {name: rig.step() for name in ("inspect", "page and assemble")}
    assert status(rig, found[0]) == "succeeded"
    assert not rig.sent, "it was put together where its page was read"
    most = {"submit": 5, "inspect": 5, "page and assemble": 8}
    assert all(costs[name] <= most[name] for name in most), costs


def test_a_document_of_one_page_takes_one_message_where_pages_are_read(rig: Rig) -> None:
    rig.worker.reads_pages = True
    rig.submit("first")
    rig.step()
    job_id = rig.submit("second")
    cost = rig.step()
    assert (status(rig, job_id), rig.sent) == ("succeeded", [])
    assert cost <= 7, rig.statements[-cost:]


def test_who_inspects_where_pages_are_read_leaves_the_other_pages_to_others(rig: Rig) -> None:
    rig.worker.reads_pages = True
    job_id = rig.submit("long", pages=3)
    rig.step()
    assert [message.args for message in rig.sent] == [(job_id, 2), (job_id, 3)]
    rig.step(), rig.step()
    assert status(rig, job_id) == "succeeded"


def test_a_page_somebody_waits_for_is_read_before_one_that_was_just_inspected(rig: Rig) -> None:
    rig.worker.reads_pages = True
    rig.in_a_hurry = Waiting(contents=frozenset({("gouji.page", ("job_1", 1))}))
    job_id = rig.submit("short")
    rig.step()
    assert [message.args for message in rig.sent] == [(job_id, 1)]
    assert status(rig, job_id) == "running"


def test_a_document_of_many_pages_is_put_together_by_those_who_do_nothing_else(rig: Rig) -> None:
    job_id = rig.submit("long", pages=9)
    rig.step()
    for _ in range(9):
        rig.step()
    assert [message.task for message in rig.sent] == ["gouji.assemble"]
    rig.step()
    assert status(rig, job_id) == "succeeded"


def test_a_page_somebody_waits_for_is_read_before_a_document_of_a_batch_is_put_together(
    rig: Rig,
) -> None:
    rig.in_a_hurry = Waiting(contents=frozenset({("gouji.page", ("job_1", 1))}))
    rig.submit("short")
    rig.step(), rig.step()
    assert [message.task for message in rig.sent] == ["gouji.assemble"]

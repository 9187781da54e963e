"""What a document costs the database: statements, which no load of the machine changes."""

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import event

from api import intake
from api.intake import Handed, Wish
from api.limits import Waiting
from api.settings import ApiSettings
from schemas.message import Message
from schemas.tables_sql import jobs
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
        self.api: Any = SimpleNamespace(settings=ApiSettings(), waiting=Waiting(), **common)
        self.worker: Any = SimpleNamespace(
            settings=WorkerSettings(), steps=null_steps.build(0.0), **common
        )

        @event.listens_for(database, "before_cursor_execute")
        def note(_c: object, _r: object, statement: str, *_: object) -> None:
            self.statements.append(statement)

    def submit(self, mark: str) -> str:
        handed = Handed(filename="a.pdf", file=BytesIO(pdf(1, mark)))
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


def test_a_document_of_one_page_takes_few_statements_on_its_whole_way(rig: Rig) -> None:
    rig.submit("first")  # the count of what waits is made once a second
    rig.step(), rig.step(), rig.step()
    costs = {"submit": rig.cost(lambda: rig.submit("second"))}
    costs |= {name: rig.step() for name in ("inspect", "page", "assemble")}
    with rig.worker.database.connect() as connection:
        done = connection.execute(sqlalchemy.select(jobs.c.status)).scalars().all()
    assert done == ["succeeded", "succeeded"]
    most = {"submit": 5, "inspect": 8, "page": 9, "assemble": 7}
    assert all(costs[name] <= most[name] for name in most), costs

"""What a batch's rows say while workers and customers are at it together: the real database."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import insert, select, update

from api import batches as asked
from api import dead_letters
from api import jobs as job_rows
from api.limits import Waiting
from api.pulse import Pulse
from api.settings import ApiSettings
from schemas.batch import BatchSource
from schemas.failures import internal
from schemas.message import Message
from schemas.tables_sql import batch_items, batches, jobs, webhook_deliveries, webhook_endpoints
from schemas.tables_sql import dead_letters as letters
from storage import jobs as moved
from storage.folder import FolderStore
from storage.outbox import unit_of_work
from workers import batches as opened
from workers.entry import Entry
from workers.settings import WorkerSettings
from workers.tasks.expand import expand

TENANT = "local"


class Rig:
    """Both rooms' view of one database, without processes; `sent` is what went to the broker."""

    def __init__(self, database: sqlalchemy.Engine, folder: Path) -> None:
        self.sent: list[Message] = []
        self.on_send: Callable[[Message], None] = lambda message: None
        self.database = database
        common: dict[str, Any] = {
            "database": database,
            "objects": FolderStore(folder),
            "send": self._send,
        }
        self.api: Any = SimpleNamespace(
            settings=ApiSettings(), pulse=Pulse, waiting=Waiting(), reading=database, **common
        )
        self.worker: Any = SimpleNamespace(settings=WorkerSettings(), **common)

    def _send(self, message: Message) -> None:
        self.sent.append(message)
        self.on_send(message)

    def batch(self, *sources: BatchSource) -> str:
        with self.database.begin() as connection:
            connection.execute(
                insert(batches).values(id="bat_1", sources=[s.model_dump() for s in sources])
            )
        return "bat_1"

    def jobs(self, batch_id: str, **statuses: str) -> None:
        """Record finished jobs as the items of an opened batch."""
        with self.database.begin() as connection:
            connection.execute(update(batches).values(expanded=True, status="running"))
            for position, (job_id, status) in enumerate(statuses.items()):
                connection.execute(
                    insert(jobs).values(
                        id=job_id,
                        batch_id=batch_id,
                        status=status,
                        filename="a.pdf",
                        sha256=job_id,
                        size_bytes=1,
                    )
                )
                connection.execute(
                    insert(batch_items).values(
                        batch_id=batch_id, position=position, name=job_id, job_id=job_id
                    )
                )

    def close(self, batch_id: str) -> None:
        from storage.batches import settle

        with unit_of_work(self.database, self._send) as unit:
            settle(unit, batch_id)

    def end(self, job_id: str, event: Any = "failed") -> None:
        """Finish a job as a worker would."""
        with unit_of_work(self.database, self._send) as unit:
            job = moved.lock(unit, job_id)
            assert job is not None
            moved.move(unit, job, event)

    def status(self, batch_id: str) -> str:
        return asked.read(self.api, TENANT, batch_id).status

    def statuses(self) -> list[str]:
        with self.database.connect() as connection:
            return list(connection.execute(select(jobs.c.status).order_by(jobs.c.id)).scalars())

    def completions(self) -> int:
        with self.database.connect() as connection:
            kinds = connection.execute(select(webhook_deliveries.c.type)).scalars()
            return list(kinds).count("batch.completed")


@pytest.fixture
def rig(database: sqlalchemy.Engine, tmp_path: Path) -> Rig:
    with database.begin() as connection:
        connection.execute(
            insert(webhook_endpoints).values(
                id="whe_1", url="http://127.0.0.1/hook", events=["batch.completed"], secret="s"
            )
        )
    return Rig(database, tmp_path)


def document(sha256: str) -> BatchSource:
    return BatchSource(
        key=f"{TENANT}/uploads/{sha256}", filename="a.pdf", sha256=sha256, size_bytes=1
    )


def test_nothing_is_added_to_a_batch_once_its_cancel_has_begun(rig: Rig) -> None:
    held = opened.start(rig.worker, rig.batch())
    assert held is not None
    assert opened.add(rig.worker, held, 0, [Entry(name="a", document=document("a"))])
    with rig.database.begin() as connection:  # the first of the three steps of a cancel
        connection.execute(
            update(batches).values(expanded=True, lease_token=batches.c.lease_token + 1)
        )
    assert not opened.add(rig.worker, held, 1, [Entry(name="b", document=document("b"))])
    assert rig.statuses() == ["queued"]


def test_whoever_lost_the_claim_on_a_batch_adds_nothing(rig: Rig) -> None:
    slow = opened.start(rig.worker, rig.batch())
    with rig.database.begin() as connection:
        connection.execute(update(batches).values(lease_until=sqlalchemy.func.now()))
    quick = opened.start(rig.worker, "bat_1")
    assert slow is not None
    assert quick is not None
    assert not opened.add(rig.worker, slow, 0, [Entry(name="a", document=document("a"))])
    assert opened.add(rig.worker, quick, 0, [Entry(name="a", document=document("a"))])
    assert rig.statuses() == ["queued"]


def test_a_cancel_leaves_no_job_of_a_batch_that_is_being_opened(rig: Rig) -> None:
    held = opened.start(rig.worker, rig.batch())
    assert held is not None
    opened.add(rig.worker, held, 0, [Entry(name="a", document=document("a"))])
    asked.cancel(rig.api, TENANT, "bat_1")
    opened.add(rig.worker, held, 1, [Entry(name="b", document=document("b"))])
    opened.finish(rig.worker, held, None)
    assert (rig.status("bat_1"), rig.statuses()) == ("cancelled", ["cancelled"])


def test_a_member_recorded_before_is_not_stored_again(rig: Rig) -> None:
    held = opened.start(rig.worker, rig.batch())
    assert held is not None
    member = Entry(name="a", document=document("a"), content=b"a")
    opened.add(rig.worker, held, 0, [member])
    assert rig.worker.objects.stat(document("a").key) is not None
    rig.worker.objects.delete(document("a").key)  # its job was deleted
    assert opened.add(rig.worker, held, 0, [member]) == 0, "none was new"
    assert rig.worker.objects.stat(document("a").key) is None


def test_a_file_that_is_gone_does_not_keep_a_retried_batch_from_ending(rig: Rig) -> None:
    batch_id = rig.batch(document("job_1"), document("new"))
    rig.jobs(batch_id, job_1="succeeded")
    with rig.database.begin() as connection:
        connection.execute(update(batches).values(expanded=False))
    expand(rig.worker, batch_id)
    first, second = asked.items(rig.api, TENANT, batch_id, asked.ItemFilters(), None, 10).data
    assert (first.status, first.error) == ("succeeded", None)
    assert second.error is not None
    assert (second.status, second.error.code) == ("failed", "file_unreadable")
    assert rig.status(batch_id) == "partially_succeeded"


def test_a_batch_is_under_way_again_with_a_retried_job_and_announced_again(rig: Rig) -> None:
    rig.jobs(rig.batch(), job_1="succeeded", job_2="failed")
    rig.close("bat_1")
    assert (rig.status("bat_1"), rig.completions()) == ("partially_succeeded", 1)
    job_rows.retry(rig.api, TENANT, "job_2")
    with rig.database.connect() as connection:
        found = asked.find(connection, TENANT, "bat_1")
    assert (found.status, found.finished_at, found.expanded) == ("running", None, True)
    rig.end("job_2")
    assert (rig.status("bat_1"), rig.completions()) == ("partially_succeeded", 2)


def test_a_batch_is_under_way_again_with_a_requeued_dead_letter(rig: Rig) -> None:
    rig.jobs(rig.batch(), job_1="failed")
    rig.close("bat_1")
    letter = {"id": "dlq_1", "job_id": "job_1", "task": "gouji.inspect"}
    why = {"failure": internal().model_dump(mode="json")}
    with rig.database.begin() as connection:
        connection.execute(insert(letters).values(letter | why))
    dead_letters.requeue(rig.api, TENANT, "dlq_1")
    assert rig.status("bat_1") == "running"


def test_a_retried_batch_is_opened_only_when_all_its_jobs_are_under_way(rig: Rig) -> None:
    rig.jobs(rig.batch(), job_1="failed", job_2="cancelled", job_3="succeeded")
    rig.close("bat_1")
    rig.sent.clear()
    seen: list[list[str]] = []

    def work_at_once(message: Message) -> None:
        if message.task == "gouji.inspect":
            rig.end(str(message.args[0]))  # the quickest worker there can be
        elif message.task == "gouji.expand":
            seen.append(rig.statuses())
            held = opened.start(rig.worker, str(message.args[0]))
            assert held is not None
            opened.finish(rig.worker, held, None)

    rig.on_send = work_at_once
    asked.retry(rig.api, TENANT, "bat_1")
    tasks = [message.task for message in rig.sent if message.task != "gouji.deliver"]
    assert tasks == ["gouji.inspect", "gouji.inspect", "gouji.expand"]
    assert seen == [["failed", "failed", "succeeded"]]
    assert (rig.status("bat_1"), rig.completions()) == ("partially_succeeded", 2)


def test_a_cancel_during_a_retry_ends_the_retry(rig: Rig) -> None:
    rig.jobs(rig.batch(), job_1="failed", job_2="failed")
    rig.close("bat_1")

    def cancel(message: Message) -> None:
        if message.task == "gouji.inspect":
            asked.cancel(rig.api, TENANT, "bat_1")

    rig.on_send = cancel
    asked.retry(rig.api, TENANT, "bat_1")
    assert sorted(rig.statuses()) == ["cancelled", "failed"]
    assert rig.status("bat_1") == "failed"


def _judged(rig: Rig) -> None:
    """Make a batch of five: passed, failed, given up, waiting, and a duplicate."""
    rig.batch()
    rig.jobs("bat_1", job_1="succeeded", job_2="succeeded", job_3="failed", job_4="queued")
    said = {"job_1": ("passed", "临河区教育局"), "job_2": ("failed", "临河区水务局")}
    with rig.database.begin() as connection:
        for job_id, (verdict, issuer) in said.items():
            row = update(jobs).where(jobs.c.id == job_id)
            connection.execute(row.values(verdict=verdict, issuer=issuer, year=2024))
        connection.execute(
            insert(batch_items).values(
                batch_id="bat_1",
                position=4,
                name="副本_100%.pdf",
                error={"code": "duplicate"} | SAID,
            )
        )


SAID = {"category": "input", "retryable": False, "message": "重复", "message_en": "duplicate"}


def test_a_batch_counts_its_reports_by_verdict(rig: Rig) -> None:
    _judged(rig)
    batch = asked.read(rig.api, TENANT, "bat_1")
    assert batch.verdicts == {"passed": 1, "failed": 1}
    with rig.database.begin() as connection:
        reused = {"job_id": "job_1", "error": {"code": "duplicate"} | SAID}
        connection.execute(
            insert(batch_items).values(batch_id="bat_1", position=5, name="又一份.pdf", **reused)
        )
    again = asked.read(rig.api, TENANT, "bat_1")
    assert again.verdicts == batch.verdicts, "what an earlier job stands for is skipped, not read"
    assert again.counts["skipped"] == 2
    assert asked.listed(rig.api, TENANT, None, 5).data[0].verdicts == batch.verdicts


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (asked.ItemFilters(), ["job_1", "job_2", "job_3", "job_4", "副本_100%.pdf"]),
        (asked.ItemFilters(verdict="failed"), ["job_2"]),
        (asked.ItemFilters(status=("failed",)), ["job_3"]),
        (asked.ItemFilters(status=("skipped",)), ["副本_100%.pdf"]),
        (asked.ItemFilters(status=("succeeded", "queued")), ["job_1", "job_2", "job_4"]),
        (asked.ItemFilters(text="水务"), ["job_2"]),
        (asked.ItemFilters(text="JOB_"), ["job_1", "job_2", "job_3", "job_4"]),
        (asked.ItemFilters(text="0%"), ["副本_100%.pdf"]),
        (asked.ItemFilters(text="job", verdict="passed", status=("failed",)), []),
    ],
)
def test_items_are_narrowed_by_status_verdict_and_text(
    rig: Rig, wanted: asked.ItemFilters, names: list[str]
) -> None:
    _judged(rig)
    found = asked.items(rig.api, TENANT, "bat_1", wanted, None, 10)
    assert [item.name for item in found.data] == names


def test_narrowed_items_come_page_by_page(rig: Rig) -> None:
    _judged(rig)
    wanted = asked.ItemFilters(status=("succeeded",))
    first = asked.items(rig.api, TENANT, "bat_1", wanted, None, 1)
    then = asked.items(rig.api, TENANT, "bat_1", wanted, int(first.next_cursor or 0), 1)
    assert [item.issuer for item in (*first.data, *then.data)] == ["临河区教育局", "临河区水务局"]
    assert then.next_cursor is None

"""The stages of the last step are shown of a document that takes long enough to be looked at."""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy
from pydantic import SecretStr
from sqlalchemy import insert, select, text, update

from schemas.tables_sql import job_events, jobs, pages
from storage.broker import Waiting
from storage.moving import Values
from workers import app
from workers import jobs as steps
from workers.lease import Held
from workers.parts import Parts
from workers.settings import WorkerSettings
from workers.tasks.assemble import Standing
from workers.tasks.attempt import attempt
from workers.tasks.sweep import sweep

JOB: Values = {
    "id": "job_1",
    "filename": "a.pdf",
    "sha256": "0" * 64,
    "size_bytes": 1,
    "status": "running",
    "stage": "assembling",
    "pages_total": 1,
    "pages_done": 1,
}


@pytest.fixture
def parts(database: sqlalchemy.Engine, quiet_url: str, tmp_path: Path) -> Parts:
    settings = WorkerSettings(
        database_url=SecretStr(quiet_url), objects_dir=tmp_path, engine="null"
    )
    with database.begin() as connection:
        connection.execute(insert(jobs).values(JOB))
        connection.execute(insert(pages).values(job_id="job_1", number=1, status="done"))
    return dataclasses.replace(
        app.compose(settings),
        database=database,
        send=lambda message: None,
        waiting=lambda queue: Waiting(),
    )


def begun(parts: Parts) -> Held:
    held = steps.start_assembly(parts, "job_1")
    assert held is not None
    return held


def stage(parts: Parts) -> str | None:
    with parts.database.connect() as connection:
        return connection.execute(select(jobs.c.stage)).scalar_one()


def told(parts: Parts) -> list[object]:
    with parts.database.connect() as connection:
        events = connection.execute(select(job_events.c.data).order_by(job_events.c.seq))
        return [data["stage"] for data in events.scalars()]


def until(looked_for: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not looked_for():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_slow_assembly_shows_its_stages_and_ends_from_any_of_them(parts: Parts) -> None:
    held = begun(parts)
    standing = Standing(parts=parts, held=held)
    with attempt(parts, held, "gouji.assemble", standing.show):
        for now in ("validating", "exporting"):
            standing.tell(now)  # type: ignore[arg-type]  # the words of the table of stages
            until(lambda now=now: stage(parts) == now)  # type: ignore[misc]
        steps.finish_assembly(parts, held, {"verdict": "passed"})
    assert told(parts) == ["validating", "exporting", None]
    standing.tell("validating")
    standing.show()
    assert stage(parts) is None, "a finished job has no stage whatever is said late"


def test_one_that_died_while_exporting_is_taken_up_and_begins_anew(parts: Parts) -> None:
    held = begun(parts)
    steps.show_stage(parts, held, "exporting")
    past = text("now() - interval '1 second'")
    with parts.database.begin() as connection:
        connection.execute(update(jobs).values(lease_until=past, due_at=past))
    sweep(parts)
    again = begun(parts)
    assert (again.job.stage, again.claim.attempt) == ("assembling", 2)
    steps.show_stage(parts, held, "exporting")
    assert stage(parts) == "assembling", "who lost the row says nothing of it any more"

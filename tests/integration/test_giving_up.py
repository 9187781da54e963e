"""What is tried in vain is given up with its reason, shown, and can be put back in the queue."""

import dataclasses
import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy
from celery.exceptions import SoftTimeLimitExceeded
from pydantic import SecretStr
from sqlalchemy import insert, select, text, update

from api import batches as asked
from api import dead_letters
from api.limits import Waiting
from api.pulse import Pulse
from api.settings import ApiSettings
from schemas.batch import BatchSource
from schemas.message import Message
from schemas.tables_sql import batch_letters, batches, jobs
from storage.jobs import NewJob, create
from storage.outbox import unit_of_work
from tests.documents import pdf, zip_of
from workers import app
from workers import jobs as steps
from workers.batches import start as start_opening
from workers.lease import Held
from workers.parts import Parts
from workers.settings import WorkerSettings
from workers.tasks import attempt as edge
from workers.tasks import expand as opening
from workers.tasks.attempt import attempt
from workers.tasks.expand import expand

TENANT = "local"
ARCHIVE = "0" * 64


@pytest.fixture
def sent() -> list[Message]:
    return []


@pytest.fixture
def parts(
    database: sqlalchemy.Engine, quiet_url: str, tmp_path: Path, sent: list[Message]
) -> Parts:
    settings = WorkerSettings(
        database_url=SecretStr(quiet_url), objects_dir=tmp_path, engine="null"
    )
    return dataclasses.replace(app.compose(settings), database=database, send=sent.append)


@pytest.fixture
def api(parts: Parts) -> Any:
    """The API's view of the same rows."""
    return SimpleNamespace(
        settings=ApiSettings(),
        pulse=Pulse,
        waiting=Waiting(),
        reading=parts.database,
        database=parts.database,
        objects=parts.objects,
        send=parts.send,
    )


@pytest.fixture
def job_id(parts: Parts) -> str:
    new = NewJob(
        tenant=TENANT,
        filename="a.pdf",
        sha256="1" * 64,
        size_bytes=1,
        media_type=None,
        priority="bulk",
        metadata={},
    )
    with unit_of_work(parts.database, parts.send) as unit:
        return create(unit, new).id


def free(parts: Parts) -> None:
    """Let the time until the next attempt pass."""
    past = text("now() - interval '1 second'")
    with parts.database.begin() as connection:
        for table in (jobs, batches):
            connection.execute(update(table).values(lease_until=past, due_at=past))


def begun(parts: Parts, job_id: str) -> Held:
    held = steps.start_inspection(parts, job_id)
    assert held is not None
    return held


def test_what_takes_too_long_twice_is_given_up_for_its_time(
    parts: Parts, api: Any, job_id: str
) -> None:
    for _ in range(2):
        free(parts)
        assert dead_letters.listed(api, TENANT, None, 10).data == ()
        with attempt(parts, begun(parts, job_id), "gouji.inspect"):
            raise SoftTimeLimitExceeded
    [letter] = dead_letters.listed(api, TENANT, None, 10).data
    assert (letter.job_id, letter.task, letter.cause) == (job_id, "gouji.inspect", "timed_out")
    assert (letter.failure.code, letter.failure.category) == ("timed_out", "timeout")
    assert "110" in letter.failure.message  # 120 s − the lead of the soft limit


def test_the_last_error_is_the_reason_and_nobody_waits_for_one_more_claim(
    parts: Parts, api: Any, job_id: str
) -> None:
    for _ in range(4):
        free(parts)
        with attempt(parts, begun(parts, job_id), "gouji.inspect"):
            raise MemoryError
    [letter] = dead_letters.listed(api, TENANT, None, 10).data
    assert (letter.cause, letter.failure.code) == ("MemoryError", "attempts_exhausted")
    assert dead_letters.read(api, TENANT, letter.id) == letter
    dead_letters.requeue(api, TENANT, letter.id)
    with parts.database.connect() as connection:
        assert connection.execute(select(jobs.c.status)).scalar_one() == "queued"


class Killed(Exception):  # noqa: N818  stands for the end of the process
    """What a signal to this process is in a test."""


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: found.append(number))
    monkeypatch.setattr(edge, "_LATE_S", -200.0)
    return found


def test_native_code_that_cannot_hear_its_limit_ends_with_its_process_and_is_told_as_late(
    parts: Parts, job_id: str, signals: list[int]
) -> None:
    held = begun(parts, job_id)
    with attempt(parts, held, "gouji.inspect"):
        deadline = time.monotonic() + 30
        while not signals and time.monotonic() < deadline:
            time.sleep(0.05)
    assert signals[0] == signal.SIGKILL
    with parts.database.connect() as connection:
        assert connection.execute(select(jobs.c.attempts)).scalar_one() == 2  # of four


@pytest.fixture
def batch_id(parts: Parts) -> str:
    content = zip_of({f"{n}.pdf": pdf(1, f"given up {n}") for n in range(3)})
    source = BatchSource(key="local/a.zip", filename="a.zip", sha256=ARCHIVE, size_bytes=1)
    parts.objects.put(source.key, content, "application/zip")
    with parts.database.begin() as connection:
        row = {"id": "bat_1", "sources": [source.model_dump()]}
        connection.execute(insert(batches).values(row))
    return "bat_1"


def broken(monkeypatch: pytest.MonkeyPatch, exc: BaseException) -> None:
    def refuse(*_: object) -> None:
        raise exc

    monkeypatch.setattr(opening, "_open", refuse)


def test_a_batch_that_cannot_be_opened_is_seen_among_the_dead_letters_and_requeued(
    parts: Parts, api: Any, batch_id: str, monkeypatch: pytest.MonkeyPatch, sent: list[Message]
) -> None:
    with monkeypatch.context() as patched:
        broken(patched, MemoryError())
        for _ in range(4):
            free(parts)
            expand(parts, batch_id)
    [letter] = dead_letters.listed(api, TENANT, None, 10).data
    assert (letter.batch_id, letter.job_id, letter.page) == (batch_id, None, None)
    assert (letter.task, letter.cause) == ("gouji.expand", "MemoryError")
    assert letter.failure.code == "attempts_exhausted"
    assert asked.read(api, TENANT, batch_id).status == "failed"
    assert dead_letters.listed(api, "another", None, 10).data == ()

    sent.clear()
    dead_letters.requeue(api, TENANT, letter.id)
    assert [one.args for one in sent] == [(batch_id,)]
    assert asked.read(api, TENANT, batch_id).status == "running"
    expand(parts, batch_id)
    opened = asked.read(api, TENANT, batch_id)
    assert (opened.error, sum(opened.counts.values())) == (None, 3)
    assert dead_letters.read(api, TENANT, letter.id).requeued_at is not None
    dead_letters.requeue(api, TENANT, letter.id)  # a second time it is open already or again
    expand(parts, batch_id)
    assert sum(asked.read(api, TENANT, batch_id).counts.values()) == 3
    dead_letters.discard(api, TENANT, letter.id)
    assert dead_letters.listed(api, TENANT, None, 10).data == ()


def test_a_batch_whose_opener_dies_every_time_is_given_up_too(
    parts: Parts, api: Any, batch_id: str
) -> None:
    for _ in range(4):
        free(parts)
        assert start_opening(parts, batch_id) is not None
    free(parts)
    expand(parts, batch_id)
    [letter] = dead_letters.listed(api, TENANT, None, 10).data
    assert (letter.batch_id, letter.cause) == (batch_id, "process_ended")


def test_an_opening_that_gets_further_each_time_may_take_any_time(
    parts: Parts, batch_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def a_little(parts: Parts, held: object, opening: opening.Opening) -> None:
        opening.further = True
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(opening, "_open", a_little)
    for _ in range(10):
        free(parts)
        expand(parts, batch_id)
    with parts.database.connect() as connection:
        assert connection.execute(select(batches.c.attempts)).scalar_one() == 0
        assert connection.execute(select(batch_letters)).all() == []

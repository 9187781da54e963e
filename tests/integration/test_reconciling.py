"""Rows and broker are brought together: what was lost is sent again, what waits is not doubled."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import sqlalchemy
from pydantic import SecretStr
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import OperationalError

from schemas import failures
from schemas.message import Message
from schemas.tables_sql import dead_letters, jobs, pages
from storage import broker
from storage.broker import Waiting
from storage.jobs import NewJob, create
from storage.objects import ObjectMissing, StorageError
from storage.outbox import BrokerUnavailable, unit_of_work
from tests.stack import Servers
from workers import app, drain
from workers import jobs as steps
from workers.engines.inspection import Inspection
from workers.fault import PROCESS_ENDED, Fault
from workers.lease import Held
from workers.pages import start_page
from workers.parts import Parts
from workers.settings import WorkerSettings
from workers.tasks.attempt import attempt
from workers.tasks.sweep import sweep

NUMBER = 3
"""The broker's database of these tests."""


class Sent(list[Message]):
    """What was handed to the broker."""


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
def parts(
    database: sqlalchemy.Engine, quiet_url: str, tmp_path: Path, sent: Sent
) -> Iterator[Parts]:
    settings = WorkerSettings(
        database_url=SecretStr(quiet_url), objects_dir=tmp_path, engine="null", max_attempts=2
    )
    made = dataclasses.replace(
        app.compose(settings),
        database=database,
        send=sent.append,
        waiting=lambda queue: Waiting(
            contents=frozenset((one.task, one.args) for one in sent if one.queue == queue)
        ),
    )
    yield made
    drain.cancel()


@pytest.fixture
def job_id(parts: Parts) -> str:
    new = NewJob(
        tenant="local",
        filename="a.pdf",
        sha256="0" * 64,
        size_bytes=1,
        media_type=None,
        priority="bulk",
        metadata={},
    )
    with unit_of_work(parts.database, parts.send) as unit:
        return create(unit, new).id


def pass_by(parts: Parts, seconds: int) -> None:
    """Let time pass for every job and page."""
    by = text(f"interval '{seconds} seconds'")
    with parts.database.begin() as connection:
        for table in (jobs, pages):
            moved = {"due_at": table.c.due_at - by, "lease_until": table.c.lease_until - by}
            connection.execute(update(table).values(moved))


def row(parts: Parts) -> sqlalchemy.Row[tuple[object, ...]]:
    with parts.database.connect() as connection:
        return connection.execute(select(jobs)).one()


def begun(parts: Parts, job_id: str) -> Held:
    held = steps.start_inspection(parts, job_id)
    assert held is not None
    return held


def test_a_message_that_still_waits_is_not_sent_again(
    parts: Parts, job_id: str, sent: Sent
) -> None:
    pass_by(parts, 60)
    sweep(parts)
    assert [one.args for one in sent] == [(job_id,)]


def test_one_message_lost_from_a_long_queue_is_sent_again(
    parts: Parts, job_id: str, sent: Sent
) -> None:
    sent[:] = [Message(task="gouji.inspect", queue="inspect.bulk", args=("job_other",))]
    pass_by(parts, 60)
    sweep(parts)
    assert [one.args for one in sent] == [("job_other",), (job_id,)]


def test_a_page_whose_reader_was_lost_right_after_the_inspection_is_asked_for_again(
    parts: Parts, job_id: str, sent: Sent
) -> None:
    found = Inspection(sha256="0" * 64, kind="scan", media_type="application/pdf", pages=1)
    lost = steps.finish_inspection(parts, begun(parts, job_id), found, go_on=True)
    assert lost is not None
    sent.clear()
    assert start_page(parts, job_id, 1) is None, "it is held"
    pass_by(parts, 60)
    sweep(parts)
    assert [(one.task, one.args) for one in sent] == [("gouji.page", (job_id, 1))]
    again = start_page(parts, job_id, 1)
    assert again is not None
    assert again.claim.attempt == 2
    steps.finish_page(parts, lost, reading_key="late", failure=None, duration_ms=1)
    assert row(parts).stage == "reading", "who lost the page no longer counts"
    steps.finish_page(parts, again, reading_key="in time", failure=None, duration_ms=1)
    assert row(parts).stage == "assembling"


def test_a_wait_longer_than_any_is_cut_short(parts: Parts, job_id: str, sent: Sent) -> None:
    """As after the database's clock was set back by an hour, with the holder of the row dead."""
    begun(parts, job_id)
    pass_by(parts, -3600)
    sweep(parts)
    assert [one.args for one in sent] == [(job_id,)], "it may still be worked on"
    pass_by(parts, 60)
    sent.clear()
    sweep(parts)
    assert [one.args for one in sent] == [(job_id,)]


@pytest.mark.parametrize(
    ("fault", "away"),
    [
        (StorageError("503"), True),
        (ObjectMissing("gone"), False),
        (OperationalError("COMMIT", None, Exception("cut")), True),
        (BrokerUnavailable(), True),
        (ValueError("a defect"), False),
        (MemoryError(), False),
    ],
)
def test_a_server_that_is_away_costs_no_attempt(
    parts: Parts, job_id: str, sent: Sent, fault: Exception, away: bool
) -> None:
    held = begun(parts, job_id)
    with attempt(parts, held, "gouji.inspect"):
        raise fault
    found = row(parts)
    assert (found.attempts, found.reason) == (
        (0, "waiting_for_storage") if away else (1, "retrying_after_error")
    )
    assert steps.start_inspection(parts, job_id) is None, "it is put off"


def test_a_store_away_for_a_day_counts_at_last(parts: Parts, job_id: str) -> None:
    with parts.database.begin() as connection:
        connection.execute(update(jobs).values(started_at=func.now() - text("interval '25 hours'")))
    held = begun(parts, job_id)
    with attempt(parts, held, "gouji.inspect"):
        raise StorageError
    assert row(parts).attempts == 1


def test_what_was_finished_cannot_be_put_off(parts: Parts, job_id: str) -> None:
    """As when the commit went through and only its answer was lost."""
    held = begun(parts, job_id)
    steps.fail(parts, held, failures.empty_file())
    steps.let_go(parts, held, "gouji.inspect", Fault(cause="OperationalError", away=True))
    found = row(parts)
    assert (found.status, found.attempts, found.lease_until, found.due_at) == (
        "failed",
        1,
        None,
        None,
    )


def test_a_row_handed_back_is_free_at_once_and_as_if_never_taken(parts: Parts, job_id: str) -> None:
    held = begun(parts, job_id)
    with parts.database.begin() as connection:
        assert steps.lease.hand_back(connection, held.claim)
        assert not steps.lease.hand_back(connection, held.claim)
    assert begun(parts, job_id).claim.attempt == 1
    steps.fail(parts, held, failures.empty_file())
    assert row(parts).status == "running", "the first claim counts no more"


def test_a_step_given_up_has_one_dead_letter_however_often_it_is_said(
    parts: Parts, job_id: str
) -> None:
    held = begun(parts, job_id)
    for _ in range(2):
        steps.set_aside(parts, held, "gouji.inspect", Fault(cause=PROCESS_ENDED), attempts=2)
    with parts.database.connect() as connection:
        letters = connection.execute(select(dead_letters)).all()
    assert [(letter.job_id, letter.failure["code"], letter.cause) for letter in letters] == [
        (job_id, "attempts_exhausted", "process_ended")
    ]


def test_the_queues_are_looked_into_without_taking_anything(servers: Servers) -> None:
    url = servers.broker(NUMBER)
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        send, look = broker.sender(broker.producer(url), url), broker.looker(url)
        there = [Message(task="gouji.page", queue="pages.bulk", args=("job_1", n)) for n in (1, 2)]
        for one in there:
            send(one)
        for _ in range(2):
            found = look("pages.bulk")
            assert all(found.holds(one) for one in there)
            assert not found.holds(there[0].model_copy(update={"args": ("job_1", 3)}))
        assert not look("pages.interactive").holds(there[0])
        assert client.llen("pages.bulk") == 2
        client.flushdb()

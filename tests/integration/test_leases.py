"""Who holds a row, for how long, and whose result counts: with the database's own clock."""

import time

import pytest
import sqlalchemy
from sqlalchemy import insert, select, update

from schemas.tables_sql import jobs
from workers import lease
from workers.lease import Claim

ROW = jobs.c.id == "job_1"


@pytest.fixture
def row(database: sqlalchemy.Engine) -> sqlalchemy.Engine:
    with database.begin() as connection:
        connection.execute(
            insert(jobs).values(id="job_1", filename="a.pdf", sha256="x", size_bytes=1)
        )
    return database


def take(database: sqlalchemy.Engine, lease_s: float) -> Claim | None:
    with database.begin() as connection:
        return lease.claim(connection, jobs, ROW, lease_s)


def write(database: sqlalchemy.Engine, held: Claim, issuer: str) -> int:
    with database.begin() as connection:
        return connection.execute(update(jobs).where(held.held).values(issuer=issuer)).rowcount


def test_a_held_row_is_nobody_else_s(row: sqlalchemy.Engine) -> None:
    first = take(row, 30)
    assert first is not None
    assert first.attempt == 1
    assert take(row, 30) is None


def test_a_lease_that_ran_out_goes_to_the_next_and_the_late_result_does_not_count(
    row: sqlalchemy.Engine,
) -> None:
    slow = take(row, 0.05)
    time.sleep(0.1)
    quick = take(row, 30)
    assert slow is not None
    assert quick is not None
    assert (quick.attempt, quick.token > slow.token) == (2, True)
    assert write(row, slow, "late") == 0
    assert write(row, quick, "in time") == 1


def test_the_heartbeat_keeps_a_row_for_as_long_as_the_work_takes(row: sqlalchemy.Engine) -> None:
    held = take(row, 0.3)
    assert held is not None
    with lease.heartbeat(row, held, 0.3):
        time.sleep(0.8)
        assert take(row, 30) is None


def test_a_heartbeat_does_not_take_a_row_back(row: sqlalchemy.Engine) -> None:
    slow = take(row, 0.05)
    time.sleep(0.1)
    quick = take(row, 30)
    assert slow is not None
    assert quick is not None
    with row.begin() as connection:
        assert lease.put_off(connection, slow, 60) is False
    with row.begin() as connection:
        assert connection.execute(select(jobs.c.lease_token).where(ROW)).scalar() == quick.token


def test_a_row_put_off_is_taken_only_after_the_delay(row: sqlalchemy.Engine) -> None:
    held = take(row, 30)
    assert held is not None
    with row.begin() as connection:
        lease.put_off(connection, held, 0.2)
    assert take(row, 30) is None
    time.sleep(0.3)
    again = take(row, 30)
    assert again is not None
    assert again.attempt == 2

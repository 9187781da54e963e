"""What is looked up while a large batch waits does not read the batch, whatever statistics say."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Connection, insert, select, text, update

from api import job_lists
from api.job_lists import Filters
from schemas.tables_sql import batches, jobs
from storage import turns
from storage.database import connect

OVER, WAITING = 4_000, 3_000


def row(number: int, **more: Any) -> dict[str, Any]:
    usual = {"tenant": "ours", "filename": "a.pdf", "sha256": "a", "size_bytes": 1}
    return {"id": f"job_{number:06}", "priority": "bulk", **usual, **more}


@pytest.fixture(scope="module")
def connection(quiet_url: str) -> Iterator[Connection]:
    """Jobs that are over, looked at for statistics, and then a batch, the newest of all."""
    over = [
        row(
            number,
            batch_id=None,
            status="succeeded" if number % 9 else "failed",
            verdict="passed" if number % 3 else "failed",
            year=2019 + number % 6,
            finding_codes=["REQ-ROW"] if number % 2 else [],
        )
        for number in range(OVER)
    ]
    database = connect(quiet_url, pool_size=1)
    with database.begin() as found:
        found.execute(text("TRUNCATE jobs, batches CASCADE"))
        found.execute(insert(batches), [{"id": "bat_1", "tenant": "ours"}])
        found.execute(insert(jobs), over)
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as found:
        found.execute(text("VACUUM ANALYZE jobs"))
    with database.begin() as found:
        waiting = (row(OVER + number, batch_id="bat_1") for number in range(WAITING))
        found.execute(insert(jobs), list(waiting))
    with database.connect() as found:
        yield found
    database.dispose()


def rows_read(connection: Connection, work: Callable[[], object]) -> int:
    """Return how many rows of jobs the work has read, by whichever way."""
    seen = text(
        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
        " WHERE relname = 'jobs'"
    )
    before = int(connection.execute(seen).scalar_one())
    work()
    return int(connection.execute(seen).scalar_one()) - before


@pytest.mark.parametrize(
    "filters",
    [
        Filters(year=2021),
        Filters(verdict="failed"),
        Filters(status=("failed",)),
        Filters(status=("failed", "succeeded")),
    ],
    ids=str,
)
def test_a_list_narrowed_by_one_thing_reads_what_it_shows(
    connection: Connection, filters: Filters
) -> None:
    found: list[object] = []
    read = rows_read(
        connection, lambda: found.extend(job_lists.newest(connection, "ours", filters, None, 51))
    )
    assert len(found) == 51
    assert read <= 2 * 51


@pytest.mark.parametrize(
    "filters", [Filters(finding="REQ-ROW"), Filters(year=2020, verdict="failed")], ids=str
)
def test_a_list_of_what_only_the_finished_have_reads_no_others(
    connection: Connection, filters: Filters
) -> None:
    read = rows_read(connection, lambda: job_lists.newest(connection, "ours", filters, None, 51))
    assert read <= OVER + 2 * 51


def test_a_job_is_found_by_its_id_whatever_state_is_asked_for_besides(
    connection: Connection,
) -> None:
    one = update(jobs).where(jobs.c.id == "job_000001", jobs.c.status == "running")
    assert rows_read(connection, lambda: connection.execute(one.values(stage="reading"))) <= 1


def test_the_room_for_jobs_is_counted_without_those_that_wait(connection: Connection) -> None:
    room = select(turns.room_left(sqlalchemy.literal("bulk"), but=sqlalchemy.literal("")))
    found: list[int] = []
    read = rows_read(connection, lambda: found.append(connection.execute(room).scalar_one()))
    assert found == [turns.room()]
    assert read <= 10


@pytest.mark.parametrize("table", ["jobs", "pages"])
def test_of_states_there_are_no_statistics(connection: Connection, table: str) -> None:
    connection.execute(text(f"ANALYZE {table}"))
    known = text("SELECT count(*) FROM pg_stats WHERE tablename = :table AND attname = 'status'")
    assert connection.execute(known, {"table": table}).scalar_one() == 0

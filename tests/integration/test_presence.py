"""Processes in rows: what they count is kept when they are gone, and no counter ever falls."""

import sqlalchemy
from sqlalchemy import func, select, update

from schemas.tables_sql import processes, tallies
from storage import presence
from storage.events import seconds
from storage.presence import Presence
from storage.tally import Tally


def _with(tally: Tally, database: sqlalchemy.Engine) -> Presence:
    made = Presence(database, "worker", ["pages.bulk"], tally)
    made.write()
    return made


def test_writing_twice_counts_once(database: sqlalchemy.Engine) -> None:
    tally = Tally()
    tally.count("jobs_finished", "succeeded")
    made = _with(tally, database)
    made.write()
    with database.connect() as connection:
        sums = presence.summed(connection).sums()
        [row] = presence.live(connection)
    assert sums["jobs_finished", ("succeeded",)].counts == [1]
    assert (row.queues, row.memory_bytes > 0, abs(row.clock_ahead_s) < 60) == (
        ["pages.bulk"],
        True,
        True,
    )


def test_sums_outlive_their_process(database: sqlalchemy.Engine) -> None:
    for number in (1, 2, 3):
        tally = Tally()
        for _ in range(number):
            tally.count("jobs_finished", "failed")
            tally.time("stage", number, "page", "done")
        _with(tally, database)
    with database.begin() as connection:
        before = presence.summed(connection).sums()
        connection.execute(update(processes).values(seen_at=func.now() - seconds(3600)))
        assert presence.fold(connection) == 3
        assert presence.fold(connection) == 0
        assert presence.summed(connection).sums() == before
        assert connection.execute(select(func.count()).select_from(processes)).scalar() == 0
        assert set(connection.execute(select(tallies.c.process_id)).scalars()) == {""}
    assert before["jobs_finished", ("failed",)].counts == [6]
    assert before["stage", ("page", "done")].total == 1 + 2 * 2 + 3 * 3


def test_a_process_that_ended_or_fell_silent_is_not_live(database: sqlalchemy.Engine) -> None:
    ended, silent, there = (_with(Tally(), database) for _ in range(3))
    ended.write(ended=True)
    with database.begin() as connection:
        long_ago = func.now() - seconds(presence.LIVE_S + 1)
        own = processes.c.id == silent.id
        connection.execute(update(processes).where(own).values(seen_at=long_ago))
        assert [row.id for row in presence.live(connection)] == [there.id]

"""Which jobs begin, and whose: the real database, no processes."""

from collections import Counter

import pytest
import sqlalchemy
from sqlalchemy import insert, select

from schemas.message import Message
from schemas.tables_sql import jobs, tenants
from storage import turns
from storage.jobs import NewJob, create, create_many, lock, move
from storage.outbox import unit_of_work
from storage.turns import release


class Rig:
    """A database and what was sent to the broker."""

    def __init__(self, database: sqlalchemy.Engine) -> None:
        self.database = database
        self.sent: list[Message] = []

    def hand_in(self, tenant: str, number: int) -> None:
        """Have a batch of a tenant opened."""
        with unit_of_work(self.database, self.sent.append) as unit:
            create_many(unit, [document(tenant)] * number)
            release(unit, "bulk")

    def in_flight(self) -> Counter[str]:
        begun = select(jobs.c.tenant).where(jobs.c.due_at.is_not(None))
        with self.database.connect() as connection:
            return Counter(connection.execute(begun).scalars())

    def end(self, number: int) -> Counter[str]:
        """Finish jobs under way, the first begun first; return whose they were."""
        ended: Counter[str] = Counter()
        for _ in range(number):
            begun = select(jobs.c.id).where(jobs.c.due_at.is_not(None))
            with unit_of_work(self.database, self.sent.append) as unit:
                job_id = unit.connection.execute(begun.order_by(jobs.c.due_at)).scalars().first()
                job = lock(unit, job_id or "")
                assert job is not None
                ended[job.tenant] += 1
                move(unit, job, "failed")
        return ended


def document(tenant: str) -> NewJob:
    return NewJob(
        tenant=tenant,
        filename="a.pdf",
        sha256="0",
        size_bytes=1,
        media_type=None,
        priority="bulk",
        metadata={},
    )


@pytest.fixture
def rig(database: sqlalchemy.Engine, monkeypatch: pytest.MonkeyPatch) -> Rig:
    monkeypatch.setattr(turns, "room", lambda: 4)
    return Rig(database)


def test_no_more_jobs_begin_than_there_is_room_for(rig: Rig) -> None:
    rig.hand_in("a", 50)
    assert rig.in_flight() == {"a": 4}
    assert {message.queue for message in rig.sent} == {"inspect.bulk"}
    rig.end(3)
    assert rig.in_flight() == {"a": 4}
    assert len(rig.sent) == 4 + 3


def test_a_small_tenant_is_served_in_turn_with_a_large_one(rig: Rig) -> None:
    rig.hand_in("large", 50)
    rig.hand_in("small", 5)
    rig.end(4)  # those that had begun before the small one came
    assert rig.end(8)["small"] == 4


def test_turns_follow_the_weights(rig: Rig) -> None:
    with rig.database.begin() as connection:
        connection.execute(insert(tenants).values(tenant="heavy", weight=3))
    rig.hand_in("light", 60)
    rig.end(4)
    rig.hand_in("heavy", 60)
    rig.end(4)
    ended = rig.end(16)
    assert 11 <= ended["heavy"] <= 13


def test_a_document_of_many_pages_counts_as_many_turns(rig: Rig) -> None:
    rig.hand_in("thick", 60)
    rig.hand_in("thin", 60)
    rig.end(6)
    with unit_of_work(rig.database, rig.sent.append) as unit:
        turns.charge(unit, "bulk", "thick", 9)
    rig.end(4)  # begun before it was known how many pages there are
    assert rig.end(6)["thick"] <= 1


def test_a_job_handed_in_alone_begins_at_once_while_there_is_room(rig: Rig) -> None:
    with unit_of_work(rig.database, rig.sent.append) as unit:
        create(unit, document("a"))
    assert len(rig.sent) == 1
    rig.hand_in("a", 10)
    with unit_of_work(rig.database, rig.sent.append) as unit:
        create(unit, document("b"))
    assert rig.in_flight() == {"a": 4}


def test_a_lost_turn_is_found_by_the_next_look(rig: Rig) -> None:
    with unit_of_work(rig.database, rig.sent.append) as unit:
        create_many(unit, [document("a")] * 3)  # and nobody lets them begin
    assert rig.in_flight() == {}
    with unit_of_work(rig.database, rig.sent.append) as unit:
        release(unit, "bulk")
    assert rig.in_flight() == {"a": 3}

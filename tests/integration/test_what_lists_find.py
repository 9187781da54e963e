"""Every way a list of jobs is looked for finds exactly what a look at every job would find."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import insert, text

from api import job_lists
from api.job_lists import Filters
from schemas.tables_sql import batches, jobs
from storage.database import connect

BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
STATUSES = ("queued", "running", "succeeded", "partially_succeeded", "failed", "cancelled")
OVER = STATUSES[2:]
NAMES = ("宁波市教育局.pdf", "SCAN-0042.pdf", "100%_年报.docx", "\u0130zmir.html", "a.pdf")
ISSUERS = (None, "宁波市教育局", "上海市青浦区水务局", "Ministry of %_")
CODES: tuple[list[str], ...] = ([], ["REQ-ROW"], ["REQ-ROW", "STR-LABEL"], ["NAR-COUNT"])


def made(number: int, chance: random.Random) -> dict[str, Any]:
    """A job of any kind; one that is not over has no results yet."""
    status = chance.choice(STATUSES)
    over = status in OVER
    deleted = over and chance.random() < 0.1
    return {
        "id": f"job_{number:03}",
        "tenant": chance.choice(("ours", "ours", "ours", "theirs")),
        "batch_id": chance.choice((None, "bat_1", "bat_2")),
        "status": status,
        "verdict": chance.choice(("passed", "failed", None)) if over else None,
        "filename": chance.choice(NAMES),
        "sha256": chance.choice("abc"),
        "size_bytes": 1,
        "issuer": chance.choice(ISSUERS) if over else None,
        "year": chance.choice((None, 2023, 2024)) if over else None,
        "region_code": chance.choice((None, "330212", "330200", "310118")) if over else None,
        "finding_codes": chance.choice(CODES) if over else [],
        "created_at": BEGAN + timedelta(minutes=number),
        "deleted_at": BEGAN if deleted else None,
    }


ROWS = [made(number, random.Random(number)) for number in range(200)]


@pytest.fixture(scope="module")
def connection(quiet_url: str) -> Iterator[sqlalchemy.Connection]:
    """A connection for which sorting costs much and reading all is dear: indexes are taken."""
    database = connect(quiet_url, pool_size=1)
    with database.connect() as found:
        found.execute(text("TRUNCATE jobs, batches CASCADE"))
        found.execute(insert(batches), [{"id": "bat_1"}, {"id": "bat_2"}])
        found.execute(insert(jobs), ROWS)
        found.execute(text("ANALYZE jobs"))
        found.execute(text("SET LOCAL enable_seqscan = off"))
        found.execute(text("SET LOCAL enable_indexscan = off"))  # bitmaps are left
        yield found
        found.rollback()
    database.dispose()


def fits(row: dict[str, Any], wanted: Filters) -> bool:
    """Say of one job whether it belongs into a list, from the words of the interface."""
    begin = None if wanted.region is None else job_lists.own_digits(wanted.region)
    words = [row["filename"].lower(), (row["issuer"] or "").lower()]
    return all(
        (
            not wanted.status or row["status"] in wanted.status,
            wanted.issuer is None or wanted.issuer in (row["issuer"] or ""),
            begin is None or (row["region_code"] or "").startswith(begin),
            wanted.finding is None or wanted.finding in row["finding_codes"],
            wanted.text is None or any(wanted.text.lower() in one for one in words),
            wanted.created_after is None or row["created_at"] > wanted.created_after,
            *(
                getattr(wanted, name) in (None, row[name])
                for name in ("batch_id", "year", "sha256", "verdict")
            ),
        )
    )


SINGLE: tuple[dict[str, Any], ...] = (
    {},
    {"status": ("failed",)},
    {"status": ("queued", "succeeded")},
    {"batch_id": "bat_1"},
    {"sha256": "a"},
    {"verdict": "failed"},
    {"year": 2024},
    {"issuer": "宁波"},
    {"issuer": "%_"},
    {"issuer": "教"},
    {"region": "33"},
    {"region": "330212"},
    {"finding": "REQ-ROW"},
    {"finding": "STR-TABLE"},
    {"text": "宁波"},
    {"text": "局"},
    {"text": "scan-0"},
    {"text": "%_年"},
    {"text": "ministry OF"},
    {"text": "pdf\n"},
    {"created_after": BEGAN + timedelta(minutes=150)},
)


@pytest.mark.parametrize("newest", [1, 7, 1000])
def test_lists_find_what_a_look_at_every_job_finds(
    connection: sqlalchemy.Connection, monkeypatch: pytest.MonkeyPatch, newest: int
) -> None:
    monkeypatch.setattr(job_lists, "_NEWEST", newest)
    chance = random.Random(newest)
    pairs = [{**a, **b} for a in SINGLE for b in SINGLE if chance.random() < 0.4]
    for given in (*SINGLE, *pairs):
        wanted = Filters(**given)
        cursor = chance.choice((None, "job_120"))
        rows = job_lists.newest(connection, "ours", wanted, cursor, 5)
        mine = (row for row in ROWS if row["tenant"] == "ours" and row["deleted_at"] is None)
        every = [row["id"] for row in mine if fits(row, wanted) and row["id"] < (cursor or "k")]
        assert [row.id for row in rows] == sorted(every, reverse=True)[:5], (given, cursor)


PAIRS: tuple[dict[str, Any], ...] = (
    {"verdict": "failed", "finding": "NAR-COUNT"},
    {"year": 2023, "region": "3302"},
    {"status": ("failed",), "text": "宁波"},
)


def test_what_is_rare_is_found_by_its_marks(connection: sqlalchemy.Connection) -> None:
    """The condition is written as the index has it, else every job would be read."""
    plans = []
    for given in ({"text": "宁波"}, {"issuer": "青浦区"}, {"finding": "STR-TABLE"}, *PAIRS):
        wanted = Filters(**given)
        query = (
            sqlalchemy.select(jobs.c.id)
            .where(jobs.c.tenant == "ours", sqlalchemy.literal_column(f"({job_lists.FINISHED})"))
            .where(*job_lists._marked("ours", wanted))
        )
        compiled = query.compile(connection)
        plan = connection.exec_driver_sql(f"EXPLAIN {compiled}", dict(compiled.params))
        plans.append("\n".join(plan.scalars()))
    assert all("ix_jobs_marked" in plan for plan in plans), plans

"""The tasks' SQL of pages: handing them out, claiming one, ending it.

Statements that every page asks are made once.
"""

from collections import Counter
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    Insert,
    Integer,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from schemas.failure import Failure
from schemas.tables_sql import job_events, jobs, pages
from storage.events import seconds
from storage.outbox import Unit, at_once
from storage.rows import JOB_COLUMNS, JobRow, PageRow
from workers import lease
from workers.lease import Claim, Held
from workers.parts import Parts

_DATA = job_events.c.data.type


def hand_out(
    unit: Unit, parts: Parts, job: JobRow, number: int, *, own: int | None
) -> Claim | None:
    """Record the pages of a document; page `own` is claimed for this process from the first."""
    token = job.version * 1000  # none from before a retry counts any more
    given = {
        "job_id": job.id,
        "pages": number,
        "own": own or 0,
        "token": token,
        "lease_s": parts.settings.lease_s,
        "resend_s": parts.settings.resend_s,
    }
    unit.connection.execute(_handing_out(), given)
    if own is None:
        return None
    return Claim(table=pages, row=_unread(job.id, own), token=token + 1, attempt=1)


@cache
def _handing_out() -> Insert:
    number = func.generate_series(1, bindparam("pages", type_=Integer)).column_valued("number")
    held = number == bindparam("own", type_=Integer)
    lease_s, resend_s = (bindparam(name, type_=Float) for name in ("lease_s", "resend_s"))
    row = select(
        bindparam("job_id", type_=Text),
        number,
        case((held, "running"), else_="queued"),
        case((held, 1), else_=0),
        bindparam("token", type_=BigInteger) + case((held, 1), else_=0),
        case((held, func.now() + seconds(lease_s))),
        func.now() + seconds(case((held, lease_s), else_=resend_s)),
    )
    names = ["job_id", "number", "status", "attempts", "lease_token", "lease_until", "due_at"]
    return insert(pages).from_select(names, row)


def _unread(
    job_id: str | ColumnElement[str], number: int | ColumnElement[int]
) -> ColumnElement[bool]:
    """Return the row of a page that is not read to its end."""
    open_ = or_(pages.c.status == "queued", pages.c.status == "running")
    return and_(pages.c.job_id == job_id, pages.c.number == number, open_)


def start_page(parts: Parts, job_id: str, number: int) -> Held | None:
    """Claim a page; None when it is done, its job is over, or somebody else has it."""
    given = {"job": job_id, "page": number, "lease_s": parts.settings.lease_s}
    with at_once(parts.database).connect() as connection:
        taken = connection.execute(_taking(), given).one_or_none()
    if taken is None:
        return None
    row = _unread(job_id, number)
    claim = Claim(table=pages, row=row, token=taken.page_token, attempt=taken.page_attempts)
    return Held(job=JobRow.of(taken), claim=claim, page=number)


@cache
def _taking() -> Update:
    row = _unread(bindparam("job", type_=Text), bindparam("page", type_=Integer))
    reading = and_(
        jobs.c.id == pages.c.job_id, jobs.c.status == "running", jobs.c.stage == "reading"
    )
    taking = lease.taking(pages, and_(row, reading), bindparam("lease_s", type_=Float))
    of_page = (pages.c.lease_token.label("page_token"), pages.c.attempts.label("page_attempts"))
    return taking.values(status="running").returning(*JOB_COLUMNS, *of_page)


def end_page(
    unit: Unit, held: Held, key: str | None, failure: Failure | None, duration_ms: int | None
) -> Counter[str] | None:
    """End a page, tell of it and count the job's pages by status; None when it is ours no more."""
    status = "failed" if failure else "done"
    given = {
        "job": held.job.id,
        "page": held.page,
        "own_token": held.claim.token,
        "new_status": status,
        "key": key,
        "fault": failure.model_dump(mode="json") if failure else None,
        "took_ms": duration_ms,
        "line": {"page": held.page, "failed": failure is not None},
    }
    found = unit.connection.execute(_ending(), given).all()
    if not any(row.own for row in found):
        return None
    return Counter({row.status: row.number for row in found})


@cache
def _ending() -> Select[Any]:
    job_id, page = bindparam("job", type_=Text), bindparam("page", type_=Integer)
    status = bindparam("new_status", type_=Text)
    token = bindparam("own_token", type_=BigInteger)
    end = {
        "status": status,
        "reading_key": bindparam("key", type_=Text),
        "failure": bindparam("fault", type_=pages.c.failure.type),
        "duration_ms": bindparam("took_ms", type_=Integer),
        "finished_at": func.now(),
        "lease_until": None,
        "lease_token": pages.c.lease_token + 1,
        "due_at": None,
    }
    held = and_(_unread(job_id, page), pages.c.lease_token == token)
    ended = update(pages).where(held).values(end).returning(pages.c.job_id).cte("ended")
    line = select(ended.c.job_id, literal("job.page"), bindparam("line", type_=_DATA))
    lines = insert(job_events).from_select(["job_id", "type", "data"], line)
    of_job = pages.c.job_id == job_id
    others = select(pages.c.status, pages.c.number).where(of_job, pages.c.number != page)
    every = others.union_all(select(status, page).select_from(ended)).subquery()
    counted = select(
        every.c.status,
        func.count().label("number"),
        func.bool_or(every.c.number == page).label("own"),
    )
    return counted.group_by(every.c.status).add_cte(lines.cte("told"))


def note_reading(unit: Unit, held: Held, reading_key: str | None) -> None:
    """Note where a page's reading lies whose job is over, so that it goes with the document."""
    own = (pages.c.job_id == held.job.id) & (pages.c.number == held.page)
    unit.connection.execute(
        update(pages).where(own, pages.c.reading_key.is_(None)).values(reading_key=reading_key)
    )


def page_rows(connection: Connection, job_id: str) -> list[PageRow]:
    """Return the pages of a job in order."""
    rows = connection.execute(
        select(pages).where(pages.c.job_id == job_id).order_by(pages.c.number)
    )
    return [PageRow.of(row) for row in rows]

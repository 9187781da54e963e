"""Lists of jobs, the newest first, found quickly among a million whatever they are narrowed to.

What has an index in the order of the list is read in that order. Anything else is looked for among
the newest few thousand; what is not found there often enough is rare, and then indexes that are in
no order tell which jobs have it. The planner alone would read all jobs for what is rare, and all
that match for what is common: it does not know that old jobs are unlike new ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Function,
    Integer,
    Select,
    Subquery,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.util import ClauseAdapter

from schemas.job import ACTIVE, JobStatus
from schemas.tables_sql import FINISHED, jobs
from schemas.validation import Verdict
from storage.rows import JOB_COLUMNS, JobRow

_CODE_DIGITS = 6
_NEWEST = 5_000
_SEARCHED = (jobs.c.region_code, jobs.c.finding_codes)
"""What lists are narrowed by and do not show."""
_ORDERED = ("year", "verdict", "batch_id")
"""Filters with an index that, alone, leads to the newest at once."""
_MARKED = (
    *("filename", "issuer", "finding_codes"),
    *("status", "verdict", "year", "region_code"),
)
"""Columns, beside the tenant, of which the index of marks knows."""
_OF_RESULTS = ("verdict", "year", "region", "issuer", "finding")
"""What no job has before it is finished."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of jobs is narrowed to; null narrows nothing."""

    status: Sequence[JobStatus] = field(default=())
    batch_id: str | None = None
    issuer: str | None = None
    year: int | None = None
    sha256: str | None = None
    verdict: Verdict | None = None
    region: str | None = None
    """The code of a division; what lies within it has a code that begins alike."""
    finding: str | None = None
    text: str | None = None
    """A part of the file's name or of the issuer."""
    created_after: datetime | None = None

    @property
    def given(self) -> frozenset[str]:
        """The names of those that narrow."""
        values = ((one.name, getattr(self, one.name)) for one in fields(self))
        return frozenset(name for name, value in values if value not in (None, ()))


def newest(
    connection: Connection, tenant: str, filters: Filters, cursor: str | None, number: int
) -> list[JobRow]:
    """Return a tenant's newest jobs that are wanted; the cursor is an id they come after."""
    there: list[ColumnElement[bool]] = [jobs.c.deleted_at.is_(None)]
    if cursor is not None:
        there.append(jobs.c.id < cursor)
    if filters.given == {"status"}:
        leads = [Leading(tenant, jobs.c.status, one) for one in filters.status]
        found = [job for one in leads for job in _in_order(connection, there, one, number)]
        return _newest_of(found, number)
    if len(filters.given) <= 1 and filters.given <= set(_ORDERED):
        return _in_order(connection, there, _leading(filters, tenant), number)
    wanted = [*there, jobs.c.tenant == tenant, *_conditions(filters)]
    if filters.given == {"created_after"}:
        query = select(*JOB_COLUMNS).where(*wanted).order_by(jobs.c.id.desc())
        return _rows(connection, query.limit(number))
    if filters.given & {"batch_id", "sha256"}:  # so few that all may be read
        return _picked(connection, wanted, number)
    found = _finished(connection, tenant, there, filters, number)
    if not filters.given & set(_OF_RESULTS):
        found += _picked(connection, [*wanted, jobs.c.status.in_(sorted(ACTIVE))], number)
    return _newest_of(found, number)


def _newest_of(found: Sequence[JobRow], number: int) -> list[JobRow]:
    return sorted(found, key=lambda job: job.id, reverse=True)[:number]


@dataclass(frozen=True)
class Leading:
    """What an index of a tenant's jobs begins with before their ids, and the value wanted of it.

    Asked for as a range of one value and ordered by, so that this index alone has the order. Asked
    for as equal, the column drops out of the order, and the planner takes the index of all ids for
    as good: then a batch of ten thousand that wait, the newest of all and none of them wanted, is
    read for every list.
    """

    tenant: str
    column: ColumnElement[Any] = field(default=jobs.c.tenant)
    value: object = None

    def wanted(self) -> list[ColumnElement[bool]]:
        """Return the conditions."""
        if self.column is jobs.c.tenant:
            return [jobs.c.tenant.between(self.tenant, self.tenant)]
        return [jobs.c.tenant == self.tenant, self.column.between(self.value, self.value)]

    def order(self) -> tuple[ColumnElement[Any], ...]:
        """Return the order of the index, backwards."""
        return self.column.desc(), jobs.c.id.desc()


def _in_order(
    connection: Connection, wanted: Sequence[ColumnElement[bool]], leading: Leading, number: int
) -> list[JobRow]:
    query = select(*JOB_COLUMNS).where(*wanted, *leading.wanted()).order_by(*leading.order())
    return _rows(connection, query.limit(number))


def _picked(
    connection: Connection, wanted: Sequence[ColumnElement[bool]], number: int
) -> list[JobRow]:
    """Return the newest of all that are wanted, found by indexes that are in no order."""
    found = select(jobs.c.id).where(*wanted).cte("found")
    found = found.prefix_with("MATERIALIZED", dialect="postgresql")
    first = select(found.c.id).order_by(found.c.id.desc()).limit(number).subquery()
    query = select(*JOB_COLUMNS).join(first, first.c.id == jobs.c.id).order_by(jobs.c.id.desc())
    return _rows(connection, query)


def _finished(
    connection: Connection,
    tenant: str,
    there: Sequence[ColumnElement[bool]],
    filters: Filters,
    number: int,
) -> list[JobRow]:
    """Return the newest finished jobs that are wanted: among the newest of all, or by what is rare.

    The newest are those of the year, verdict or state that is wanted, if one is: years come one
    after the other, so that among the newest of all there may be none of an earlier one.
    """
    finished = [*there, literal_column(FINISHED)]
    narrowed = _conditions(filters)
    leading = _leading(filters, tenant)
    recent = (
        select(*JOB_COLUMNS, *_SEARCHED)
        .where(*finished, *leading.wanted())
        .order_by(*leading.order())
        .limit(_NEWEST)
        .subquery()
    )
    at_hand = select(recent).where(*(_moved(one, recent) for one in narrowed))
    in_order = [_moved(one, recent) for one in leading.order()]  # the one in which they are read
    near = _rows(connection, at_hand.order_by(*in_order).limit(number))
    if len(near) == number:
        return near
    own = [*finished, jobs.c.tenant == tenant]
    return _picked(connection, [*own, *narrowed, *_marked(tenant, filters)], number)


def _leading(filters: Filters, tenant: str) -> Leading:
    """Return what the index begins with that gives the newest in order; the tenant for all jobs."""
    for name in ("batch_id", "year", "verdict"):
        value = getattr(filters, name)
        if value is not None:
            return Leading(tenant, jobs.c[name], value)
    if len(filters.status) == 1:
        return Leading(tenant, jobs.c.status, filters.status[0])
    return Leading(tenant)


def _rows(connection: Connection, query: Select[Any]) -> list[JobRow]:
    return [JobRow.of(row) for row in connection.execute(query)]


def _moved(condition: ColumnElement[bool], recent: Subquery) -> ColumnElement[bool]:
    """Return a condition on jobs as one on some of them."""
    return ClauseAdapter(recent).traverse(condition)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.status:
        found.append(jobs.c.status.in_(filters.status))
    if filters.issuer is not None:
        found.append(jobs.c.issuer.contains(filters.issuer, autoescape=True))
    if filters.region is not None:
        begin = own_digits(filters.region)
        found.append(jobs.c.region_code.between(begin, begin + "9" * _CODE_DIGITS))
    if filters.finding is not None:
        found.append(jobs.c.finding_codes.contains([filters.finding]))
    if filters.text is not None:
        found.append(
            or_(*(_holds(name, filters.text) for name in (jobs.c.filename, jobs.c.issuer)))
        )
    if filters.created_after is not None:
        found.append(jobs.c.created_at > filters.created_after)
    for name in ("batch_id", "year", "sha256", "verdict"):
        value = getattr(filters, name)
        if value is not None:
            found.append(jobs.c[name] == value)
    return found


def _holds(name: ColumnElement[Any], words: str) -> ColumnElement[bool]:
    """Say whether a name holds some words, capital letters or small ones.

    For words without either, as Chinese ones are, no name has to be put in small letters: that is
    most of the time that searching ten thousand waiting jobs takes.
    """
    if words.lower() == words.upper():
        return name.contains(words, autoescape=True)
    return name.icontains(words, autoescape=True)


def _marked(tenant: str, filters: Filters) -> list[ColumnElement[bool]]:
    """Return what the index of words and findings can say of the filters; the rest they say."""
    smallest: ColumnElement[int] = literal_column("1")  # to the letter as the index has it
    marks = _marks(jobs.c.tenant, *(jobs.c[name] for name in _MARKED), smallest)
    state = filters.status[0] if len(filters.status) == 1 else None
    region = None if filters.region is None else own_digits(filters.region)
    codes = [] if filters.finding is None else [filters.finding]
    facts = ("", None, codes, state, filters.verdict, filters.year, region)
    nothing: tuple[object, ...] = ([], None, None, None, None)
    wanted: list[tuple[object, ...]] = [facts] if any(facts) else []
    wanted += [(words, None, *nothing) for words in (filters.text, filters.issuer) if words]
    return [marks.contains(_marks(literal(tenant), *_said(one), literal(3))) for one in wanted]


def _said(values: Sequence[object]) -> list[ColumnElement[Any]]:
    """Return values in the order of the columns that are marked."""
    types = [jobs.c[name].type for name in _MARKED]
    return [cast(literal(value, kind), kind) for value, kind in zip(values, types, strict=True)]


def _marks(*marked: ColumnElement[Any]) -> Function[list[int]]:
    return func.gouji_marks(*marked, type_=ARRAY(Integer))


def own_digits(region: str) -> str:
    """Return the digits all codes within a division begin with: two a level, 330000 is 33."""
    begin = region.rstrip("0") if len(region) == _CODE_DIGITS else region
    return begin + "0" * (len(begin) % 2)

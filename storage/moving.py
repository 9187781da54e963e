"""The statement by which a job moves: made once for each set of columns, as every document asks it.

It changes the job, adds a line to its event stream and, at the job's end, says what follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Float,
    Select,
    Text,
    bindparam,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from schemas.tables_sql import job_events, jobs
from storage import events, turns

Values = Mapping[str, object]
"""Columns of a job and what they become: plain values, `Mark`s, or a time from now."""


class Mark(Enum):
    """What a column becomes where the database knows it best."""

    NOW = "now"
    ONE_MORE = "one more"


@dataclass(frozen=True, kw_only=True)
class Later:
    """A time so many seconds after now, by the database's clock."""

    seconds: float


How = Literal["given", "now", "one more", "later"]
Shape = tuple[tuple[str, How], ...]
"""Which columns change, and how each does."""


def shape_of(change: Values) -> Shape:
    """Return the columns that change, by name."""
    return tuple((name, _how(change[name])) for name in sorted(change))


def _how(value: object) -> How:
    if isinstance(value, Mark):
        return value.value
    return "later" if isinstance(value, Later) else "given"


def given(change: Values) -> dict[str, object]:
    """Return the parameters of a statement that makes a change."""
    return {
        f"new_{name}": value.seconds if isinstance(value, Later) else value
        for name, value in change.items()
        if not isinstance(value, Mark)
    }


@lru_cache(maxsize=64)
def moving(shape: Shape, *, claimed: bool, told: bool, ends: bool) -> Select[Any]:
    """Return the statement that changes the job `own_id` and returns its fencing token.

    With `claimed`, only as long as its token is `own_token` and it is on its way. With `told`, the
    line `line` is added to its event stream, and to that of the batch `of_batch`. With `ends`, it
    returns besides whether anybody wants to hear of it, and for how many jobs there is room then.
    """
    still = jobs.c.id == bindparam("own_id")
    if claimed:
        active = or_(jobs.c.status == "queued", jobs.c.status == "running")
        own = jobs.c.lease_token == bindparam("own_token", type_=BigInteger)
        still &= own & jobs.c.deleted_at.is_(None) & active
    values = {name: _becomes(name, how) for name, how in shape}
    changing = update(jobs).where(still).values(values)
    returned = changing.returning(jobs.c.id, jobs.c.tenant, jobs.c.priority, jobs.c.lease_token)
    changed = returned.cte("changed")
    found = select(changed.c.lease_token)
    if ends:
        hears = exists().where(events.hears(changed.c.tenant))
        room = turns.room_left(changed.c.priority, but=changed.c.id)
        found = found.add_columns(hears.label("heard"), room.label("room_left"))
    if told:
        line = (
            literal("job.state"),
            bindparam("line", type_=job_events.c.data.type),
            bindparam("of_batch", type_=Text),
        )
        names = ["job_id", "type", "data", "batch_id"]
        lines = insert(job_events).from_select(names, select(changed.c.id, *line))
        found = found.add_cte(lines.cte("told"))
    return found


def _becomes(name: str, how: How) -> Any:
    column = jobs.c[name]
    if how == "now":
        return func.now()
    if how == "one more":
        return column + 1
    if how == "later":
        return func.now() + events.seconds(bindparam(f"new_{name}", type_=Float))
    return bindparam(f"new_{name}", type_=column.type)

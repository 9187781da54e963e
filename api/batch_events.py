"""The room's SQL of a batch's event stream: the ends of its items, in the order of transactions."""

import re
from dataclasses import dataclass
from typing import Self

from sqlalchemy import BigInteger, Text, cast, func, select, tuple_

from api.parts import Parts
from schemas.event import BatchEvent
from schemas.tables_sql import batch_items, job_events

AT_ONCE = 500

POSITION = r"^[0-9]{1,18}\.[0-9]{1,18}$"
_POSITION = re.compile(POSITION)


@dataclass(frozen=True, kw_only=True)
class Position:
    """How far a subscriber is: after line `seq` of transaction `txid`."""

    txid: int = 0
    seq: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the position an event's id names."""
        if not _POSITION.fullmatch(text):
            raise ValueError(text)
        txid, _, seq = text.partition(".")
        return cls(txid=int(txid), seq=int(seq))

    def __str__(self) -> str:
        """Return the id of the event a subscriber at this position saw last."""
        return f"{self.txid}.{self.seq}"


def after(parts: Parts, batch_id: str, position: Position, *, ended: bool) -> list[BatchEvent]:
    """Return the next lines of a batch's stream.

    Transactions write side by side, so a line may show up that is older than one shown before. Only
    what is older than every transaction under way is returned, unless the batch has ended and
    nothing more can come.
    """
    line = tuple_(job_events.c.txid, job_events.c.seq)
    query = (
        select(
            job_events.c.txid,
            job_events.c.seq,
            job_events.c.at,
            job_events.c.job_id,
            job_events.c.data,
            batch_items.c.name,
        )
        .outerjoin(
            batch_items,
            (batch_items.c.job_id == job_events.c.job_id)
            & (batch_items.c.batch_id == job_events.c.batch_id)
            & batch_items.c.error.is_(None),
        )
        .where(job_events.c.batch_id == batch_id, line > (position.txid, position.seq))
        .order_by(job_events.c.txid, job_events.c.seq)
        .limit(AT_ONCE)
    )
    if not ended:
        oldest = func.pg_snapshot_xmin(func.pg_current_snapshot())
        query = query.where(job_events.c.txid < cast(cast(oldest, Text), BigInteger))
    with parts.reading.connect() as connection:
        rows = connection.execute(query).all()
    return [
        BatchEvent(
            id=str(Position(txid=row.txid, seq=row.seq)),
            type="item.finished",
            at=row.at,
            data={
                "job_id": row.job_id,
                "name": row.name,
                "status": row.data["status"],
                "verdict": row.data["verdict"],
            },
        )
        for row in rows
    ]

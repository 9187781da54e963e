"""One transaction and the messages it causes: noted with the rows, sent once they are committed.

A message that could not be sent stays in the outbox, and the sweeper sends it later. So a row
never waits for a message that was lost between the database and the broker.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy
import structlog
from sqlalchemy import Connection, delete, insert, select

from schemas.message import Message
from schemas.tables_sql import outbox
from storage.tally import TALLY, Counted

log = structlog.get_logger()

Send = Callable[[Message], None]
"""Hands one message to the broker; raises BrokerUnavailable."""


class BrokerUnavailable(Exception):  # noqa: N818  says what is so
    """The broker did not take the message; it stays in the outbox."""


@dataclass
class Unit:
    """A unit of work: the connection of its transaction and the messages to send after it."""

    connection: Connection
    messages: list[Message] = field(default_factory=list)
    counted: list[tuple[Counted, str]] = field(default_factory=list)

    def post(self, *messages: Message) -> None:
        """Have messages sent once the transaction is committed; one that is said twice, once."""
        self.messages.extend(messages)

    def count(self, metric: Counted, label: str) -> None:
        """Have something counted once the transaction is committed."""
        self.counted.append((metric, label))


@contextmanager
def unit_of_work(database: sqlalchemy.Engine, send: Send) -> Iterator[Unit]:
    """Open a transaction; on leaving it well, commit, count and send what was posted."""
    with database.begin() as connection:
        unit = Unit(connection=connection)
        yield unit
        noted = _note(connection, unit.messages)
    for metric, label in unit.counted:
        TALLY.count(metric, label)
    if noted:
        _send(database, send, noted)


def drain(database: sqlalchemy.Engine, send: Send, *, older_than_s: float, limit: int) -> int:
    """Send what stayed behind in the outbox; return how many messages went out."""
    age = sqlalchemy.func.make_interval(0, 0, 0, 0, 0, 0, older_than_s)
    with database.begin() as connection:
        rows = connection.execute(
            select(outbox.c.id, outbox.c.message)
            .where(outbox.c.created_at < sqlalchemy.func.now() - age)
            .order_by(outbox.c.id)
            .limit(limit)
        ).all()
    waiting = [(row.id, Message.model_validate(row.message)) for row in rows]
    return _send(database, send, waiting)


def _note(connection: Connection, messages: Sequence[Message]) -> list[tuple[int, Message]]:
    once = list(dict.fromkeys(messages))
    if not once:
        return []
    rows = [{"message": message.model_dump(mode="json")} for message in once]
    statement = insert(outbox).returning(outbox.c.id, sort_by_parameter_order=True)
    ids = connection.execute(statement, rows).scalars()
    return list(zip(ids, once, strict=True))


def _send(database: sqlalchemy.Engine, send: Send, waiting: Sequence[tuple[int, Message]]) -> int:
    """Send in order until the broker refuses; forget what went out."""
    sent: list[int] = []
    for number, message in waiting:
        try:
            send(message)
        except BrokerUnavailable:
            log.warning("broker_unavailable", waiting=len(waiting) - len(sent))
            break
        sent.append(number)
    if sent:
        with at_once(database).connect() as connection:
            connection.execute(delete(outbox).where(outbox.c.id.in_(sent)))
    return len(sent)


def at_once(database: sqlalchemy.Engine) -> sqlalchemy.Engine:
    """Return the database for single statements, each a transaction: two trips to it fewer.

    And nothing is rolled back after them, at which the driver forgets all statements it has had
    prepared: they would be parsed and planned again.
    """
    return database.execution_options(isolation_level="AUTOCOMMIT")

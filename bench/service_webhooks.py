"""Deliveries to webhooks: to a fast receiver, and to a thousand of which a hundred hang."""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

import sqlalchemy
from sqlalchemy import func, insert, select, update

from bench.service_stack import cpu_s
from schemas import message
from schemas.event import EventData
from schemas.tables_sql import webhook_deliveries, webhook_endpoints
from storage import events
from storage.outbox import Send, unit_of_work
from tests.stack import Stack

_SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
_ANSWER = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
_GIVE_UP_S = 180.0


@contextmanager
def receiver() -> Iterator[tuple[str, str]]:
    """Run a receiver in a process of its own; yield where it answers and where it hangs."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_receive, args=(theirs,))
    process.start()
    fast, hanging = ours.recv()
    yield f"http://127.0.0.1:{fast}/hook", f"http://127.0.0.1:{hanging}/hook"
    process.terminate()
    process.join()


def _receive(told: Connection) -> None:
    asyncio.run(_serve(told))


async def _serve(told: Connection) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(_ANSWER)
        await writer.drain()
        writer.close()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    servers = [await asyncio.start_server(each, "127.0.0.1", 0) for each in (answer, hang)]
    told.send([server.sockets[0].getsockname()[1] for server in servers])
    await asyncio.gather(*(server.serve_forever() for server in servers))


def measure_webhooks(
    stack: Stack, database: sqlalchemy.Engine, send: Send, number: int = 3000
) -> dict[str, float]:
    """Deliver many events to one receiver, then one each to a thousand of which a hundred hang."""
    with receiver() as (fast, hanging):
        _endpoints(database, "one", [fast])
        before = cpu_s(stack, "webhooks")
        took = _deliver(database, send, "one", number)
        cpu = cpu_s(stack, "webhooks") - before
        _endpoints(database, "well", [fast] * 1000)
        well = _deliver(database, send, "well", 1)
        _endpoints(database, "mixed", ([hanging] + [fast] * 9) * 100)
        mixed = _deliver(database, send, "mixed", 1, but=100)
    return {
        "deliveries_per_s": number / took,
        "webhooks_cpu_ms_per_delivery": 1000 * cpu / number,
        "thousand_endpoints_s": well,
        "nine_hundred_of_them_while_others_hang_s": mixed,
        "hanging_delay": mixed / well,
    }


def _endpoints(database: sqlalchemy.Engine, tenant: str, urls: list[str]) -> None:
    rows = [
        {"id": f"whe_{tenant}{at:05d}", "tenant": tenant, "url": url, "secret": _SECRET}
        for at, url in enumerate(urls)
    ]
    with database.begin() as connection:
        connection.execute(insert(webhook_endpoints), rows)


def _deliver(
    database: sqlalchemy.Engine, send: Send, tenant: str, number: int, *, but: int = 0
) -> float:
    """Have events happen, and return the seconds until all but so many deliveries are made."""
    table = webhook_deliveries
    own = table.c.tenant == tenant
    with unit_of_work(database, lambda _: None) as unit:
        for at in range(number):
            data = EventData(id=f"job_{at}", status="succeeded")
            events.publish(unit, tenant, "job.succeeded", data)
        unit.messages.clear()
        unit.connection.execute(update(table).where(own).values(due_at=None))
    began = time.monotonic()
    with unit_of_work(database, send) as unit:
        due = update(table).where(own, table.c.status == "pending").values(due_at=func.now())
        wanted = unit.connection.execute(due).rowcount - but
        unit.post(message.deliver())
    left = select(func.count()).where(own, table.c.status == "delivered")
    while time.monotonic() - began < _GIVE_UP_S:
        with database.connect() as connection:
            if connection.execute(left).scalar_one() >= wanted:
                return time.monotonic() - began
        time.sleep(0.1)
    return float("inf")

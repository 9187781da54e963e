"""Many deliveries at once: a receiver that hangs delays nobody. Real database, real sockets."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import func, insert, select, update

from schemas.event import EventData
from schemas.message import Message
from schemas.tables_sql import webhook_attempts, webhook_deliveries, webhook_endpoints
from storage import events
from storage.outbox import unit_of_work
from tests.receiver import Receiver
from workers.settings import WorkerSettings
from workers.tasks import deliver
from workers.tasks.sweep import _stuck_deliveries
from workers.webhook import lanes
from workers.webhook.lanes import Lanes

SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def parts(database: sqlalchemy.Engine) -> Any:
    sent: list[Message] = []
    settings = WorkerSettings(webhook_timeout_s=120.0, webhook_allow_networks=("127.0.0.0/8",))
    return SimpleNamespace(settings=settings, database=database, send=sent.append, sent=sent)


@pytest.fixture
def hanging() -> Iterator[SimpleNamespace]:
    """A receiver that answers nobody until it is let go."""
    found = SimpleNamespace(url="", asked=0, let_go=threading.Event())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.asked += 1
            found.let_go.wait(120)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield found
        found.let_go.set()
        server.shutdown()
        thread.join()


def endpoint(database: sqlalchemy.Engine, name: str, url: str, **more: object) -> None:
    row = {"id": name, "tenant": name, "url": url, "secret": SECRET, **more}
    with database.begin() as connection:
        connection.execute(insert(webhook_endpoints).values(row))


def happen(parts: Any, name: str, number: int) -> None:
    """Have events of a tenant, which has one endpoint of its own name."""
    with unit_of_work(parts.database, lambda _: None) as unit:
        for at in range(number):
            data = EventData(id=f"job_{at}", status="succeeded")
            events.publish(unit, name, "job.succeeded", data)


def count(database: sqlalchemy.Engine, name: str, status: str) -> int:
    table = webhook_deliveries
    own = (table.c.tenant == name) & (table.c.status == status)
    with database.connect() as connection:
        return connection.execute(select(func.count()).where(own)).scalar_one()


def until(what: Callable[[], bool], within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while not what() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert what()


def test_receivers_that_hang_delay_nobody_else(
    parts: Any, hook: Receiver, hanging: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "_lanes", lambda: Lanes(places=8, most=99))
    monkeypatch.setattr(lanes, "PROMPT_S", 0.5)
    monkeypatch.setattr(deliver, "_RUN_S", 600.0)
    for at in range(9):
        endpoint(parts.database, f"hangs{at}", hanging.url)
        happen(parts, f"hangs{at}", 3)
    endpoint(parts.database, "prompt", hook.url)
    happen(parts, "prompt", 40)
    run = threading.Thread(target=deliver.deliver, args=(parts,))
    run.start()
    try:
        until(lambda: count(parts.database, "prompt", "delivered") == 40)
        assert hanging.asked == 9, "one place each"
    finally:
        hanging.let_go.set()
        run.join(60)
    assert not run.is_alive()
    assert all(count(parts.database, f"hangs{at}", "delivered") == 3 for at in range(9))
    assert len({got.headers["webhook-id"] for got in hook.got}) == 40
    assert hook.got[0].verify(SECRET)["data"]["id"] == "job_0"


def test_each_attempt_is_logged_and_one_that_failed_is_due_later(
    parts: Any, hook: Receiver
) -> None:
    hook.statuses = [500, 204]
    endpoint(parts.database, "a", hook.url)
    happen(parts, "a", 2)
    deliver.deliver(parts)
    assert (count(parts.database, "a", "pending"), count(parts.database, "a", "delivered")) == (
        1,
        1,
    )
    query = select(webhook_attempts.c.status, webhook_attempts.c.number, webhook_attempts.c.request)
    later = select(webhook_deliveries.c.due_at > func.now(), webhook_deliveries.c.attempts).where(
        webhook_deliveries.c.status == "pending"
    )
    with parts.database.connect() as connection:
        rows = connection.execute(query).all()
        assert connection.execute(later).one() == (True, 1)
    assert sorted((row.status, row.number) for row in rows) == [(204, 1), (500, 1)]
    assert all(row.request["url"] == hook.url for row in rows)
    hook.got.clear()
    deliver.deliver(parts)
    assert hook.got == [], "it is not due yet"


def test_what_is_claimed_elsewhere_or_for_an_endpoint_that_is_off_is_not_sent(
    parts: Any, hook: Receiver
) -> None:
    endpoint(parts.database, "held", hook.url)
    endpoint(parts.database, "off", hook.url)
    happen(parts, "held", 1)
    happen(parts, "off", 2)
    later = func.now() + events.seconds(60)
    with parts.database.begin() as connection:
        held = webhook_deliveries.c.tenant == "held"
        connection.execute(
            update(webhook_deliveries).where(held).values(lease_until=later, due_at=later)
        )
        off = webhook_endpoints.c.id == "off"
        connection.execute(update(webhook_endpoints).where(off).values(enabled=False))
    deliver.deliver(parts)
    assert hook.got == []
    assert count(parts.database, "held", "pending") == 1
    assert count(parts.database, "off", "cancelled") == 2


def test_a_result_under_a_claim_that_was_lost_is_not_written(
    parts: Any, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(parts.database, "a", hook.url)
    happen(parts, "a", 1)
    finish = deliver.deliveries.finish

    def too_late(parts: Any, tries: Any) -> None:
        with parts.database.begin() as connection:
            token = webhook_deliveries.c.lease_token
            connection.execute(update(webhook_deliveries).values(lease_token=token + 1))
        finish(parts, tries)

    monkeypatch.setattr(deliver.deliveries, "finish", too_late)
    deliver.deliver(parts)
    assert len(hook.got) == 1
    assert count(parts.database, "a", "pending") == 1
    with parts.database.connect() as connection:
        assert connection.execute(select(func.count(webhook_attempts.c.number))).scalar() == 0


def test_a_run_that_takes_long_has_another_go_on(
    parts: Any, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "_RUN_S", -1.0)
    endpoint(parts.database, "a", hook.url)
    happen(parts, "a", 1)
    deliver.deliver(parts)
    assert [message.task for message in parts.sent] == ["gouji.deliver"]
    assert hook.got == []
    with parts.database.connect() as connection:
        assert len(_stuck_deliveries(parts, connection)) == 1
    monkeypatch.setattr(deliver, "_RUN_S", 600.0)
    deliver.deliver(parts)
    assert len(hook.got) == 1
    with parts.database.connect() as connection:
        assert _stuck_deliveries(parts, connection) == []

"""Deliver events to webhook endpoints, many at once, and decide what comes of each attempt.

One run sends what is due until nothing is left. Receivers are waited for by threads, so one that
hangs holds a thread and nobody else; the database is asked by the task alone, for many at a time.
"""

import random
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from time import monotonic

import structlog

from schemas import message
from storage.events import GONE
from storage.outbox import unit_of_work
from storage.tally import TALLY
from workers import app, deliveries, drain
from workers.deliveries import HeldDelivery, Outcome, Try
from workers.parts import Parts
from workers.webhook import schedule, sign, transport
from workers.webhook.lanes import Lanes
from workers.webhook.transport import Attempt

log = structlog.get_logger()

_PLACES = 128
_MOST = 1024
_RUN_S = 15.0
"""A run that is busy for longer asks for another, claims no more and sees its own to the end."""
_GATHER_S = 0.02
"""Attempts that end within this long are written together."""
_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, kw_only=True)
class Sent:
    """An attempt as the thread that made it hands it back."""

    at: datetime
    headers: Mapping[str, str]
    attempt: Attempt
    took_s: float


Running = dict["Future[Sent]", tuple[HeldDelivery, float]]
"""Deliveries under way and when they began."""


@app.task("gouji.deliver")
def deliver(parts: Parts, *_: str) -> None:
    """Send all events that are due; arguments are those of messages of an earlier version."""
    lanes = _lanes()
    running: Running = {}
    ends, late = monotonic() + _RUN_S, False
    lanes.under_way.clear()
    with ThreadPoolExecutor(_MOST, thread_name_prefix="webhook") as pool:
        while True:
            if not late and (monotonic() > ends or drain.is_told()):
                _ask_again(parts)
                late = True
            fresh = [] if late else deliveries.ready(parts, lanes)
            for held in fresh:
                began = monotonic()
                lanes.begin(held.endpoint.id, began)
                running[pool.submit(_send, parts, held)] = (held, began)
            if not running:
                return
            _gather(parts, lanes, running, _GATHER_S if fresh else _LOOK_EVERY_S)


@cache
def _lanes() -> Lanes:
    """Return what this process knows of the receivers; it remembers who hung from run to run."""
    return Lanes(places=_PLACES, most=_MOST)


def _ask_again(parts: Parts) -> None:
    """Have another process go on, while this one waits for those who have not answered."""
    with unit_of_work(parts.database, parts.send) as unit:
        unit.post(message.deliver())


def _gather(parts: Parts, lanes: Lanes, running: Running, patience_s: float) -> None:
    """Wait a moment for attempts to end, and write what came of those that did."""
    done, _ = wait(running, patience_s, FIRST_COMPLETED)
    if done and len(done) < len(running):
        done, _ = wait(running, _GATHER_S)
    tries = []
    for future in done:
        held, began = running.pop(future)
        sent = future.result()
        answered = sent.attempt.status is not None
        lanes.end(held.endpoint.id, began, monotonic(), answered=answered)
        tries.append(_tried(held, sent))
    if tries:
        deliveries.finish(parts, tries)


def _send(parts: Parts, held: HeldDelivery) -> Sent:
    """Make one attempt."""
    body = held.delivery.body.encode()
    now, began = held.now(), monotonic()
    secrets = deliveries.secrets(held.endpoint, now)
    headers = sign.headers(secrets, held.delivery.event_id, now, body)
    attempt = transport.send(
        held.endpoint.url,
        body,
        headers,
        timeout_s=parts.settings.webhook_timeout_s,
        allow_networks=parts.settings.networks(),
    )
    return Sent(at=now, headers=headers, attempt=attempt, took_s=monotonic() - began)


def _tried(held: HeldDelivery, sent: Sent) -> Try:
    """Decide about an attempt, count it and log it."""
    attempt = sent.attempt
    TALLY.time("stage", sent.took_s, "deliver", "done" if attempt.delivered else "failed")
    chance = random.random()  # noqa: S311  jitter
    outcome = decide(attempt, held.delivery.attempts, sent.at, chance)
    log.info(
        "webhook_attempted",
        delivery_id=held.delivery.id,
        status=attempt.status,
        error=attempt.error,
        next=outcome.status,
    )
    return Try(held=held, headers=sent.headers, attempt=attempt, outcome=outcome)


def decide(attempt: Attempt, number: int, now: datetime, chance: float) -> Outcome:
    """Return what follows from attempt `number`: done, tried again later, or given up."""
    if attempt.delivered:
        return Outcome(status="delivered")
    if attempt.gone:
        return Outcome(status="failed", disable=GONE)
    again = schedule.next_attempt(number, now, attempt.retry_after_s, chance)
    if again is None:
        return Outcome(status="failed", disable="attempts_exhausted")
    return Outcome(status="pending", again_s=(again - now).total_seconds())

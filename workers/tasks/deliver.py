"""Try once to deliver an event to a webhook endpoint, and decide what comes next."""

import random
from datetime import UTC, datetime
from time import monotonic

import structlog

from storage.events import GONE
from storage.tally import TALLY
from workers import app, deliveries
from workers.deliveries import Outcome
from workers.parts import Parts
from workers.webhook import schedule, sign, transport
from workers.webhook.transport import Attempt

log = structlog.get_logger()


@app.task("gouji.deliver")
def deliver(parts: Parts, delivery_id: str) -> None:
    """Make one attempt at a delivery that is still pending."""
    held = deliveries.start(parts, delivery_id)
    if held is None:
        return
    body = held.delivery.body.encode()
    now = datetime.now(UTC)
    headers = sign.headers(
        deliveries.secrets(held.endpoint, now), held.delivery.event_id, now, body
    )
    began = monotonic()
    attempt = transport.send(
        held.endpoint.url,
        body,
        headers,
        timeout_s=parts.settings.webhook_timeout_s,
        allow_networks=parts.settings.networks(),
    )
    done = "done" if attempt.delivered else "failed"
    TALLY.time("stage", monotonic() - began, "deliver", done)
    outcome = decide(attempt, held.claim.attempt, now, random.random())  # noqa: S311  jitter
    log.info("webhook_attempted", status=attempt.status, error=attempt.error, next=outcome.status)
    deliveries.finish(parts, held, headers, attempt, outcome)


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

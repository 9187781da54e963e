"""The SQL of webhook deliveries: claiming one, logging the attempt, disabling a dead endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, insert, select, update

from schemas.event import DeliveryStatus, EventData
from schemas.tables_sql import webhook_attempts, webhook_deliveries, webhook_endpoints
from storage import events
from storage.outbox import Unit, unit_of_work
from storage.rows import DeliveryRow, EndpointRow
from workers import lease
from workers.lease import Claim
from workers.parts import Parts
from workers.webhook.transport import Attempt

_GRACE_S = 30.0
"""How much longer than an attempt may take its claim on the delivery lasts."""


@dataclass(frozen=True, kw_only=True)
class HeldDelivery:
    """A delivery, where it goes, and this process's claim on it."""

    delivery: DeliveryRow
    endpoint: EndpointRow
    claim: Claim


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What becomes of a delivery after an attempt, and of the endpoint if it is given up."""

    status: DeliveryStatus
    again_s: float | None = None
    disable: str | None = None


def start(parts: Parts, delivery_id: str) -> HeldDelivery | None:
    """Claim a pending delivery; one whose endpoint is gone or off is cancelled instead."""
    row = and_(webhook_deliveries.c.id == delivery_id, webhook_deliveries.c.status == "pending")
    with parts.database.begin() as connection:
        held_s = parts.settings.webhook_timeout_s + _GRACE_S
        claim = lease.claim(connection, webhook_deliveries, row, held_s)
        if claim is None:
            return None
        delivery = DeliveryRow.of(connection.execute(select(webhook_deliveries).where(row)).one())
        of_delivery = webhook_endpoints.c.id == delivery.endpoint_id
        found = connection.execute(select(webhook_endpoints).where(of_delivery)).one()
        if found.deleted_at is not None or not found.enabled:
            connection.execute(
                update(webhook_deliveries)
                .where(row)
                .values(status="cancelled", finished_at=func.now(), due_at=None, lease_until=None)
            )
            return None
    return HeldDelivery(delivery=delivery, endpoint=EndpointRow.of(found), claim=claim)


def secrets(endpoint: EndpointRow, now: datetime) -> list[str]:
    """Return the secrets to sign with: the current one and, during a rotation, the one before."""
    found = [endpoint.secret]
    until = endpoint.previous_secret_until
    if endpoint.previous_secret and until is not None and now < until:
        found.append(endpoint.previous_secret)
    return found


def finish(
    parts: Parts,
    held: HeldDelivery,
    headers: Mapping[str, str],
    attempt: Attempt,
    outcome: Outcome,
) -> None:
    """Log the attempt, with the headers it was sent with, and write what becomes of it."""
    again = None if outcome.again_s is None else func.now() + events.seconds(outcome.again_s)
    with unit_of_work(parts.database, parts.send) as unit:
        changed = unit.connection.execute(
            update(webhook_deliveries)
            .where(held.claim.held)
            .values(
                status=outcome.status,
                lease_until=again,
                due_at=again,
                finished_at=None if outcome.status == "pending" else func.now(),
            )
        )
        if changed.rowcount == 0:
            return
        _log(unit, held, headers, attempt)
        if outcome.disable == events.GONE or (outcome.disable and not _alive(unit, held)):
            _disable(unit, held.endpoint, outcome.disable)


def _log(unit: Unit, held: HeldDelivery, headers: Mapping[str, str], attempt: Attempt) -> None:
    unit.connection.execute(
        insert(webhook_attempts).values(
            delivery_id=held.delivery.id,
            number=held.claim.attempt,
            status=attempt.status,
            error=attempt.error,
            duration_ms=attempt.duration_ms,
            request={"url": held.endpoint.url, "headers": dict(headers)},
            response_headers=dict(attempt.response_headers),
            response=attempt.response,
        )
    )


def _alive(unit: Unit, held: HeldDelivery) -> bool:
    """Say whether the endpoint took any event since this one was recorded."""
    taken = exists().where(
        webhook_deliveries.c.endpoint_id == held.endpoint.id,
        webhook_deliveries.c.status == "delivered",
        webhook_deliveries.c.finished_at > held.delivery.created_at,
    )
    return bool(unit.connection.execute(select(taken)).scalar())


def _disable(unit: Unit, endpoint: EndpointRow, reason: str) -> None:
    """Switch the endpoint off and tell the tenant's other endpoints."""
    unit.connection.execute(
        update(webhook_endpoints)
        .where(webhook_endpoints.c.id == endpoint.id)
        .values(enabled=False, disabled_reason=reason)
    )
    data = EventData(
        id=endpoint.id,
        status="disabled",
        links={"self": f"/v1/webhook_endpoints/{endpoint.id}"},
    )
    events.publish(unit, endpoint.tenant, "webhook_endpoint.disabled", data)

"""The SQL of webhook deliveries: claiming many, logging attempts, disabling a dead endpoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import (
    BigInteger,
    Connection,
    Float,
    Select,
    Text,
    bindparam,
    case,
    column,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from schemas.event import DeliveryStatus, EventData
from schemas.tables_sql import webhook_attempts, webhook_deliveries, webhook_endpoints
from storage import events
from storage.events import seconds
from storage.outbox import Unit, unit_of_work
from storage.rows import DeliveryRow, EndpointRow
from workers.parts import Parts
from workers.webhook.lanes import Lanes
from workers.webhook.transport import Attempt

_GRACE_S = 30.0
"""How much longer than an attempt may take its claim on the delivery lasts."""
_LOOK_AHEAD = 4
"""Deliveries looked at for each that may begin: some are to endpoints that may take no more."""


@dataclass(frozen=True, kw_only=True)
class HeldDelivery:
    """A delivery, where it goes, and this process's claim on it."""

    delivery: DeliveryRow
    endpoint: EndpointRow
    token: int
    claimed_at: datetime
    """By the clock of the database, to which receivers hold a signature for minutes only;"""
    claimed: float
    """and by the monotonic one of this process."""

    def now(self) -> datetime:
        """Return the time by the database's clock: that of this machine may be wrong."""
        return self.claimed_at + timedelta(seconds=monotonic() - self.claimed)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What becomes of a delivery after an attempt, and of the endpoint if it is given up."""

    status: DeliveryStatus
    again_s: float | None = None
    disable: str | None = None


@dataclass(frozen=True, kw_only=True)
class Try:
    """An attempt that was made, the headers it was sent with, and what becomes of the delivery."""

    held: HeldDelivery
    headers: Mapping[str, str]
    attempt: Attempt
    outcome: Outcome


def ready(parts: Parts, lanes: Lanes) -> list[HeldDelivery]:
    """Claim deliveries whose time has come, as many as there are places for, the oldest first.

    Those whose endpoint is gone or off are cancelled instead.
    """
    held_s = parts.settings.webhook_timeout_s + _GRACE_S
    while (now := monotonic()) and (free := lanes.free(now)) > 0:
        with parts.database.begin() as connection:
            waiting = connection.execute(_due(lanes, _LOOK_AHEAD * free)).all()
            chosen = lanes.choose([(row.id, row.endpoint_id) for row in waiting], now)
            held = _claim(connection, chosen, held_s) if chosen else []
        if held or not chosen:
            return held
    return []


def _due(lanes: Lanes, limit: int) -> Select[str, str]:
    """Select deliveries that may begin now, but for endpoints that can take no more."""
    table = webhook_deliveries
    return (
        select(table.c.id, table.c.endpoint_id)
        .where(table.c.status == "pending", table.c.due_at <= func.now())
        .where(table.c.endpoint_id.not_in(lanes.full()))
        .order_by(table.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def _claim(
    connection: Connection, delivery_ids: Sequence[str], held_s: float
) -> list[HeldDelivery]:
    """Claim locked deliveries and return those that can be sent."""
    table = webhook_deliveries
    until = func.now() + seconds(held_s)
    taken = connection.execute(
        update(table)
        .where(table.c.id.in_(delivery_ids))
        .values(
            attempts=table.c.attempts + 1,
            lease_token=table.c.lease_token + 1,
            lease_until=until,
            due_at=until,
        )
        .returning(table, func.clock_timestamp().label("claimed_at"))
    ).all()
    claimed = monotonic()
    wanted = {row.endpoint_id for row in taken}
    found = select(webhook_endpoints).where(webhook_endpoints.c.id.in_(wanted))
    endpoints = {row.id: row for row in connection.execute(found)}
    off = {name for name, row in endpoints.items() if row.deleted_at is not None or not row.enabled}
    if off:
        connection.execute(
            update(table)
            .where(table.c.endpoint_id.in_(off), table.c.status == "pending")
            .where(table.c.id.in_([row.id for row in taken]) | (table.c.due_at <= func.now()))
            .values(status="cancelled", finished_at=func.now(), due_at=None, lease_until=None)
        )
    return [
        HeldDelivery(
            delivery=DeliveryRow.of(row),
            endpoint=EndpointRow.of(endpoints[row.endpoint_id]),
            token=row.lease_token,
            claimed_at=row.claimed_at,
            claimed=claimed,
        )
        for row in taken
        if row.endpoint_id not in off
    ]


def secrets(endpoint: EndpointRow, now: datetime) -> list[str]:
    """Return the secrets to sign with: the current one and, during a rotation, the one before."""
    found = [endpoint.secret]
    until = endpoint.previous_secret_until
    if endpoint.previous_secret and until is not None and now < until:
        found.append(endpoint.previous_secret)
    return found


def finish(parts: Parts, tries: Sequence[Try]) -> None:
    """Log attempts and write what becomes of the deliveries; a claim that was lost counts not."""
    with unit_of_work(parts.database, parts.send) as unit:
        ours = _write(unit.connection, tries)
        valid = [one for one in tries if one.held.delivery.id in ours]
        if not valid:
            return
        unit.connection.execute(insert(webhook_attempts), [_logged(one) for one in valid])
        for one in valid:
            reason = one.outcome.disable
            if reason == events.GONE or (reason and not _alive(unit, one.held)):
                _disable(unit, one.held.endpoint, reason)


def _write(connection: Connection, tries: Sequence[Try]) -> set[str]:
    """Write the outcomes in one statement; return which claims still counted."""
    table = webhook_deliveries
    tried = func.unnest(
        bindparam("ids", [one.held.delivery.id for one in tries], type_=ARRAY(Text)),
        bindparam("tokens", [one.held.token for one in tries], type_=ARRAY(BigInteger)),
        bindparam("statuses", [one.outcome.status for one in tries], type_=ARRAY(Text)),
        bindparam("waits", [one.outcome.again_s for one in tries], type_=ARRAY(Float)),
    ).table_valued(
        column("id", Text),
        column("token", BigInteger),
        column("status", Text),
        column("again_s", Float),
        name="tried",
    )
    each = tried.render_derived()
    again = func.now() + func.make_interval(0, 0, 0, 0, 0, 0, each.c.again_s)
    over = case((each.c.status == "pending", None), else_=func.now())
    written = connection.execute(
        update(table)
        .where(table.c.id == each.c.id, table.c.lease_token == each.c.token)
        .values(status=each.c.status, lease_until=again, due_at=again, finished_at=over)
        .returning(table.c.id)
    )
    return set(written.scalars())


def _logged(one: Try) -> dict[str, object]:
    """Return what the delivery log keeps of an attempt, with the headers it was sent with."""
    attempt = one.attempt
    return {
        "delivery_id": one.held.delivery.id,
        "number": one.held.delivery.attempts,
        "status": attempt.status,
        "error": attempt.error,
        "duration_ms": attempt.duration_ms,
        "request": {"url": one.held.endpoint.url, "headers": dict(one.headers)},
        "response_headers": dict(attempt.response_headers),
        "response": attempt.response,
    }


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

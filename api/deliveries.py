"""The room's SQL of the log of deliveries: reading it, and sending events once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from api import webhooks
from api.errors import not_found
from api.parts import Parts
from schemas import message
from schemas.event import (
    Delivery,
    DeliveryAttempt,
    DeliveryList,
    DeliveryStatus,
    EventData,
    EventType,
    Replay,
    Replayed,
    WebhookEvent,
)
from schemas.tables_sql import webhook_attempts, webhook_deliveries
from storage import events
from storage.ids import new_id
from storage.outbox import unit_of_work
from storage.rows import DeliveryRow

_REPLAYED_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of deliveries is narrowed to; null narrows nothing."""

    endpoint_id: str | None = None
    status: DeliveryStatus | None = None
    type: EventType | None = None
    event_id: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


def listed(
    parts: Parts, tenant: str, filters: Filters, cursor: str | None, limit: int
) -> DeliveryList:
    """Return a page of the log, the newest first; the cursor is the last id of the page before."""
    wanted = [webhook_deliveries.c.tenant == tenant, *_conditions(filters)]
    if cursor is not None:
        wanted.append(webhook_deliveries.c.id < cursor)
    query = select(webhook_deliveries).where(*wanted).order_by(webhook_deliveries.c.id.desc())
    with parts.database.connect() as connection:
        rows = [DeliveryRow.of(row) for row in connection.execute(query.limit(limit + 1))]
        shown = _views(connection, rows[:limit])
    return DeliveryList(data=tuple(shown), next_cursor=shown[-1].id if len(rows) > limit else None)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name in ("endpoint_id", "status", "type", "event_id"):
        value = getattr(filters, name)
        if value is not None:
            found.append(webhook_deliveries.c[name] == value)
    if filters.created_after is not None:
        found.append(webhook_deliveries.c.created_at > filters.created_after)
    if filters.created_before is not None:
        found.append(webhook_deliveries.c.created_at < filters.created_before)
    return found


def read(parts: Parts, tenant: str, delivery_id: str) -> Delivery:
    """Return one delivery with its attempts."""
    with parts.database.connect() as connection:
        return _views(connection, [_find(connection, tenant, delivery_id)])[0]


def send_test(parts: Parts, tenant: str, endpoint_id: str) -> Delivery:
    """Send the endpoint an event that means nothing, whatever it asked for."""
    with unit_of_work(parts.database, parts.send) as unit:
        endpoint = webhooks.find_enabled(unit.connection, tenant, endpoint_id)
        data = EventData(id=endpoint.id, status="enabled")
        event = WebhookEvent(type="webhook_endpoint.test", timestamp=datetime.now(UTC), data=data)
        delivery_id = events.address(unit, endpoint, new_id("evt"), event)
    return read(parts, tenant, delivery_id)


def replay(parts: Parts, tenant: str, delivery_id: str) -> Delivery:
    """Send an event once more, as it was, under its own id: receivers can tell it is the same."""
    with unit_of_work(parts.database, parts.send) as unit:
        before = _find(unit.connection, tenant, delivery_id)
        endpoint = webhooks.find_enabled(unit.connection, tenant, before.endpoint_id)
        event = WebhookEvent.model_validate_json(before.body)
        again = events.address(unit, endpoint, before.event_id, event)
    return read(parts, tenant, again)


def replay_range(parts: Parts, tenant: str, endpoint_id: str, wanted: Replay) -> Replayed:
    """Send events of a time once more, the oldest first, each under its own id and only once.

    What counts is how an event's last delivery ended, wherever that lies: so the same call made
    again goes on with those that are left.
    """
    with unit_of_work(parts.database, parts.send) as unit:
        endpoint = webhooks.find_enabled(unit.connection, tenant, endpoint_id)
        last = _last_of_each_event(endpoint.id, wanted).subquery()
        number = unit.connection.execute(select(func.count()).select_from(last)).scalar_one()
        oldest = select(last).order_by(last.c.event_id).limit(_REPLAYED_AT_ONCE)
        again = [_again(DeliveryRow.of(row)) for row in unit.connection.execute(oldest)]
        if again:
            unit.connection.execute(insert(webhook_deliveries).values(due_at=func.now()), again)
            unit.post(message.deliver())
    return Replayed(replayed=len(again), remaining=number - len(again))


def _last_of_each_event(endpoint_id: str, wanted: Replay) -> Select[Any]:
    """Select the last delivery of each event recorded in the range, if it ended as wanted."""
    own = webhook_deliveries.c.endpoint_id == endpoint_id
    recorded = [own, webhook_deliveries.c.created_at >= wanted.since]
    if wanted.until is not None:
        recorded.append(webhook_deliveries.c.created_at < wanted.until)
    recorded.append(webhook_deliveries.c.type != "webhook_endpoint.test")
    in_range = select(webhook_deliveries.c.event_id).where(*recorded)
    last = (
        select(webhook_deliveries)
        .ext(distinct_on(webhook_deliveries.c.event_id))
        .where(own, webhook_deliveries.c.event_id.in_(in_range))
        .order_by(webhook_deliveries.c.event_id, webhook_deliveries.c.id.desc())
        .subquery()
    )
    return select(last).where(last.c.status.in_(wanted.status))


def _again(before: DeliveryRow) -> dict[str, str]:
    return {
        "id": new_id("whd"),
        "tenant": before.tenant,
        "endpoint_id": before.endpoint_id,
        "event_id": before.event_id,
        "type": before.type,
        "body": before.body,
    }


def _find(connection: Connection, tenant: str, delivery_id: str) -> DeliveryRow:
    found = connection.execute(
        select(webhook_deliveries).where(
            webhook_deliveries.c.id == delivery_id, webhook_deliveries.c.tenant == tenant
        )
    ).one_or_none()
    if found is None:
        raise not_found("投递记录", "delivery")
    return DeliveryRow.of(found)


def _views(connection: Connection, rows: Sequence[DeliveryRow]) -> list[Delivery]:
    """Return deliveries as their owner reads them, each with its attempts in order."""
    query = (
        select(webhook_attempts)
        .where(webhook_attempts.c.delivery_id.in_([row.id for row in rows]))
        .order_by(webhook_attempts.c.number)
    )
    tries: dict[str, list[DeliveryAttempt]] = {row.id: [] for row in rows}
    for row in connection.execute(query):
        attempt = DeliveryAttempt(
            number=row.number,
            at=row.at,
            status=row.status,
            error=row.error,
            duration_ms=row.duration_ms,
            request=row.request,
            response_headers=row.response_headers,
            response=row.response,
        )
        tries[row.delivery_id].append(attempt)
    return [_view(row, tries[row.id]) for row in rows]


def _view(row: DeliveryRow, attempts: Sequence[DeliveryAttempt]) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        event_id=row.event_id,
        type=row.type,
        status=row.status,
        attempts=tuple(attempts),
        next_attempt_at=row.due_at if row.status == "pending" else None,
        created_at=row.created_at,
        body=WebhookEvent.model_validate_json(row.body).model_dump(mode="json"),
    )

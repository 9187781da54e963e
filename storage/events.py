"""Telling customers: lines of a job's event stream, and deliveries to webhook endpoints."""

from collections.abc import Mapping

import sqlalchemy
from pydantic import JsonValue
from sqlalchemy import ColumnElement, and_, func, insert, or_, select

from schemas import message
from schemas.event import EventData, EventType, WebhookEvent
from schemas.tables_sql import job_events, webhook_deliveries, webhook_endpoints
from storage.ids import new_id
from storage.outbox import Unit
from storage.rows import EndpointRow

GONE = "gone"
"""Why an endpoint is switched off that answered 410: nothing is to be sent to it any more."""


def note(
    unit: Unit,
    job_id: str,
    kind: str,
    data: Mapping[str, JsonValue],
    *,
    batch_id: str | None = None,
) -> None:
    """Add a line to a job's event stream, and to its batch's where one is named."""
    line = {"job_id": job_id, "type": kind, "data": dict(data), "batch_id": batch_id}
    unit.connection.execute(insert(job_events).values(line))


def publish(unit: Unit, tenant: str, kind: EventType, data: EventData) -> None:
    """Record one delivery for each endpoint of the tenant that asked for this kind of event.

    For an endpoint that is switched off it is recorded as cancelled: once the endpoint is back, its
    owner can have what was missed sent. One that answered 410 misses nothing.
    """
    now = func.clock_timestamp().label("now")
    rows = unit.connection.execute(select(webhook_endpoints, now).where(hears(tenant))).all()
    wanted = [row for row in map(EndpointRow.of, rows) if not row.events or kind in row.events]
    if not wanted:
        return
    event_id = new_id("evt")
    event = WebhookEvent(type=kind, timestamp=rows[0].now, data=data)
    for endpoint in wanted:
        address(unit, endpoint, event_id, event)


def anybody_hears(connection: sqlalchemy.Connection, tenant: str) -> bool:
    """Say whether a tenant has an endpoint for which events are recorded."""
    some = select(webhook_endpoints.c.id).where(hears(tenant))
    return connection.execute(some.limit(1)).first() is not None


def hears(tenant: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition of an endpoint for which a tenant's events are recorded."""
    return and_(
        webhook_endpoints.c.tenant == tenant,
        webhook_endpoints.c.deleted_at.is_(None),
        or_(
            webhook_endpoints.c.enabled, webhook_endpoints.c.disabled_reason.is_distinct_from(GONE)
        ),
    )


def address(unit: Unit, endpoint: EndpointRow, event_id: str, event: WebhookEvent) -> str:
    """Record the delivery of an event to one endpoint and have it sent; return its id."""
    delivery_id = new_id("whd")
    on = endpoint.enabled
    unit.connection.execute(
        insert(webhook_deliveries).values(
            id=delivery_id,
            tenant=endpoint.tenant,
            endpoint_id=endpoint.id,
            event_id=event_id,
            type=event.type,
            body=event.model_dump_json(),
            status="pending" if on else "cancelled",
            due_at=func.now() if on else None,
            finished_at=None if on else func.now(),
        )
    )
    if on:
        unit.post(message.deliver())
    return delivery_id


def seconds(value: float | ColumnElement[float]) -> sqlalchemy.Function[object]:
    """Return an interval of so many seconds as SQL."""
    return func.make_interval(0, 0, 0, 0, 0, 0, value)

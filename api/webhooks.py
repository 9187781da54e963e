"""The room's SQL of webhook endpoints and of the log of what was sent to them."""

import secrets
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select, update

from api.errors import ApiError, not_found
from api.parts import Parts
from schemas.event import (
    Delivery,
    DeliveryAttempt,
    DeliveryList,
    Endpoint,
    EndpointChange,
    EndpointList,
    EndpointRequest,
    EndpointSecret,
    EventData,
    WebhookEvent,
    make_secret,
)
from schemas.tables_sql import webhook_attempts, webhook_deliveries, webhook_endpoints
from storage import events
from storage.ids import new_id
from storage.outbox import unit_of_work
from storage.rows import DeliveryRow, EndpointRow

_SECRET_BYTES = 32
_ROTATION_DAYS = 1
_MAX_ENDPOINTS = 50


def create(parts: Parts, tenant: str, wanted: EndpointRequest) -> EndpointSecret:
    """Record an endpoint and return it with its secret, this once."""
    with parts.database.begin() as connection:
        if len(_alive(connection, tenant)) >= _MAX_ENDPOINTS:
            raise ApiError(
                409,
                "too_many_endpoints",
                f"最多可登记 {_MAX_ENDPOINTS} 个接收地址。请先删除不用的。",
                f"At most {_MAX_ENDPOINTS} endpoints. Delete one that is not needed first.",
                category="policy",
            )
        row = connection.execute(
            insert(webhook_endpoints)
            .values(
                id=new_id("whe"),
                tenant=tenant,
                url=str(wanted.url),
                events=list(wanted.events),
                description=wanted.description,
                secret=make_secret(secrets.token_bytes(_SECRET_BYTES)),
            )
            .returning(webhook_endpoints)
        ).one()
    return with_secret(EndpointRow.of(row))


def view(row: EndpointRow) -> Endpoint:
    """Return an endpoint as its owner reads it."""
    return Endpoint(
        id=row.id,
        url=row.url,
        events=row.events,
        description=row.description,
        enabled=row.enabled,
        disabled_reason=row.disabled_reason,
        created_at=row.created_at,
    )


def with_secret(row: EndpointRow) -> EndpointSecret:
    """Return an endpoint with its secret."""
    return EndpointSecret(**view(row).model_dump(), secret=row.secret)


def find(connection: Connection, tenant: str, endpoint_id: str) -> EndpointRow:
    """Return a tenant's endpoint; 404 when there is none."""
    found = connection.execute(
        select(webhook_endpoints).where(
            webhook_endpoints.c.id == endpoint_id,
            webhook_endpoints.c.tenant == tenant,
            webhook_endpoints.c.deleted_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise not_found("接收地址", "webhook endpoint")
    return EndpointRow.of(found)


def read(parts: Parts, tenant: str, endpoint_id: str) -> Endpoint:
    """Return an endpoint."""
    with parts.database.connect() as connection:
        return view(find(connection, tenant, endpoint_id))


def listed(parts: Parts, tenant: str) -> EndpointList:
    """Return all endpoints of a tenant."""
    with parts.database.connect() as connection:
        return EndpointList(data=tuple(map(view, _alive(connection, tenant))))


def change(parts: Parts, tenant: str, endpoint_id: str, wanted: EndpointChange) -> Endpoint:
    """Write the fields that were given."""
    given = wanted.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    if given.get("enabled"):
        given["disabled_reason"] = None
    with parts.database.begin() as connection:
        find(connection, tenant, endpoint_id)
        if given:
            connection.execute(
                update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id).values(given)
            )
        return view(find(connection, tenant, endpoint_id))


def remove(parts: Parts, tenant: str, endpoint_id: str) -> None:
    """Forget an endpoint; what is still to be delivered to it is cancelled."""
    with parts.database.begin() as connection:
        find(connection, tenant, endpoint_id)
        connection.execute(
            update(webhook_endpoints)
            .where(webhook_endpoints.c.id == endpoint_id)
            .values(deleted_at=func.now(), enabled=False, secret="", previous_secret=None)
        )


def rotate(parts: Parts, tenant: str, endpoint_id: str) -> EndpointSecret:
    """Make a new secret; for a day events carry a signature under the old one as well."""
    with parts.database.begin() as connection:
        before = find(connection, tenant, endpoint_id)
        connection.execute(
            update(webhook_endpoints)
            .where(webhook_endpoints.c.id == endpoint_id)
            .values(
                secret=make_secret(secrets.token_bytes(_SECRET_BYTES)),
                previous_secret=before.secret,
                previous_secret_until=func.now() + func.make_interval(0, 0, 0, _ROTATION_DAYS),
            )
        )
        return with_secret(find(connection, tenant, endpoint_id))


def send_test(parts: Parts, tenant: str, endpoint_id: str) -> Delivery:
    """Send the endpoint an event that means nothing, whatever it asked for."""
    with unit_of_work(parts.database, parts.send) as unit:
        endpoint = find(unit.connection, tenant, endpoint_id)
        data = EventData(id=endpoint.id, status="enabled" if endpoint.enabled else "disabled")
        event = WebhookEvent(type="webhook_endpoint.test", timestamp=datetime.now(UTC), data=data)
        delivery_id = events.address(unit, endpoint, new_id("evt"), event)
    return delivery(parts, tenant, delivery_id)


def deliveries(
    parts: Parts,
    tenant: str,
    endpoint_id: str | None,
    status: str | None,
    cursor: str | None,
    limit: int,
) -> DeliveryList:
    """Return a page of the delivery log, the newest first."""
    query = select(webhook_deliveries).where(webhook_deliveries.c.tenant == tenant)
    for name, value in (("endpoint_id", endpoint_id), ("status", status)):
        if value is not None:
            query = query.where(webhook_deliveries.c[name] == value)
    if cursor is not None:
        query = query.where(webhook_deliveries.c.id < cursor)
    with parts.database.connect() as connection:
        found = connection.execute(
            query.order_by(webhook_deliveries.c.id.desc()).limit(limit + 1)
        ).all()
        shown = [_delivery(connection, DeliveryRow.of(row)) for row in found[:limit]]
    return DeliveryList(data=tuple(shown), next_cursor=shown[-1].id if len(found) > limit else None)


def delivery(parts: Parts, tenant: str, delivery_id: str) -> Delivery:
    """Return one delivery with its attempts."""
    with parts.database.connect() as connection:
        return _delivery(connection, _find_delivery(connection, tenant, delivery_id))


def replay(parts: Parts, tenant: str, delivery_id: str) -> Delivery:
    """Send an event once more, as it was, under its own id: receivers can tell it is the same."""
    with unit_of_work(parts.database, parts.send) as unit:
        before = _find_delivery(unit.connection, tenant, delivery_id)
        endpoint = find(unit.connection, tenant, before.endpoint_id)
        event = WebhookEvent.model_validate_json(before.body)
        again = events.address(unit, endpoint, before.event_id, event)
    return delivery(parts, tenant, again)


def _alive(connection: Connection, tenant: str) -> list[EndpointRow]:
    rows = connection.execute(
        select(webhook_endpoints)
        .where(webhook_endpoints.c.tenant == tenant, webhook_endpoints.c.deleted_at.is_(None))
        .order_by(webhook_endpoints.c.id)
    )
    return [EndpointRow.of(row) for row in rows]


def _find_delivery(connection: Connection, tenant: str, delivery_id: str) -> DeliveryRow:
    found = connection.execute(
        select(webhook_deliveries).where(
            webhook_deliveries.c.id == delivery_id, webhook_deliveries.c.tenant == tenant
        )
    ).one_or_none()
    if found is None:
        raise not_found("投递记录", "delivery")
    return DeliveryRow.of(found)


def _delivery(connection: Connection, row: DeliveryRow) -> Delivery:
    tries = connection.execute(
        select(webhook_attempts)
        .where(webhook_attempts.c.delivery_id == row.id)
        .order_by(webhook_attempts.c.number)
    )
    return Delivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        event_id=row.event_id,
        type=row.type,
        status=row.status,
        attempts=tuple(
            DeliveryAttempt(
                number=entry.number,
                at=entry.at,
                status=entry.status,
                error=entry.error,
                duration_ms=entry.duration_ms,
                response=entry.response,
            )
            for entry in tries
        ),
        next_attempt_at=row.due_at if row.status == "pending" else None,
        created_at=row.created_at,
        body=WebhookEvent.model_validate_json(row.body).model_dump(mode="json"),
    )

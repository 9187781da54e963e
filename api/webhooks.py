"""The room's SQL of webhook endpoints; `api.deliveries` has that of what was sent to them."""

import secrets

from pydantic import AnyHttpUrl
from sqlalchemy import Connection, func, insert, select, update

from api.errors import ApiError, not_found
from api.parts import Parts
from schemas.event import (
    Endpoint,
    EndpointChange,
    EndpointList,
    EndpointRequest,
    EndpointSecret,
    Rotation,
    make_secret,
)
from schemas.tables_sql import webhook_endpoints
from storage.ids import new_id
from storage.rows import EndpointRow

_SECRET_BYTES = 32
_MAX_ENDPOINTS = 50


def create(parts: Parts, tenant: str, wanted: EndpointRequest) -> EndpointSecret:
    """Record an endpoint and return it with its secret, this once."""
    _must_be_sendable(parts, wanted.url)
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
        previous_secret_until=row.previous_secret_until,
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


def find_enabled(connection: Connection, tenant: str, endpoint_id: str) -> EndpointRow:
    """Return a tenant's endpoint that takes events; 409 when it is switched off."""
    endpoint = find(connection, tenant, endpoint_id)
    if not endpoint.enabled:
        raise ApiError(
            409,
            "endpoint_disabled",
            "接收地址已停用。请先以 PATCH 将 enabled 设为 true。",
            "The endpoint is switched off. Set `enabled` to true by PATCH first.",
        )
    return endpoint


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
    if wanted.url is not None:
        _must_be_sendable(parts, wanted.url)
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


def rotate(parts: Parts, tenant: str, endpoint_id: str, wanted: Rotation) -> EndpointSecret:
    """Make a new secret; for some hours events carry a signature under the old one as well."""
    until = func.now() + func.make_interval(0, 0, 0, 0, wanted.overlap_hours)
    kept = wanted.overlap_hours > 0
    with parts.database.begin() as connection:
        before = find(connection, tenant, endpoint_id)
        connection.execute(
            update(webhook_endpoints)
            .where(webhook_endpoints.c.id == endpoint_id)
            .values(
                secret=make_secret(secrets.token_bytes(_SECRET_BYTES)),
                previous_secret=before.secret if kept else None,
                previous_secret_until=until if kept else None,
            )
        )
        return with_secret(find(connection, tenant, endpoint_id))


def _must_be_sendable(parts: Parts, url: AnyHttpUrl) -> None:
    """Refuse at the door what no delivery would be sent to; the address itself is judged then."""
    if url.username is not None or url.password is not None:
        raise ApiError(
            422,
            "url_with_password",
            "接收地址不能含用户名或密码。请用签名（webhook-signature）核验来源。",
            "The address may not hold a user name or password. Verify the signature "
            "(webhook-signature) instead.",
        )
    if url.scheme != "https" and not parts.settings.webhook_allow_networks:
        raise ApiError(
            422,
            "https_required",
            "接收地址须为 https://。仅当管理员开放内部网段（GOUJI_WEBHOOK_ALLOW_NETWORKS）时"
            "才可用 http://。",
            "The address must be https://. Plain http:// is for networks the operator has opened "
            "(GOUJI_WEBHOOK_ALLOW_NETWORKS).",
        )


def _alive(connection: Connection, tenant: str) -> list[EndpointRow]:
    rows = connection.execute(
        select(webhook_endpoints)
        .where(webhook_endpoints.c.tenant == tenant, webhook_endpoints.c.deleted_at.is_(None))
        .order_by(webhook_endpoints.c.id)
    )
    return [EndpointRow.of(row) for row in rows]

"""The room's SQL of API keys: made once, shown once, stored as hashes."""

from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import func, insert, select, update

from api.auth import Caller, key_hash, new_key, operators_only
from api.errors import ApiError, not_found
from api.parts import Parts
from api.scopes import SCOPES, Scope
from schemas.tables_sql import api_keys
from schemas.tenant import TenantName
from schemas.value import Value
from storage import audit
from storage.ids import new_id


class KeyRequest(Value):
    """What a new key is called, what it may do, and how often."""

    name: str = Field(default="", max_length=100)
    scopes: frozenset[Scope] = Field(default=SCOPES, min_length=1)
    """`read`, `write` to hand in and change, `admin` for keys and webhooks; all when left out."""
    tenant: TenantName | None = None
    """Whose it is; only the operator may name a tenant, which is there from its first key on."""
    requests_per_minute: int | None = Field(default=None, ge=1, le=1_000_000)
    """How often it may ask; null for what the operator set for all."""


class ApiKey(Value):
    """A key as its owner reads it: never the key itself, only how it begins."""

    id: str
    name: str
    hint: str
    tenant: str
    scopes: tuple[Scope, ...]
    requests_per_minute: int | None = None
    created_at: datetime


class ApiKeySecret(ApiKey):
    """A fresh key with its value, said once."""

    key: str


class ApiKeyList(Value):
    """All keys of a tenant that are valid."""

    data: tuple[ApiKey, ...]
    next_cursor: str | None = None


def create(parts: Parts, asking: Caller, wanted: KeyRequest) -> ApiKeySecret:
    """Make a key; nobody makes one that may do more than the one used."""
    tenant = wanted.tenant or asking.tenant
    if tenant != asking.tenant and not asking.operator:
        raise operators_only()
    if not wanted.scopes <= asking.scopes:
        raise ApiError(
            403,
            "scope_missing",
            "新密钥的权限不能超过所用密钥的权限。",
            "A new key cannot have scopes that the key used does not have.",
            category="policy",
        )
    key = new_key()
    made: dict[str, Any] = {
        "id": new_id("key"),
        "tenant": tenant,
        "name": wanted.name,
        "hint": key[:7],
        "scopes": sorted(wanted.scopes),
        "requests_per_minute": wanted.requests_per_minute,
    }
    with parts.database.begin() as connection:
        created_at = connection.execute(
            insert(api_keys).values(sha256=key_hash(key), **made).returning(api_keys.c.created_at)
        ).scalar_one()
        audit.note(connection, tenant, asking.actor, "key.created", [made["id"]])
    return ApiKeySecret(**made, created_at=created_at, key=key)


def listed(parts: Parts, tenant: str) -> ApiKeyList:
    """Return the valid keys of a tenant."""
    query = select(api_keys).where(api_keys.c.tenant == tenant, api_keys.c.revoked_at.is_(None))
    with parts.database.connect() as connection:
        rows = connection.execute(query.order_by(api_keys.c.id)).all()
    return ApiKeyList(
        data=tuple(
            ApiKey(
                id=row.id,
                tenant=row.tenant,
                name=row.name,
                hint=row.hint,
                scopes=row.scopes,
                requests_per_minute=row.requests_per_minute,
                created_at=row.created_at,
            )
            for row in rows
        )
    )


def revoke(parts: Parts, asking: Caller, key_id: str) -> None:
    """Make a key invalid: at once here, within a second in other processes."""
    own = (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None)
    if not asking.operator:
        own &= api_keys.c.tenant == asking.tenant
    with parts.database.begin() as connection:
        revoked = update(api_keys).where(own).values(revoked_at=func.now())
        whose = connection.execute(revoked.returning(api_keys.c.tenant)).scalar_one_or_none()
        if whose is not None:
            audit.note(connection, whose, asking.actor, "key.revoked", [key_id])
    parts.keys.forget()
    if whose is None:
        raise not_found("密钥", "key")

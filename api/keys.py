"""The room's SQL of API keys: made once, shown once, stored as hashes."""

from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import func, insert, select, update

from api.auth import key_hash, new_key
from api.errors import not_found
from api.parts import Parts
from schemas.tables_sql import api_keys
from schemas.value import Value
from storage.ids import new_id


class KeyRequest(Value):
    """What a new key is called."""

    name: str = Field(default="", max_length=100)
    requests_per_minute: int | None = Field(default=None, ge=1, le=1_000_000)
    """How often it may ask; null for what the operator set for all."""


class ApiKey(Value):
    """A key as its owner reads it: never the key itself, only how it begins."""

    id: str
    name: str
    hint: str
    requests_per_minute: int | None = None
    created_at: datetime


class ApiKeySecret(ApiKey):
    """A fresh key with its value, said once."""

    key: str


class ApiKeyList(Value):
    """All keys of a tenant that are valid."""

    data: tuple[ApiKey, ...]
    next_cursor: str | None = None


def create(parts: Parts, tenant: str, wanted: KeyRequest) -> ApiKeySecret:
    """Make a key for the tenant."""
    key = new_key()
    made: dict[str, Any] = {
        "id": new_id("key"),
        "name": wanted.name,
        "hint": key[:7],
        "requests_per_minute": wanted.requests_per_minute,
    }
    with parts.database.begin() as connection:
        created_at = connection.execute(
            insert(api_keys)
            .values(tenant=tenant, sha256=key_hash(key), **made)
            .returning(api_keys.c.created_at)
        ).scalar_one()
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
                name=row.name,
                hint=row.hint,
                requests_per_minute=row.requests_per_minute,
                created_at=row.created_at,
            )
            for row in rows
        )
    )


def revoke(parts: Parts, tenant: str, key_id: str) -> None:
    """Make a key invalid: at once here, within a second in other processes."""
    with parts.database.begin() as connection:
        changed = connection.execute(
            update(api_keys)
            .where(
                api_keys.c.id == key_id,
                api_keys.c.tenant == tenant,
                api_keys.c.revoked_at.is_(None),
            )
            .values(revoked_at=func.now())
        )
    parts.keys.forget()
    if changed.rowcount == 0:
        raise not_found("密钥", "key")

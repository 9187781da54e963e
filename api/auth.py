"""Who is asking: a key's tenant, or `local` where only this machine can ask."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from sqlalchemy import select

from api.errors import ApiError
from api.parts import Parts, parts, unauthorised
from api.settings import is_loopback
from schemas.tables_sql import api_keys, tenants

LOCAL = "local"
KEY_PREFIX = "gj_"
_KEY_BYTES = 24


@dataclass(frozen=True, kw_only=True)
class Caller:
    """On whose behalf a request is answered."""

    tenant: str


def new_key() -> str:
    """Return a fresh key; only its hash is ever stored."""
    return KEY_PREFIX + secrets.token_urlsafe(_KEY_BYTES)


def key_hash(key: str) -> str:
    """Return what is stored of a key: it is random, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def caller(request: Request) -> Caller:
    """Return who is asking, or refuse; the log of the request names the tenant."""
    found = _caller(request)
    request.state.tenant = found.tenant
    return found


def _caller(request: Request) -> Caller:
    found = parts(request)
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if key:
        if scheme.lower() != "bearer":
            raise unauthorised()
        return _owner(found, key.strip())
    if found.settings.keys_required:
        raise unauthorised()
    _only_from_here(request)
    return Caller(tenant=LOCAL)


Asking = Annotated[Caller, Depends(caller)]


def _owner(found: Parts, key: str) -> Caller:
    bootstrap = found.settings.bootstrap_key
    if bootstrap and hmac.compare_digest(bootstrap.get_secret_value().encode(), key.encode()):
        return Caller(tenant=LOCAL)
    known = (
        select(
            api_keys.c.id,
            api_keys.c.tenant,
            api_keys.c.requests_per_minute.label("of_key"),
            tenants.c.requests_per_minute.label("of_tenant"),
        )
        .outerjoin(tenants, tenants.c.tenant == api_keys.c.tenant)
        .where(api_keys.c.sha256 == key_hash(key), api_keys.c.revoked_at.is_(None))
    )
    with found.reading.connect() as connection:
        row = connection.execute(known).one_or_none()
    if row is None:
        raise unauthorised()
    of_key = row.of_key or found.settings.requests_per_minute
    if of_key:
        found.limiter.admit(row.id, of_key)
    if row.of_tenant:
        found.limiter.admit(f"tenant:{row.tenant}", row.of_tenant)
    return Caller(tenant=row.tenant)


def _only_from_here(request: Request) -> None:
    """Refuse requests that a foreign web page makes a browser on this machine send.

    Without keys the address is the only guard: a rebound name shows in Host, a cross-site form
    in Origin.
    """
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign or not is_loopback(host):
        raise ApiError(
            403,
            "foreign_origin",
            "未设密钥时只接受本机直接发来的请求。请用 127.0.0.1 访问，或启用密钥。",
            "Without keys only requests made on this machine are taken. Use 127.0.0.1, or "
            "enable keys.",
            category="policy",
        )

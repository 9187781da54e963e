"""Who is asking: a key's tenant, or `local` where only this machine can ask."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from api.errors import ApiError
from api.key_memory import KnownKey
from api.parts import Parts, parts_of, unauthorised
from api.scopes import SCOPES, needed
from api.settings import is_loopback
from schemas.tables_sql import api_keys, tenants

LOCAL = "local"
BOOTSTRAP = "bootstrap"
KEY_PREFIX = "gj_"
_KEY_BYTES = 24


@dataclass(frozen=True, kw_only=True)
class Caller:
    """On whose behalf a request is answered."""

    tenant: str
    actor: str
    """The id of the key that asks, or who asks without one of the tenant's: for the audit."""
    scopes: frozenset[str] = frozenset(SCOPES)
    operator: bool = False
    """Whether it may look after all tenants: with the key of the settings, or on this machine."""
    of_key: int | None = None
    of_tenant: int | None = None
    """Requests a minute of the key and of the tenant; null for no limit."""


def new_key() -> str:
    """Return a fresh key; only its hash is ever stored."""
    return KEY_PREFIX + secrets.token_urlsafe(_KEY_BYTES)


def key_hash(key: str) -> str:
    """Return what is stored of a key: it is random, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


async def caller(request: Request) -> Caller:
    """Return who is asking, or refuse; the log of the request names the tenant."""
    found = await _caller(request)
    request.state.tenant = found.tenant
    wanted = needed(request.method, request.url.path)
    if wanted not in found.scopes:
        raise ApiError(
            403,
            "scope_missing",
            f"密钥没有“{wanted}”权限。请使用有此权限的密钥（见 GET /v1/api_keys 的 scopes）。",
            f"The key has no scope `{wanted}`. Use one that has it (`scopes` in GET /v1/api_keys).",
            category="policy",
        )
    return found


async def operator(request: Request) -> Caller:
    """Return who is asking, if that is who runs the service; 403 for everybody else."""
    found = await caller(request)
    if not found.operator:
        raise operators_only()
    return found


def operators_only() -> ApiError:
    """Return the answer to a tenant that asks for what concerns all tenants."""
    return ApiError(
        403,
        "operators_only",
        "只有管理员可以这样做：请使用 GOUJI_BOOTSTRAP_KEY 设定的密钥。",
        "Only the operator may do this: use the key set as GOUJI_BOOTSTRAP_KEY.",
        category="policy",
    )


async def _caller(request: Request) -> Caller:
    found = parts_of(request)
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if key:
        if scheme.lower() != "bearer":
            raise unauthorised()
        return await _owner(found, key.strip())
    if found.settings.keys_required:
        raise unauthorised()
    _only_from_here(request)
    return Caller(tenant=LOCAL, actor=LOCAL, operator=True)


Asking = Annotated[Caller, Depends(caller)]
Operator = Annotated[Caller, Depends(operator)]


async def _owner(found: Parts, key: str) -> Caller:
    """Return whose key it is; threads are used only to wait for a server."""
    bootstrap = found.settings.bootstrap_key
    if bootstrap and hmac.compare_digest(bootstrap.get_secret_value().encode(), key.encode()):
        return Caller(tenant=LOCAL, actor=BOOTSTRAP, operator=True)
    hashed = key_hash(key)
    known = found.keys.recall(hashed)
    if known is None:
        known = await run_in_threadpool(_look_up, found, hashed)
    of_key = known.of_key or found.settings.requests_per_minute
    if of_key:
        await run_in_threadpool(found.limiter.admit, known.id, of_key)
    if known.of_tenant:
        await run_in_threadpool(found.limiter.admit, f"tenant:{known.tenant}", known.of_tenant)
    return Caller(
        tenant=known.tenant,
        actor=known.id,
        scopes=known.scopes,
        of_key=of_key or None,
        of_tenant=known.of_tenant,
    )


def _look_up(found: Parts, hashed: str) -> KnownKey:
    """Ask the database for a key by its hash; 401 when it is unknown or revoked."""
    age, now = found.keys.age, time.monotonic()
    query = (
        select(
            api_keys.c.id,
            api_keys.c.tenant,
            api_keys.c.scopes,
            api_keys.c.requests_per_minute.label("of_key"),
            tenants.c.requests_per_minute.label("of_tenant"),
        )
        .outerjoin(tenants, tenants.c.tenant == api_keys.c.tenant)
        .where(api_keys.c.sha256 == hashed, api_keys.c.revoked_at.is_(None))
    )
    with found.reading.connect() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise unauthorised()
    known = KnownKey(
        id=row.id,
        tenant=row.tenant,
        scopes=frozenset(row.scopes),
        of_key=row.of_key,
        of_tenant=row.of_tenant,
    )
    found.keys.keep(hashed, known, age, now)
    return known


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

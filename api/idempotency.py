"""Idempotency-Key: the same request twice is done once, and the second is told so.

A key is taken before the body is read. While its request is under way another with the same key is
answered 409; afterwards one with the same content gets the first one's answer, and one with other
content 422. A key whose request failed, or died with its process, is free again.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api.errors import ApiError
from api.parts import Parts
from schemas.tables_sql import idempotency_keys
from storage.events import seconds
from storage.outbox import Unit

log = structlog.get_logger()

_RUNNING_S = 20.0
"""A request whose process has not renewed its key for this long counts as dead."""

_NOTHING = ""
"""The resource of a request that is under way."""


def take(parts: Parts, tenant: str, key: str) -> bool:
    """Take a key for the request that begins; False when it was answered before; 409 meanwhile."""
    until = func.now() + seconds(_RUNNING_S)
    fresh = insert(idempotency_keys).values(
        tenant=tenant, key=key, fingerprint="", resource_id=_NOTHING, running_until=until
    )
    dead = idempotency_keys.c.running_until < func.now()
    taken = fresh.on_conflict_do_update(
        index_elements=["tenant", "key"],
        set_={"running_until": until},
        where=(idempotency_keys.c.resource_id == _NOTHING) & dead,
    ).returning(idempotency_keys.c.key)
    with parts.database.begin() as connection:
        if connection.execute(taken).one_or_none() is not None:
            return True
        known = select(idempotency_keys.c.resource_id).where(_row(tenant, key))
        resource_id = connection.execute(known).scalar_one_or_none()
    if resource_id:
        return False
    raise ApiError(
        409,
        "idempotency_in_progress",
        "使用同一个 Idempotency-Key 的请求正在处理。请稍候，再以同样内容重发即可取得其结果。",
        "A request with this Idempotency-Key is under way. Send it again in a moment to get its "
        "answer.",
        category="capacity",
        retryable=True,
        headers={"Retry-After": "1"},
    )


@asynccontextmanager
async def kept(parts: Parts, tenant: str, key: str) -> AsyncIterator[None]:
    """Take a key and keep it for as long as the block runs; free it if it came to nothing."""
    if not await run_in_threadpool(take, parts, tenant, key):
        yield
        return
    renewing = asyncio.create_task(_renew_now_and_then(parts, tenant, key))
    try:
        yield
    finally:
        renewing.cancel()
        await run_in_threadpool(give_back, parts, tenant, key)


async def _renew_now_and_then(parts: Parts, tenant: str, key: str) -> None:
    while True:
        await asyncio.sleep(_RUNNING_S / 4)
        try:
            await run_in_threadpool(_renew, parts, tenant, key)
        except SQLAlchemyError as exc:
            log.warning("key_not_renewed", error=type(exc).__name__)


def _renew(parts: Parts, tenant: str, key: str) -> None:
    until = func.now() + seconds(_RUNNING_S)
    under_way = _row(tenant, key) & (idempotency_keys.c.resource_id == _NOTHING)
    with parts.database.begin() as connection:
        connection.execute(update(idempotency_keys).where(under_way).values(running_until=until))


def give_back(parts: Parts, tenant: str, key: str) -> None:
    """Free a key whose request came to nothing."""
    unused = _row(tenant, key) & (idempotency_keys.c.resource_id == _NOTHING)
    with parts.database.begin() as connection:
        connection.execute(delete(idempotency_keys).where(unused))


def earlier(unit: Unit, tenant: str, key: str | None, content: Mapping[str, object]) -> str | None:
    """Return what the same request made before, if it did; 422 when it was another request."""
    if key is None:
        return None
    known = unit.connection.execute(select(idempotency_keys).where(_row(tenant, key))).one_or_none()
    if known is None or known.resource_id == _NOTHING:
        return None
    if known.fingerprint != fingerprint(content):
        raise ApiError(
            422,
            "idempotency_key_reused",
            "同一个 Idempotency-Key 已用于另一份提交。请为新的提交换一个键。",
            "This Idempotency-Key was used for a different submission. Use a new one.",
        )
    return str(known.resource_id)


def remember(
    unit: Unit, tenant: str, key: str | None, content: Mapping[str, object], resource_id: str
) -> None:
    """Note what a request made, in the transaction that makes it."""
    if key is None:
        return
    said = {"fingerprint": fingerprint(content), "resource_id": resource_id, "running_until": None}
    unit.connection.execute(update(idempotency_keys).where(_row(tenant, key)).values(said))


def fingerprint(content: Mapping[str, object]) -> str:
    """Return 64 hexadecimal digits that change with the content of a request."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _row(tenant: str, key: str) -> ColumnElement[bool]:
    return (idempotency_keys.c.tenant == tenant) & (idempotency_keys.c.key == key)

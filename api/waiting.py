"""Waiting without polling: woken by the stream of events, within the client's patience."""

import asyncio
import re
import zlib

from starlette.concurrency import run_in_threadpool

from api import batches, jobs, streams
from api.hub import news_or_timeout
from api.parts import Parts
from schemas.batch import Batch
from schemas.job import TERMINAL, Job

_LOOK_AGAIN_S = 2.0
"""Not every change is a line of the event stream: a new reason for waiting is not."""
_WAIT = re.compile(r"(?:^|[,\s])wait=(\d{1,4})")


def patience_s(parts: Parts, prefer: str | None) -> float:
    """Return the seconds a Prefer header asks to wait (RFC 7240), within the server's limit."""
    asked = _WAIT.search(prefer or "")
    return min(float(asked.group(1)), parts.settings.max_wait_s) if asked else 0.0


async def until_finished(
    parts: Parts, tenant: str, job_id: str, wait_s: float, *, known: int | None = None
) -> tuple[Job, int]:
    """Return the job with its version: once it is finished, or when patience runs out.

    A client that says which version it knows is answered as soon as there is another.
    """
    if wait_s <= 0:
        return await run_in_threadpool(jobs.versioned, parts, tenant, job_id)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + min(wait_s, parts.settings.max_wait_s)
    with parts.hub.watch(job_id) as news:
        status, version = await run_in_threadpool(jobs.status_of, parts, tenant, job_id)
        while status not in TERMINAL and (left := deadline - loop.time()) > 0:
            if known is not None and version != known:
                break
            await news_or_timeout(news, min(left, _LOOK_AGAIN_S))
            status, version = await run_in_threadpool(jobs.status_of, parts, tenant, job_id)
    return await run_in_threadpool(jobs.versioned, parts, tenant, job_id)


async def until_batch_finished(
    parts: Parts, tenant: str, batch_id: str, wait_s: float, *, known: int | None = None
) -> tuple[Batch, int]:
    """Return the batch with its version: once it is finished, or when patience runs out.

    A client that says which version it knows is answered as soon as there is another. Many that
    wait for the same batch share the looks at it.
    """
    batch = await run_in_threadpool(batches.read, parts, tenant, batch_id)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + min(wait_s, parts.settings.max_wait_s)
    with parts.hub.watch(batch_id) as news:
        while batch.status not in TERMINAL and (left := deadline - loop.time()) > 0:
            if known is not None and version_of(batch) != known:
                break
            await news_or_timeout(news, min(left, _LOOK_AGAIN_S))
            if known is None and not await run_in_threadpool(
                batches.ended, parts, tenant, batch_id
            ):
                continue  # counting all items again would tell this client nothing
            batch = await streams.seen(parts, tenant, batch_id)
    if known is None and batch.status not in TERMINAL:
        batch = await streams.seen(parts, tenant, batch_id)
    return batch, version_of(batch)


def version_of(batch: Batch) -> int:
    """Return a number that changes with what is shown of a batch."""
    return zlib.crc32(batch.model_dump_json().encode())

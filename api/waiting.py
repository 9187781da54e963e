"""Waiting for a job without polling: woken by its event stream, within the client's patience."""

import asyncio
import re

from starlette.concurrency import run_in_threadpool

from api import jobs
from api.hub import news_or_timeout
from api.parts import Parts
from schemas.job import TERMINAL, Job

_LOOK_AGAIN_S = 2.0
"""Not every change is a line of the event stream: a new reason for waiting is not."""
_WAIT = re.compile(r"(?:^|[,\s])wait=(\d{1,4})")


def patience_s(parts: Parts, prefer: str | None) -> float:
    """Return the seconds a Prefer header asks to wait (RFC 7240), within the server's limit."""
    asked = _WAIT.search(prefer or "")
    return min(float(asked.group(1)), parts.settings.max_wait_s) if asked else 0.0


async def until_finished(
    parts: Parts, tenant: str, job_id: str, wait_s: float, *, or_changed: bool = False
) -> Job:
    """Return the job once it is finished (or has changed at all), or when patience runs out."""
    if wait_s <= 0:
        return await run_in_threadpool(jobs.read, parts, tenant, job_id)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + min(wait_s, parts.settings.max_wait_s)
    with parts.hub.watch(job_id) as news:
        status, first = await run_in_threadpool(jobs.status_of, parts, tenant, job_id)
        version = first
        while status not in TERMINAL and (left := deadline - loop.time()) > 0:
            if or_changed and version != first:
                break
            await news_or_timeout(news, min(left, _LOOK_AGAIN_S))
            status, version = await run_in_threadpool(jobs.status_of, parts, tenant, job_id)
    return await run_in_threadpool(jobs.read, parts, tenant, job_id)

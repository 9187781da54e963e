"""Streams of server-sent events: a job's way, a batch filling up."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from fastapi.responses import StreamingResponse
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool

from api import batch_events, batches, jobs
from api.batch_events import Position
from api.errors import ApiError
from api.hub import news_or_timeout
from api.parts import Parts
from schemas.batch import Batch
from schemas.event import BatchEvent
from schemas.job import TERMINAL

_KEEP_ALIVE_S = 15.0
_LOOK_AGAIN_S = 2.0
"""A batch changes in ways that are no item's end: its archive is opened, an item begins."""
_FRESH_S = 0.25
_BATCH_FRESH_S = 1.0
_BEGIN = "retry: 2000\n\n"
_STILL_HERE = ": still here\n\n"

ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
    204: {"description": "It has ended, and Last-Event-ID is its last line."},
}
"""What /openapi.json says of a stream."""


def answer(lines: AsyncIterator[str]) -> StreamingResponse:
    """Return lines as a response that no proxy on the way holds back."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(lines, media_type="text/event-stream", headers=headers)


async def of_job(found: Parts, tenant: str, job_id: str, seq: int) -> AsyncIterator[str]:
    """Yield a job's lines after line `seq`, to its end, or until it is deleted."""
    with found.hub.watch(job_id) as news, suppress(ApiError, OperationalError):
        yield _BEGIN
        while True:
            status, _ = await run_in_threadpool(jobs.status_of, found, tenant, job_id)
            events = await run_in_threadpool(jobs.events_after, found, job_id, seq)
            for event in events:
                seq = event.seq
                yield f"id: {seq}\nevent: {event.type}\ndata: {event.model_dump_json()}\n\n"
            if status in TERMINAL and not events:
                return
            if not events:
                yield _STILL_HERE
            if status not in TERMINAL:
                await news_or_timeout(news, _KEEP_ALIVE_S)


async def of_batch(
    found: Parts, tenant: str, batch: Batch, after: Position, *, items: bool = True
) -> AsyncIterator[str]:
    """Yield the ends of a batch's items after a position, and the batch whenever it has changed."""
    shown: Batch | None = None
    with found.hub.watch(batch.id) as news, suppress(ApiError, OperationalError):
        yield _BEGIN
        while True:
            ended = batch.status in TERMINAL
            events = await items_after(found, batch.id, after, ended=ended) if items else []
            for event in events:
                yield _line(event)
            if events:
                after = Position.parse(events[-1].id or "")
            elif ended:
                yield _line(_state(batch, "batch.completed"))
                return
            if batch != shown and not ended:
                yield _line(_state(batch, "batch.progress"))
                shown = batch
            elif not events:
                yield _STILL_HERE
            if len(events) < batch_events.AT_ONCE:
                await news_or_timeout(news, _LOOK_AGAIN_S)
            batch = await seen(found, tenant, batch.id)


async def seen(found: Parts, tenant: str, batch_id: str) -> Batch:
    """Return a batch as it was less than a second ago."""
    look = partial(batches.read, found, tenant, batch_id)
    return await found.shared.look(("batch", tenant, batch_id), _BATCH_FRESH_S, look)


async def items_after(
    found: Parts, batch_id: str, after: Position, *, ended: bool
) -> list[BatchEvent]:
    """Return the next ends of items; subscribers that are equally far share the look."""
    look = partial(batch_events.after, found, batch_id, after, ended=ended)
    return await found.shared.look(("items", batch_id, after, ended), _FRESH_S, look)


def _state(batch: Batch, kind: Literal["batch.progress", "batch.completed"]) -> BatchEvent:
    data = batch.model_dump(mode="json")
    return BatchEvent(id=None, type=kind, at=datetime.now(UTC), data=data)


def _line(event: BatchEvent) -> str:
    named = f"id: {event.id}\n" if event.id else ""
    return f"{named}event: {event.type}\ndata: {event.model_dump_json()}\n\n"

"""Who waits for news of a job or batch is told: one look at the database serves all who wait."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy
import structlog
from sqlalchemy import func, select, union
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from schemas.tables_sql import job_events
from storage.outbox import at_once

log = structlog.get_logger()

_LOOK_EVERY_S = 0.25
_LOOK_BACK = 12
"""Looks by which a line may be late: numbers are given out before they are committed."""


class Hub:
    """Wakes those who watch a job or batch when its event stream has grown; one a process."""

    def __init__(self, database: sqlalchemy.Engine) -> None:
        self._database = at_once(database)
        self._watched: dict[str, set[asyncio.Event]] = {}
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def watch(self, watched_id: str) -> Iterator[asyncio.Event]:
        """Watch a job or batch while the block runs; the event is set when there may be news."""
        news = asyncio.Event()
        self._watched.setdefault(watched_id, set()).add(news)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield news
        finally:
            watchers = self._watched[watched_id]
            watchers.discard(news)
            if not watchers:
                del self._watched[watched_id]

    async def _run(self) -> None:
        """Look now and then, for as long as anybody watches."""
        seen: deque[int] = deque(maxlen=_LOOK_BACK)
        while self._watched:
            try:
                last, news = await run_in_threadpool(
                    self._look, seen[0] if seen else None, sorted(self._watched)
                )
            except SQLAlchemyError as exc:
                log.warning("no_look_at_events", error=type(exc).__name__)
            else:
                seen.append(last)
                for watched_id in news:
                    for one in self._watched.get(watched_id, ()):
                        one.set()
            await asyncio.sleep(_LOOK_EVERY_S)

    def _look(self, since: int | None, watched: list[str]) -> tuple[int, list[str]]:
        """Return the last line's number, and what of the watched has lines after `since`."""
        with self._database.connect() as connection:
            last = connection.execute(select(func.max(job_events.c.seq))).scalar() or 0
            if since is None:
                return last, watched
            own = (job_events.c.job_id, job_events.c.batch_id)
            grown = union(
                *(select(one).where(job_events.c.seq > since, one.in_(watched)) for one in own)
            )
            return last, list(connection.execute(grown).scalars())


async def news_or_timeout(news: asyncio.Event, timeout_s: float) -> None:
    """Wait until there may be news, or until the time is over."""
    with suppress(TimeoutError):
        await asyncio.wait_for(news.wait(), timeout_s)
    news.clear()

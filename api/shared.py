"""One look for all who ask for the same within a moment."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from starlette.concurrency import run_in_threadpool

T = TypeVar("T")


class Shared:
    """Remembers answers for a moment, so that many subscribers cost as much as one; one a process.

    Who asks while a look is under way gets its answer. An error is told to those who wait for it
    and not remembered.
    """

    def __init__(self) -> None:
        self._answers: dict[Hashable, asyncio.Future[Any]] = {}

    async def look(self, key: Hashable, fresh_s: float, load: Callable[[], T]) -> T:
        """Return what `load` returns, or what it returned for this key less than `fresh_s` ago."""
        known = self._answers.get(key)
        if known is None:
            known = asyncio.ensure_future(run_in_threadpool(load))
            self._answers[key] = known
            known.add_done_callback(lambda done: self._keep(key, done, fresh_s))
        return cast("T", await asyncio.shield(known))

    def _keep(self, key: Hashable, done: "asyncio.Future[Any]", fresh_s: float) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed:
            self._answers.pop(key, None)
        else:
            done.get_loop().call_later(fresh_s, self._answers.pop, key, None)

"""One thread a process that does something now and then while blocks run: their heartbeats.

A thread for each block would be begun and ended three times a document, and hand the interpreter
over and back each time.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

LOOK_S = 0.5
"""How often it looks about."""
_IDLE_S = 10.0
"""The thread ends when nobody has needed it for so long."""


@dataclass(eq=False)
class _Beat:
    """What is done while one block runs."""

    act: Callable[[], bool]
    """Called now and then; not again once it has returned False."""
    first: float
    """When it is called first (monotonic seconds): most blocks are over before."""
    busy: threading.Lock = field(default_factory=threading.Lock)
    over: bool = False

    def once(self) -> None:
        with self.busy:
            if self.over:
                return
            try:
                self.over = not self.act()
            except Exception:  # the others' hearts must go on beating
                log.exception("heartbeat_failed")
                self.over = True


class Heart:
    """The thread and what it does; a fork has none of its parent's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._beats: set[_Beat] = set()
        self._every_s = LOOK_S
        self._hurry = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def beating(self, act: Callable[[], bool], every_s: float) -> Iterator[None]:
        """Act after so many seconds, and then as often or more, until the block is over.

        It is not under way any more when the block has been left.
        """
        beat = _Beat(act, first=time.monotonic() + every_s)
        with self._lock:
            self._beats.add(beat)
            if every_s < self._every_s:
                self._every_s = every_s
                self._hurry.set()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._go_on, name="heart", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._beats.discard(beat)
            with beat.busy:
                beat.over = True

    def _go_on(self) -> None:
        needed = time.monotonic()
        while True:
            if not self._hurry.wait(self._every_s):
                for beat in self._now():
                    beat.once()
            self._hurry.clear()
            with self._lock:
                if self._beats:
                    needed = time.monotonic()
                elif time.monotonic() - needed > _IDLE_S:
                    self._thread, self._every_s = None, LOOK_S
                    return

    def _now(self) -> list[_Beat]:
        now = time.monotonic()
        with self._lock:
            return [beat for beat in self._beats if beat.first <= now]


HEART = Heart()

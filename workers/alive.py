"""A file that a worker touches as long as its loop goes round, for whoever watches over it.

Asking the worker through the broker would start a Python of its own each time: two seconds of a
core, for every container, twice a minute, and worse the busier the machine is.
"""

from pathlib import Path
from typing import Any

import structlog
from celery import bootsteps

log = structlog.get_logger()

EVERY_S = 10.0


def alive_step(path: Path) -> type[bootsteps.StartStopStep]:
    """Return the part of a worker that touches the file from the worker's own timer."""

    class AliveFile(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery is not typed
        requires = {"celery.worker.components:Timer"}  # noqa: RUF012  Celery's way of saying it

        def start(self, worker: Any) -> None:
            """Touch the file now and ever again."""
            touch(path)
            self._entry = worker.timer.call_repeatedly(EVERY_S, touch, (path,))

    return AliveFile


def touch(path: Path) -> None:
    """Touch the file; a disk that is full is no reason for the worker to stop."""
    try:
        path.touch()
    except OSError as exc:
        log.warning("alive_file_not_touched", error=type(exc).__name__)

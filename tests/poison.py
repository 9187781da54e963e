"""A reading worker whose steps die on some documents: `celery -A tests.poison:celery worker`."""

import os
import signal
from dataclasses import replace

from workers import app, null_steps
from workers.engines.protocols import Engines
from workers.parts import Steps
from workers.settings import WorkerSettings
from workers.steps import PageReading

POISON = b"poison"
DEADLY_PAGE = 2


def _steps(settings: WorkerSettings) -> Steps:
    steps = null_steps.build(settings.null_page_s)

    def read_page(content: bytes, kind: str, number: int, engines: Engines) -> PageReading:
        if POISON in content and number == DEADLY_PAGE:
            os.kill(os.getpid(), signal.SIGKILL)  # as a crash in native code would
        return steps.read_page(content, kind, number, engines)

    return replace(steps, read_page=read_page)


app.steps_for = _steps
celery = app.celery

"""Workers of the chaos suite: texts are read for real, pictures as empty pages that take a while.

`celery -A tests.chaos.steps:celery worker`
"""

from collections.abc import Sequence
from dataclasses import replace

from schemas.failure import Failure
from schemas.page import Page
from schemas.record import Engine, Source
from workers import app, null_steps, real_steps
from workers.engines.protocols import Engines
from workers.parts import Image, Steps
from workers.pipeline.read.markup import MARKUP_KINDS
from workers.settings import WorkerSettings
from workers.steps import Assembly, Earlier, PageReading, Tell


def build(settings: WorkerSettings) -> Steps:
    """Return the real steps for documents without pages, the null ones for all others."""
    real = real_steps.build()
    null = null_steps.build(settings.null_page_s)

    def read_page(content: bytes, kind: str, number: int, engines: Engines) -> PageReading:
        steps = real if kind in MARKUP_KINDS else null
        return steps.read_page(content, kind, number, engines)

    def assemble(
        source: Source,
        engine: Engine,
        pages: Sequence[Page],
        image: Image,
        earlier: Earlier,
        tell: Tell,
    ) -> Assembly | Failure:
        steps = real if source.kind in MARKUP_KINDS else null
        return steps.assemble(source, engine, pages, image, earlier, tell)

    return replace(null, read_page=read_page, assemble=assemble)


app.steps_for = build
celery = app.celery

"""The steps of reading with real models, whose libraries are loaded by processes that take steps.

They take seconds to load. None of them starts a thread as long as OMP_NUM_THREADS is 1, so that
a parent may load them for all it forks; the models, which do, are built in the process they serve.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from schemas.failure import Failure
from schemas.page import Page
from schemas.record import Engine, Source
from workers.parts import Steps

if TYPE_CHECKING:
    from workers.engines.inspection import Inspection, Limits
    from workers.engines.protocols import Engines
    from workers.steps import Assembly, Earlier, PageReading, Tell


def build() -> Steps:
    """Return the real steps; models are loaded at the first call of `engines`."""
    return Steps(
        inspect=inspect, read_page=_read_page, assemble=_assemble, engines=_engines, load=load
    )


def load() -> None:
    """Load what the steps need but for the models."""
    import workers.steps  # noqa: F401  loading it is all that is wanted


def inspect(content: bytes, filename: str, limits: "Limits") -> "Inspection | Failure":
    """Say what a document is, or why it is refused."""
    from workers.steps import inspect_document

    return inspect_document(content, filename, limits)


def _read_page(content: bytes, kind: str, number: int, engines: "Engines") -> "PageReading":
    from workers.steps import read_page

    return read_page(content, kind, number, engines)


def _assemble(
    source: Source,
    engine: Engine,
    pages: Sequence[Page],
    image: Callable[[int], bytes],
    earlier: "Earlier",
    tell: "Tell",
) -> "Assembly | Failure":
    from workers.steps import assemble_document

    return assemble_document(source, engine, pages, image, earlier, tell)


@cache
def _engines() -> "Engines":
    from workers.engines.recognise import build_engines

    return build_engines()

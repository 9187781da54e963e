"""The three steps of a document's way; `workers.tasks` and `gouji process` walk the same ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from schemas.failure import Failure
from schemas.page import Page
from schemas.record import Engine, Record, Source
from schemas.validation import Validation
from workers.engines.inspect import Inspection, Limits
from workers.engines.protocols import Engines


@dataclass(frozen=True, kw_only=True)
class PageReading:
    """A page read: its value and its upright picture (WebP) to which the boxes refer."""

    page: Page
    image: bytes


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """A document put together: record, validation and the result files by name."""

    record: Record
    validation: Validation
    files: dict[str, bytes]


def inspect_document(content: bytes, filename: str, limits: Limits) -> Inspection | Failure:
    """Say what a document is, or why it is refused."""
    raise NotImplementedError


def read_page(content: bytes, kind: str, number: int, engines: Engines) -> PageReading:
    """Read page `number` (from 1); a page that cannot be read yields a Page with its failure."""
    raise NotImplementedError


def assemble_document(
    source: Source, engine: Engine, pages: Sequence[Page], image: Callable[[int], bytes]
) -> Assembly | Failure:
    """Join the pages to a record, validate it and set all result files; `image(n)` fetches WebP."""
    raise NotImplementedError

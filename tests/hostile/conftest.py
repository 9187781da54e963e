"""One reader for all hostile files, as a worker has one."""

from collections.abc import Callable, Iterator

import pytest

from schemas.environment import Confinement
from schemas.failure import Failure
from workers.confined.reader import Reader
from workers.engines.inspection import Limits

LIMITS = Limits(max_pages=20, max_page_pixels=4_000_000, max_markup_bytes=8 * 1024 * 1024)

Outcome = Callable[[bytes], str]


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    told = {**Confinement().model_dump(), "document_cpu_s": 30.0, "document_limit_s": 90.0}
    made = Reader(Confinement.model_construct(**told))
    yield made
    made.close()


@pytest.fixture(scope="session")
def outcome(reader: Reader) -> Outcome:
    """Open a document and its first page; return the code of the failure, or `ok`."""

    def opened(content: bytes) -> str:
        found = reader.inspect(content, "a", LIMITS)
        if isinstance(found, Failure):
            return found.code
        page = reader.open_page(content, found.kind, 1).page
        return page.failure.code if page is not None and page.failure is not None else "ok"

    return opened

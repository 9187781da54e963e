"""What the tasks keep in object storage: sources, page readings, result files."""

import mimetypes
from functools import lru_cache
from typing import TYPE_CHECKING

from schemas import keys
from schemas.reading import StoredPage
from schemas.record import Engine
from storage.objects import ObjectStore, read
from storage.rows import JobRow

if TYPE_CHECKING:
    from workers.steps import PageReading


def source(objects: ObjectStore, job: JobRow) -> bytes:
    """Return the document of a job as it was handed in."""
    return _document(objects, keys.upload(job.tenant, job.sha256))  # type: ignore[arg-type]  # stores hash by identity


@lru_cache(maxsize=1)  # the next page a process reads is often of the same document
def _document(objects: ObjectStore, key: str) -> bytes:
    return read(objects, key)


def find_reading(objects: ObjectStore, job: JobRow, engine: Engine, number: int) -> str | None:
    """Return the key of a reading of this page by this engine, if there is one already."""
    key = keys.page_reading(job.tenant, job.sha256, engine, number)
    return key if objects.stat(key) is not None else None


def keep_reading(
    objects: ObjectStore, job: JobRow, engine: Engine, reading: "PageReading"
) -> tuple[str, StoredPage]:
    """Store a page's picture, if it has one, and then its reading; return this with its key.

    A page that failed is kept under its job, so that nobody takes it for a finished one.
    """
    page = reading.page
    if page.failure is None:
        key = keys.page_reading(job.tenant, job.sha256, engine, page.number)
    else:
        key = keys.failed_page(job.tenant, job.id, page.number)
    if reading.image:
        objects.put(keys.page_image(key), reading.image, "image/webp")
    stored = StoredPage(engine=engine, page=page)
    objects.put(key, stored.model_dump_json().encode(), "application/json")
    return key, stored


def load_reading(objects: ObjectStore, key: str) -> StoredPage:
    """Return a page reading by its key."""
    return StoredPage.model_validate_json(read(objects, key))


def keep_results(objects: ObjectStore, job: JobRow, files: dict[str, bytes]) -> None:
    """Store the result files of a job; a second time writes the same bytes again."""
    for name, content in files.items():
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        objects.put(keys.result(job.tenant, job.id, name), content, media_type)

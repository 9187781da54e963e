"""The export of a batch: the tidy rows of its reports strung together, as one file."""

from collections.abc import Iterator, Sequence

from api import objects
from api.long_files import LongFormat, long_file
from api.parts import Parts
from api.summary import Summary, Told
from api.summary_page import summary_page
from schemas import keys
from schemas.batch import Batch
from schemas.keys import LONG_TABLE
from schemas.long_row import LongRow, csv_bytes, rows_of, without_head
from schemas.validation import Validation
from storage.rows import JobRow

_WITH_RESULTS = frozenset({"succeeded", "partially_succeeded"})


def pieces(parts: Parts, jobs: Sequence[JobRow], form: LongFormat) -> Iterator[bytes]:
    """Yield a file with the values of all reports, one report at a time."""
    return _csv(parts, jobs) if form == "csv" else long_file(form, reports(parts, jobs))


def reports(parts: Parts, jobs: Sequence[JobRow]) -> Iterator[Iterator[LongRow]]:
    """Yield the rows of each report that has any."""
    for content in _tables(parts, jobs):
        yield rows_of(content)


def summarised(parts: Parts, batch: Batch, jobs: Sequence[JobRow]) -> bytes:
    """Return one page on all reports of a batch read so far."""
    summary = Summary()
    for job in jobs:
        table = objects.content(parts, keys.result(job.tenant, job.id, LONG_TABLE))
        judged = objects.content(parts, keys.result(job.tenant, job.id, "validation.json"))
        if table is None or judged is None:
            continue
        validation = Validation.model_validate_json(judged)
        told = Told(
            name=job.filename,
            href=f"/v1/jobs/{job.id}/result?format=html",
            issuer=job.issuer,
            year=job.year,
            verdict=validation.verdict,
            counts=validation.counts,
        )
        summary.add(told, validation, rows_of(table))
    others: dict[str, int] = {
        status: n for status, n in batch.counts.items() if status not in _WITH_RESULTS
    }
    title = batch.metadata.get("title")
    name = title if isinstance(title, str) and title else f"gouji {batch.id}"
    return summary_page(summary, name, others).encode()


def _csv(parts: Parts, jobs: Sequence[JobRow]) -> Iterator[bytes]:
    """Yield CSV as it is stored; what an earlier version stored gets the columns of this one."""
    head = csv_bytes([])
    yield head
    for content in _tables(parts, jobs):
        alike = content.startswith(head)
        yield without_head(content) if alike else csv_bytes(rows_of(content), head=False)


def _tables(parts: Parts, jobs: Sequence[JobRow]) -> Iterator[bytes]:
    for job in jobs:
        content = objects.content(parts, keys.result(job.tenant, job.id, LONG_TABLE))
        if content is not None:
            yield content

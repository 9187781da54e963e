"""Put a document together from its pages: record, validation, result files."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from schemas import failures, keys
from schemas.failure import Failure
from schemas.job import ASSEMBLY, Stage
from schemas.keys import LONG_TABLE
from schemas.long_row import csv_bytes
from schemas.page import Page
from schemas.reading import StoredPage
from schemas.record import Record, Source
from schemas.validation import Validation
from storage.jobs import latest_report
from storage.moving import Values
from storage.objects import ObjectMissing, read
from storage.outbox import at_once
from storage.rows import JobRow, PageRow
from workers import app, jobs, objects, pages
from workers.lease import Held
from workers.parts import Parts
from workers.pipeline.export.long_table import rows
from workers.tasks.attempt import attempt, exhausted

if TYPE_CHECKING:
    from workers.steps import Assembly, Tell

log = structlog.get_logger()


@app.task("gouji.assemble")
def assemble(parts: Parts, job_id: str) -> None:
    """Assemble a job whose pages are all read, and finish it."""
    held = jobs.start_assembly(parts, job_id)
    if held is None or exhausted(parts, held, "gouji.assemble"):
        return
    put_together(parts, held)


@dataclass(frozen=True, kw_only=True)
class JustRead:
    """The last page of a job, read in this process a moment ago: it need not be fetched again."""

    number: int
    key: str
    stored: StoredPage | None
    """Null where an earlier reading was found."""


def put_together(parts: Parts, held: Held, last: JustRead | None = None) -> None:
    """Assemble a job that is claimed for it, and finish it."""
    standing = Standing(parts=parts, held=held)
    with attempt(parts, held, "gouji.assemble", standing.show):
        done = _assemble(parts, held, standing.tell, last)
        if isinstance(done, Failure):
            log.info("document_refused", code=done.code)
            jobs.fail(parts, held, done)
            return
        tidy = csv_bytes(rows(done.record, held.job.id))
        objects.keep_results(parts.objects, held.job, {**done.files, LONG_TABLE: tidy})
        log.info("document_assembled", verdict=done.validation.verdict)
        jobs.finish_assembly(parts, held, facts(done))


@dataclass
class Standing:
    """The stage an assembly is at, and the one that its job's row shows.

    Most documents are through within a blink, so it is shown by the heartbeat's looking about,
    and costs nothing where nobody could see it.
    """

    parts: Parts
    held: Held
    now: Stage = ASSEMBLY[0]
    shown: Stage = ASSEMBLY[0]

    def tell(self, stage: Stage) -> None:
        """Hear that a stage begins."""
        self.now = stage

    def show(self) -> None:
        """Write the stage if it is another one; that it is not shown harms nobody."""
        stage = self.now
        if stage != self.shown:
            with suppress(SQLAlchemyError):
                jobs.show_stage(self.parts, self.held, stage)
                self.shown = stage


def _assemble(
    parts: Parts, held: Held, tell: "Tell", last: JustRead | None
) -> "Assembly | Failure":
    found = _page_rows(parts, held, last)
    known = {last.key: last.stored} if last is not None else {}
    stored = {
        page.number: known.get(page.reading_key)
        or objects.load_reading(parts.objects, page.reading_key)
        for page in found
        if page.reading_key is not None
    }
    engine = next(iter(stored.values())).engine
    images = {page.number: keys.page_image(page.reading_key) for page in found if page.reading_key}
    return parts.steps.assemble(
        _source(held.job),
        engine,
        _pages(found, stored),
        lambda number: read(parts.objects, images[number]),
        partial(find_earlier, parts, held.job.tenant),
        tell,
    )


def _page_rows(parts: Parts, held: Held, last: JustRead | None) -> list[PageRow]:
    """Return the pages of a job in order; of one that was just read as its only one, that."""
    job = held.job
    if last is not None and job.pages_total == 1:
        read = {"job_id": job.id, "number": 1, "status": "done", "reading_key": last.key}
        return [PageRow.of({**read, "failure": None})]
    with at_once(parts.database).connect() as connection:
        return pages.page_rows(connection, job.id)


def find_earlier(parts: Parts, tenant: str, issuer: str, year: int) -> Record | None:
    """Return the record of the tenant's latest finished report of an issuer and year.

    One written by an older version, in a shape not known any more, counts as none; so does one
    that comes after the report it would be compared with.
    """
    with at_once(parts.database).connect() as connection:
        job_id = latest_report(connection, tenant, issuer, year)
    if job_id is None:
        return None
    try:
        return Record.model_validate_json(
            read(parts.objects, keys.result(tenant, job_id, "record.json"))
        )
    except (ValidationError, ObjectMissing):
        log.info("earlier_report_unreadable", earlier=job_id)
        return None


def _pages(found: Sequence[PageRow], stored: dict[int, StoredPage]) -> list[Page]:
    """Return all pages in order; one that was given up has its failure and nothing else."""
    return [
        stored[row.number].page
        if row.number in stored
        else Page(
            number=row.number,
            width=1,
            height=1,
            source="ocr",
            failure=row.failure or failures.page_unreadable(row.number),
        )
        for row in found
    ]


def _source(job: JobRow) -> Source:
    return Source.model_validate(
        {
            "filename": job.filename,
            "sha256": job.sha256,
            "media_type": job.media_type,
            "kind": job.kind,
            "pages": job.pages_total,
        }
    )


def facts(done: "Assembly") -> Values:
    """Return what the job's row says of an assembled document."""
    record = done.record
    return {
        "verdict": done.validation.verdict,
        "review_status": "needs_review" if _doubtful(done) else "not_required",
        "issuer": record.issuer,
        "year": record.year,
        "template": record.template,
        "region_code": record.region.code if record.region else None,
        "finding_codes": sorted({finding.code for finding in done.validation.findings}),
        "files": sorted({*done.files, LONG_TABLE}),
    }


def _doubtful(done: "Assembly") -> bool:
    """Say whether anybody must look: a value in doubt, or a finding that may be ours."""
    flagged = any(entry.flag == "doubtful" for entry in done.record.evidence.values())
    return flagged or _blames_reading(done.validation)


def _blames_reading(validation: Validation) -> bool:
    return any(finding.cause != "source" for finding in validation.findings)

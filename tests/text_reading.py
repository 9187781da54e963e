"""A text read as far as its record and findings, without files: for tests of its readers."""

import json
from dataclasses import dataclass

from schemas.page import Page
from schemas.record import Engine, Record, Source
from schemas.validation import Validation
from tests.corpus.reports import Report
from tests.corpus.truth import Comparison, compare, truth_of
from workers.pipeline.choice import choose_form
from workers.pipeline.normalise import normalise
from workers.pipeline.numbers import decide
from workers.pipeline.read.markdown import read_markdown
from workers.pipeline.read.plain_text import read_plain_text
from workers.pipeline.tables.register import register
from workers.pipeline.validate.validate import validate

SOURCE = Source(filename="a.txt", sha256="0" * 64, media_type="text/plain", kind="text", pages=1)
ENGINE = Engine(gouji="0", ocr="none", models={})


@dataclass(frozen=True, kw_only=True)
class Read:
    """What came of a text."""

    page: Page
    record: Record
    validation: Validation


def read(text: str, style: str = "docx") -> Read:
    page = read_markdown(text) if style.startswith("markdown") else read_plain_text(text)
    registration = register([page], choose_form([page], SOURCE))
    decisions = decide(registration, {1: "markup"})
    record = normalise([page], registration, decisions, SOURCE, ENGINE)
    return Read(page=page, record=record, validation=validate(record, registration, [page]))


def compared(report: Report, found: Read) -> Comparison:
    return compare(truth_of(report), json.loads(found.record.model_dump_json()))


def findings_of(found: Read) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in found.validation.findings]


def unlisted(report: Report, found: Read) -> list[str]:
    """Return the values given out wrong, and those left open without the truth in sight."""
    return [
        cell.pointer
        for cell in compared(report, found).cells
        if not cell.right
        and (
            cell.actual is not None
            or (
                cell.expected is not None
                and str(cell.expected) not in found.record.evidence[cell.pointer].alternatives
            )
        )
    ]


def silently_wrong(report: Report, found: Read) -> list[str]:
    """Return the values given out wrong without a flag."""
    return [
        cell.pointer
        for cell in compared(report, found).cells
        if not cell.right and found.record.evidence[cell.pointer].flag is None
    ]

"""What an interrupted run left: `gouji process --resume` keeps results that are there and whole."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from schemas.record import Engine, Record
from schemas.validation import Validation, Verdict
from workers.steps import PICTURED_KINDS

ALWAYS = ("validation.json", "tables.json", "validation.html", "workbook.xlsx")
"""The files every document has, beside its record, which is written after all others."""


@dataclass(frozen=True, kw_only=True)
class Whole:
    """Results that need not be made again."""

    verdict: Verdict
    pages: int


def find_whole(out: Path, filename: str, content: bytes, engine: Engine) -> Whole | None:
    """Return what lies in a document's folder; None unless it is whole and of these very bytes.

    It must be by this version and these models, too: other ones may read otherwise.
    """
    try:
        record = Record.model_validate_json((out / "record.json").read_bytes())
        validation = Validation.model_validate_json((out / "validation.json").read_bytes())
    except (OSError, ValidationError):
        return None
    source = record.source
    names = (*ALWAYS, *(("searchable.pdf",) if source.kind in PICTURED_KINDS else ()))
    same = source.filename == filename and record.engine == engine
    if not same or not all((out / name).is_file() for name in names):
        return None
    if source.sha256 != hashlib.sha256(content).hexdigest():
        return None
    return Whole(verdict=validation.verdict, pages=source.pages)

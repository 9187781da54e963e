"""What `gouji process` writes of all documents together: one file of all values, and a summary.

Both are made from the files of each document once it is done, so nothing is kept in memory.
"""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from api.long_files import LongFormat, long_file
from api.summary import Summary, Told
from api.summary_page import summary_page
from gouji.local import Outcome
from schemas.long_row import LongRow
from schemas.record import Record
from schemas.validation import Validation
from workers.pipeline.export.long_table import rows

SUMMARY = "summary.html"


def collect(outcomes: Sequence[Outcome], out: Path, formats: Collection[LongFormat]) -> list[Path]:
    """Write `values.FORMAT` for each format and, of more than one document, the summary."""
    out.mkdir(parents=True, exist_ok=True)
    written = [_values(outcomes, out / f"values.{form}", form) for form in sorted(formats)]
    (out / SUMMARY).unlink(missing_ok=True)  # it may tell of documents of an earlier run
    if len(outcomes) > 1:
        (out / SUMMARY).write_text(_summary(outcomes, out), encoding="utf-8")
        written.append(out / SUMMARY)
    return written


def _values(outcomes: Sequence[Outcome], target: Path, form: LongFormat) -> Path:
    """Write one file, whole or not at all."""
    aside = target.with_name(target.name + ".part")
    with aside.open("wb") as file:
        for piece in long_file(form, (_rows(one) for one in outcomes if one.out is not None)):
            file.write(piece)
    aside.replace(target)
    return target


def _summary(outcomes: Sequence[Outcome], out: Path) -> str:
    summary = Summary()
    unread: dict[str, int] = {}
    for outcome in outcomes:
        if outcome.out is None:
            unread[outcome.status] = unread.get(outcome.status, 0) + 1
            summary.add_unread(_untold(outcome))
            continue
        record = _record(outcome)
        validation = Validation.model_validate_json((outcome.out / "validation.json").read_bytes())
        told = Told(
            name=str(outcome.path),
            href=quote(f"{outcome.out.relative_to(out).as_posix()}/validation.html"),
            issuer=record.issuer,
            year=record.year,
            verdict=validation.verdict,
            counts=validation.counts,
        )
        summary.add(told, validation, rows(record, filename=str(outcome.path)))
    return summary_page(summary, out.resolve().name, unread)


def _untold(outcome: Outcome) -> Told:
    error = outcome.error
    return Told(
        name=str(outcome.path),
        href=None,
        error=error.message if error else None,
        error_en=error.message_en if error else None,
    )


def _rows(outcome: Outcome) -> Iterator[LongRow]:
    """Yield a document's values; its path as given tells it from others of the same name."""
    yield from rows(_record(outcome), filename=str(outcome.path))


def _record(outcome: Outcome) -> Record:
    assert outcome.out is not None
    return Record.model_validate_json((outcome.out / "record.json").read_bytes())

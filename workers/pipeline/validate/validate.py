"""All families of rules over one record, and the verdict."""

from collections.abc import Sequence

from schemas.page import Page
from schemas.record import Record
from schemas.table import Cell
from schemas.validation import Checked, Counts, Finding, Severity, Validation, Verdict
from workers.pipeline.places import value_at
from workers.pipeline.read.digits import DOTTED_ZEROS, agrees
from workers.pipeline.tables.register import Registration
from workers.pipeline.validate.aspects import check_aspects
from workers.pipeline.validate.displaced import gathered
from workers.pipeline.validate.doubts import Doubts
from workers.pipeline.validate.metadata import check_metadata
from workers.pipeline.validate.narrative import check_narrative
from workers.pipeline.validate.outliers import check_outliers
from workers.pipeline.validate.recognition import check_recognition
from workers.pipeline.validate.relations import check_relations
from workers.pipeline.validate.structure import check_sections
from workers.pipeline.validate.tables import check_labels, check_tables
from workers.pipeline.validate.template import check_template
from workers.pipeline.validate.values import check_values
from workers.pipeline.validate.years import check_years

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
_OF_SET_WORDS = frozenset({"STR-TABLE", "STR-LABEL", "STR-SECTION"})
"""Rules over what stands where: a text in disorder breaks them by itself."""

_LIKELY = 0.9
"""Least share of a number's best reading for its other readings to be all that it may be."""


def validate(
    record: Record,
    registration: Registration,
    pages: Sequence[Page],
    previous: Record | None = None,
) -> Validation:
    """Apply every rule; findings come errors first, then in the order of the families.

    `previous` is last year's report of the same issuer, where it is known.
    """
    form = registration.form
    outcomes = (
        check_tables(registration, pages),
        check_relations(record, form, doubts_of(registration)),
        check_values(record, form),
        check_template(record, form, pages, registration.tables),
        check_sections(form, pages),
        check_labels(registration, pages),
        check_metadata(record, form, pages),
        check_narrative(record, pages, previous),
        check_aspects(record, pages),
        check_years(record, form, previous),
        check_outliers(record, form),
        check_recognition(record, form, pages),
    )
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    if _is_disordered(record, pages):
        findings = [_as_disorder_allows(finding) for finding in findings]
    findings = gathered(findings)
    findings.sort(key=lambda finding: _SEVERITIES.index(finding.severity))
    checked: dict[str, Checked] = {}
    for outcome in outcomes:
        checked |= outcome.checked
    return Validation(
        verdict=verdict_on(record, findings),
        counts=Counts(**{s: sum(f.severity == s for f in findings) for s in _SEVERITIES}),
        checked=checked,
        findings=tuple(findings),
    )


def _is_disordered(record: Record, pages: Sequence[Page]) -> bool:
    """Say whether values of a text, or of pages without lines, could not be read even as blanks.

    Whatever set the text has lost the order of its tables, and may as well have lost words.
    """
    loose = record.source.kind in ("text", "markdown") or any(page.words for page in pages)
    return loose and any(is_unread(record, p) for p in record.evidence)


def _as_disorder_allows(finding: Finding) -> Finding:
    """Leave open who is at fault for words and gaps of a text whose tables are in disorder."""
    if finding.cause != "source" or finding.code not in _OF_SET_WORDS:
        return finding
    return finding.model_copy(
        update={
            "cause": "undetermined",
            "message": f"{finding.message}；文本中表格的次序已乱，也可能是转换所致，请对照原件",
            "message_en": f"{finding.message_en}; the text has its tables in disorder, which may"
            " come of its conversion: compare the original",
        }
    )


def doubts_of(registration: Registration) -> Doubts:
    """Return the values that may be other numbers than were read: hidden, cut or out of place.

    So may be what hardly reads as any number: a stroke in place of one, or dirt.
    """
    printed = registration.values.items()
    unlisted = {at for at, cell in printed if cell and (cell.obstructed or _is_poor(cell))}
    misplaced = registration.contradicted | registration.guessed | registration.merged
    return Doubts(misplaced=registration.uncertain | misplaced, unlisted=frozenset(unlisted))


def _is_poor(cell: Cell) -> bool:
    """Say whether what pixels spell is no list of all that a cell may hold."""
    if not cell.candidates:
        return False
    text = DOTTED_ZEROS.get(cell.text, cell.text)
    spelt = any(agrees(text, candidate.text) for candidate in cell.candidates)
    return not spelt or cell.candidates[0].probability < _LIKELY


def verdict_on(record: Record, findings: Sequence[Finding]) -> Verdict:
    """Return the verdict: the report's own errors outweigh what could not be read."""
    errors = [finding for finding in findings if finding.severity == "error"]
    if any(finding.cause == "source" for finding in errors):
        return "failed"
    if errors or any(is_unread(record, pointer) for pointer in record.evidence):
        return "incomplete"
    return "warnings" if any(f.severity == "warning" for f in findings) else "passed"


def is_unread(record: Record, pointer: str) -> bool:
    """Say whether a value is missing, or printed but could not be read."""
    kind = record.evidence[pointer].kind
    return kind == "missing" or (kind in ("number", "zero") and _is_null(record, pointer))


def _is_null(record: Record, pointer: str) -> bool:
    return value_at(record, pointer) is None

"""Pages, registered tables and decided numbers → the record."""

from collections.abc import Mapping, Sequence

from schemas.evidence import Evidence
from schemas.page import Page
from schemas.record import (
    ApplicantCounts,
    Engine,
    IssuanceCounts,
    ProactiveDisclosure,
    Record,
    ReviewAndLitigation,
    ReviewCounts,
    Source,
)
from workers.pipeline.metadata import read_metadata, scope_of
from workers.pipeline.numbers import Decision
from workers.pipeline.paragraphs import text_lines
from workers.pipeline.sections import read_sections
from workers.pipeline.tables.register import Registration

_MISSING = Evidence(kind="missing", text="", source="inferred", confidence=0.0, page=None, box=None)


def normalise(
    pages: Sequence[Page],
    registration: Registration,
    decisions: Mapping[str, Decision],
    source: Source,
    engine: Engine,
) -> Record:
    """Set the record: numbers by pointer, narrative by titles, identity by what is printed."""
    lines = text_lines(pages)
    sections = read_sections(lines, registration.form)
    said = read_metadata(lines, sections, source)
    values = _Values(decisions)
    form = registration.form
    found_any = len(registration.missing) < len(form.tables)
    return Record(
        source=source,
        engine=engine,
        issuer=said.issuer,
        region=None,
        year=said.year,
        period=said.period,
        template=form.template if found_any else None,
        title=said.title.text if said.title else None,
        scope=scope_of(said.issuer),
        sections=sections,
        proactive_disclosure=_proactive_disclosure(values),
        requests=_requests(values, form.pointers),
        review_and_litigation=_review_and_litigation(values),
        evidence={pointer: values.evidence(pointer) for pointer in form.pointers},
    )


class _Values:
    """The decided values by pointer; what was never decided is missing."""

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        self._decisions = decisions

    def evidence(self, pointer: str) -> Evidence:
        decision = self._decisions.get(pointer)
        return decision.evidence if decision is not None else _MISSING

    def count(self, pointer: str) -> int | None:
        decision = self._decisions.get(pointer)
        value = decision.value if decision is not None else None
        return value if isinstance(value, int) else None

    def amount(self, pointer: str) -> str | None:
        decision = self._decisions.get(pointer)
        return str(decision.value) if decision and decision.value is not None else None


def _proactive_disclosure(values: _Values) -> ProactiveDisclosure:
    base = "/proactive_disclosure/"
    return ProactiveDisclosure(
        regulations=_issuance(values, base + "regulations/"),
        normative_documents=_issuance(values, base + "normative_documents/"),
        administrative_licensing=values.count(base + "administrative_licensing"),
        administrative_penalties=values.count(base + "administrative_penalties"),
        administrative_compulsory_measures=values.count(
            base + "administrative_compulsory_measures"
        ),
        administrative_fees_10k_yuan=values.amount(base + "administrative_fees_10k_yuan"),
    )


def _issuance(values: _Values, base: str) -> IssuanceCounts:
    return IssuanceCounts(
        issued=values.count(base + "issued"),
        repealed=values.count(base + "repealed"),
        in_force=values.count(base + "in_force"),
    )


def _requests(values: _Values, pointers: Sequence[str]) -> dict[str, ApplicantCounts]:
    rows = dict.fromkeys(p.split("/")[2] for p in pointers if p.startswith("/requests/"))
    return {
        row: ApplicantCounts(
            **{
                name: values.count(f"/requests/{row}/{name}")
                for name in ApplicantCounts.model_fields
            }
        )
        for row in rows
    }


def _review_and_litigation(values: _Values) -> ReviewAndLitigation:
    return ReviewAndLitigation(
        administrative_reconsideration=_review(values, "administrative_reconsideration"),
        litigation_direct=_review(values, "litigation_direct"),
        litigation_after_reconsideration=_review(values, "litigation_after_reconsideration"),
    )


def _review(values: _Values, block: str) -> ReviewCounts:
    base = f"/review_and_litigation/{block}/"
    return ReviewCounts(**{name: values.count(base + name) for name in ReviewCounts.model_fields})

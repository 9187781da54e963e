"""One value decided: the number, or none, and the evidence that explains it."""

from dataclasses import dataclass

from schemas.evidence import Evidence, Flag
from schemas.evidence import Source as EvidenceSource
from schemas.table import Cell
from workers.pipeline.counts import read_count


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The value of one cell and its evidence; fees are decimal strings, counts integers."""

    value: int | str | None
    evidence: Evidence


def evidence_of(
    cell: Cell,
    source: EvidenceSource,
    *,
    text: str,
    zero: bool,
    confidence: float,
    flag: Flag | None,
    read_as: str | None,
    alternatives: tuple[str, ...],
) -> Evidence:
    """Return the evidence of a number read in a cell."""
    return Evidence(
        kind="zero" if zero else "number",
        text=text,
        source=source,
        confidence=round(min(1.0, confidence), 4),
        page=cell.page,
        box=cell.box,
        flag=flag,
        read_as=read_as,
        alternatives=alternatives,
    )


def no_number(cell: Cell | None, sure: bool, source: EvidenceSource) -> Decision:
    """Decide a value that is missing, blank or struck out: null, never zero.

    `sure`: the cell is in its place, so that what seems blank is no gap beside a number.
    """
    if cell is None:
        missing = Evidence(
            kind="missing", text="", source=source, confidence=0.0, page=None, box=None
        )
        return Decision(value=None, evidence=missing)
    kind = "not_applicable" if cell.ink else "blank"
    evidence = Evidence.model_validate(
        {
            "kind": kind,
            "text": cell.text,
            "source": source,
            "confidence": cell.confidence,
            "page": cell.page,
            "box": cell.box,
            "flag": None
            if sure and not (cell.ink and (cell.obstructed or cell.confidence < 0.5))
            else "doubtful",
        }
    )
    return Decision(value=None, evidence=evidence)


def unread(cell: Cell, source: EvidenceSource, flag: Flag | None) -> Decision:
    """Decide a cell with ink that is no number: null, its text kept, with what it may say."""
    otherwise = read_count(cell.text) if source != "ocr" else None
    evidence = Evidence(
        kind="number",
        text=cell.text,
        source=source,
        confidence=0.0 if flag else cell.confidence,
        page=cell.page,
        box=cell.box,
        flag=flag,
        alternatives=otherwise.others if otherwise is not None else (),
    )
    return Decision(value=None, evidence=evidence)

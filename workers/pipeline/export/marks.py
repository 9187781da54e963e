"""How each value is shown and marked, the same on the page and in the workbook."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from schemas.evidence import Evidence
from schemas.phrases import FLAGS, KINDS, Phrase
from schemas.record import Record
from schemas.validation import Validation
from workers.pipeline.places import values_of

Reading = Literal[
    "clear", "doubtful", "corrected", "inferred", "blank", "not_applicable", "missing", "unread"
]
Fault = Literal["none", "part", "asked", "main"]

_WITHOUT_NUMBER: Mapping[str, Reading] = {
    "blank": "blank",
    "not_applicable": "not_applicable",
    "missing": "missing",
}
_SHOWN: Mapping[Reading, str] = {"blank": "", "missing": "缺", "unread": "？"}


class Mark(NamedTuple):
    """One value as shown.

    `fault` is `main` where an error points, `asked` where a warning asks for a look, `part` for the
    other numbers of a broken sum that are not 0. What is only worth a look marks no value.
    """

    pointer: str
    value: int | str | None
    shown: str
    reading: Reading
    fault: Fault = "none"
    reasons: tuple[Phrase, ...] = ()
    findings: tuple[int, ...] = ()
    """The findings that name this value, counted from 1."""


def marks(record: Record, validation: Validation) -> dict[str, Mark]:
    """Return the marks of all values of the record's form, by pointer."""
    named: dict[str, list[tuple[int, Fault, Phrase]]] = {}
    for number, finding in enumerate(validation.findings, start=1):
        if finding.code.startswith("REC-") or finding.severity == "info":
            continue
        pointed: Fault = "main" if finding.severity == "error" else "asked"
        sums = finding.formula is not None
        for path in finding.paths:
            fault: Fault = pointed if path == finding.paths[0] or not sums else "part"
            phrase = (finding.message, finding.message_en)
            named.setdefault(path, []).append((number, fault, phrase))
    values = values_of(record)
    return {
        pointer: _mark(pointer, value, record.evidence[pointer], named.get(pointer, []))
        for pointer, value in values.items()
    }


def _mark(
    pointer: str,
    value: int | str | None,
    evidence: Evidence,
    named: list[tuple[int, Fault, Phrase]],
) -> Mark:
    reading = _reading(evidence, value)
    if reading == "clear" and not (named or evidence.alternatives or evidence.read_as):
        return Mark(pointer=pointer, value=value, shown=str(value), reading=reading)
    return Mark(
        pointer=pointer,
        value=value,
        shown=_shown(evidence, value, reading),
        reading=reading,
        fault=_worst({fault for _, fault, _ in named}, value),
        reasons=(*_reading_reasons(evidence, value), *(phrase for _, _, phrase in named)),
        findings=tuple(number for number, _, _ in named),
    )


def _worst(faults: set[Fault], value: int | str | None) -> Fault:
    """Return the worst of the faults at a value; 0 adds nothing to a broken sum."""
    if "main" in faults:
        return "main"
    if "asked" in faults:
        return "asked"
    return "part" if faults and value else "none"


def _reading(evidence: Evidence, value: int | str | None) -> Reading:
    if evidence.flag is not None and value is not None:
        return evidence.flag
    return _WITHOUT_NUMBER.get(evidence.kind, "clear" if value is not None else "unread")


def _shown(evidence: Evidence, value: int | str | None, reading: Reading) -> str:
    if value is not None:
        return str(value)
    return _SHOWN.get(reading, evidence.text or "—")


def _reading_reasons(evidence: Evidence, value: int | str | None) -> list[Phrase]:
    reasons: list[Phrase] = []
    if evidence.kind in ("blank", "not_applicable", "missing"):
        reasons.append(KINDS[evidence.kind])
    elif value is None:
        reasons.append(("没有读出", "could not be read"))
    if evidence.flag is not None:
        confidence = f"{evidence.confidence:.1%}"
        chinese, english = FLAGS[evidence.flag]
        reasons.append((f"{chinese}（把握 {confidence}）", f"{english} (confidence {confidence})"))
    if evidence.read_as is not None:
        reasons.append(
            (f"单看图像读作 {evidence.read_as}", f"the pixels alone read {evidence.read_as}")
        )
    if evidence.alternatives:
        others = "、".join(evidence.alternatives)
        reasons.append((f"也可能是 {others}", f"may also be {', '.join(evidence.alternatives)}"))
    return reasons

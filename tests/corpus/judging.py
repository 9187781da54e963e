"""Judge a validation by the truth: what became of a planted fault, and what was blamed wrongly.

A planted fault counts once, however many relations it breaks:

`named` every relation it breaks is found with cause `source` · `undetermined` every one is found,
some with another cause · `missed` one is not found · `repaired` the record's values make one hold.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.corpus import form
from tests.corpus.faults import MISLABELLED, MISQUOTED
from tests.corpus.relations import relations
from tests.corpus.reports import OUTDATED
from tests.corpus.truth import SUMS, Truth, findings_of, look_up, sums_found

Fate = Literal["named", "undetermined", "missed", "repaired"]


@dataclass(frozen=True, kw_only=True)
class Blame:
    """A finding with cause `source` about what the print holds: code, place, and its words."""

    code: str
    where: str
    message: str


def fate_of(
    truth: Truth, record: Mapping[str, object], validation: Mapping[str, object]
) -> Fate | None:
    """Tell what became of the fault planted in a report, or nothing if none was."""
    if truth.fault == MISLABELLED:
        return _fate(_causes_of_label(truth, validation))
    if truth.fault == OUTDATED:
        return _fate([_cause_of(validation, "STR-TEMPLATE")])
    if truth.fault == MISQUOTED:
        return _fate(_causes_of_claims(truth, validation))
    if not truth.broken:
        return None
    if _repaired(truth, record):
        return "repaired"
    causes: dict[tuple[str, str], str] = {}
    for relation, cause in sums_found(validation):
        causes[relation] = "source" if causes.get(relation) == "source" else cause
    return _fate([causes.get(relation) for relation in truth.broken])


def false_blame(truth: Truth, validation: Mapping[str, object]) -> tuple[Blame, ...]:
    """List the findings with cause `source` for which the print gives no ground.

    A truth that does not know its labels is judged by its sums alone. Remarks (`info`) say that
    something is worth a look, not that it is wrong.
    """
    found = dict.fromkeys(each for each, cause in sums_found(validation) if cause == "source")
    wrong = [
        Blame(code=code, where=where, message="")
        for code, where in found
        if (code, where) not in truth.broken
    ]
    if truth.labels is None:
        return tuple(wrong)
    for finding in findings_of(validation):
        about = finding["code"] not in SUMS and finding["severity"] != "info"
        if about and finding["cause"] == "source" and not _grounded(truth, finding):
            where = ", ".join(finding["paths"][:3])
            wrong.append(Blame(code=finding["code"], where=where, message=finding["message"]))
    return tuple(wrong)


def _fate(causes: list[str | None]) -> Fate:
    if not causes or None in causes:
        return "missed"
    return "named" if set(causes) == {"source"} else "undetermined"


def _repaired(truth: Truth, record: Mapping[str, object]) -> bool:
    """Tell whether a relation the print breaks holds among the values given out for it."""
    read = {pointer: look_up(record, pointer) for pointer in truth.values}
    for relation in relations(form.template_of(truth.values)):
        if (relation.code, relation.where) in truth.broken and relation.holds(read):
            cells = (*relation.left, *relation.right)
            if all(read[p] is not None for p in cells if truth.values[p] is not None):
                return True
    return False


def _causes_of_label(truth: Truth, validation: Mapping[str, object]) -> list[str | None]:
    causes = [
        finding["cause"]
        for finding in findings_of(validation)
        if finding["code"] == "STR-LABEL" and _about_misprint(truth, finding)
    ]
    return [min(causes, key=("source", "undetermined", "recognition").index)] if causes else []


def _cause_of(validation: Mapping[str, object], code: str) -> str | None:
    return next((f["cause"] for f in findings_of(validation) if f["code"] == code), None)


def _causes_of_claims(truth: Truth, validation: Mapping[str, object]) -> list[str | None]:
    return [
        finding["cause"]
        for finding in findings_of(validation)
        if finding["code"].startswith("NAR-")
    ]


def _about_misprint(truth: Truth, finding: Mapping[str, Any]) -> bool:
    official = _bare(finding.get("expected") or "")
    return any(_bare(label) == official for label in truth.labels or ())


def _grounded(truth: Truth, finding: Mapping[str, Any]) -> bool:
    """Tell whether the print gives ground for a finding that is not about a sum."""
    code = finding["code"]
    if code == "VAL-KIND":
        return all(truth.values.get(pointer, 0) is None for pointer in finding["paths"])
    if code == "STR-LABEL":
        return _about_misprint(truth, finding)
    if code == "META-ISSUER":
        return not truth.titled
    if code == "STR-TEMPLATE":
        return truth.fault == OUTDATED
    if code == "NAR-NONE" and _planted_on_nothing(truth) & {*finding["paths"]}:
        return True
    return code.startswith("NAR-") and any(_misstated(truth))


def _planted_on_nothing(truth: Truth) -> set[str]:
    """Return where a fault prints requests in a report whose text says that there were none."""
    return {form.request(each.row, each.column) for each in truth.planted if each.before == 0}


def _misstated(truth: Truth) -> Iterator[bool]:
    """Yield for every claim whether its table says otherwise."""
    for claim in truth.claims:
        table, row = claim.subject.split(".")
        stated = truth.values.get(f"/{table}/{row}/total", truth.values.get(f"/{table}/{row}"))
        yield str(stated) != claim.stated


def _bare(label: str) -> str:
    return "".join(char for char in label if char.isalpha())

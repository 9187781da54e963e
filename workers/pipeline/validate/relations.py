"""REQ-ROW, REQ-COL, REQ-BALANCE, REV-SUM: the sums of the form, 勾稽关系.

A blank cell is no 0. It is left out of the sum, and the message says so; a relation with nothing
to add on one side, or with a number that could not be read, is not checked at all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.form import Form, Relation
from schemas.record import Record
from schemas.validation import Checked, Finding
from workers.pipeline.places import Place, places, value_at
from workers.pipeline.validate.outcome import Outcome, cause_of, listed, listed_en, spot

# Zeros are left out of formulas with more terms than this.
_LONG_SUM = 8


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A relation with its numbers: `absent` are blank cells left out of it."""

    relation: Relation
    terms: dict[str, int]
    totals: dict[str, int]
    absent: tuple[str, ...]

    @property
    def residual(self) -> int:
        """By how much the terms exceed the totals; 0 when the relation holds."""
        return sum(self.terms.values()) - sum(self.totals.values())

    def change_mending(self, pointer: str) -> int:
        """Return what must be added at `pointer`, a present operand, for the relation to hold."""
        return -self.residual if pointer in self.terms else self.residual


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """The one cell whose change by `change` would mend all broken sums it takes part in."""

    pointer: str
    change: int


def check_relations(record: Record, form: Form) -> Outcome:
    """Apply every relation of the form whose numbers are all there."""
    sums = [found for relation in form.relations if (found := _sum_of(record, relation))]
    applied = Counter(found.relation.code for found in sums)
    broken = [found for found in sums if found.residual != 0]
    failed = Counter(found.relation.code for found in broken)
    suspects = _suspects(sums)
    where = places(form)
    return Outcome(
        findings=tuple(_finding(record, found, suspects, where) for found in broken),
        checked={
            code: Checked(checked=applied[code], failed=failed[code])
            for code in dict.fromkeys(relation.code for relation in form.relations)
        },
    )


def _sum_of(record: Record, relation: Relation) -> Sum | None:
    absent = []
    for pointer in relation.pointers:
        if value_at(record, pointer) is None:
            if record.evidence[pointer].kind not in ("blank", "not_applicable"):
                return None
            absent.append(pointer)
    terms, totals = _present(record, relation.terms), _present(record, relation.totals)
    if not terms or not totals:
        return None
    return Sum(relation=relation, terms=terms, totals=totals, absent=tuple(absent))


def _present(record: Record, pointers: Sequence[str]) -> dict[str, int]:
    values = ((pointer, value_at(record, pointer)) for pointer in pointers)
    return {pointer: value for pointer, value in values if isinstance(value, int)}


def _suspects(sums: Sequence[Sum]) -> dict[str, Suspect]:
    """Find the cells that alone explain a broken row and a broken column, by relation key.

    A cell is suspect when one and the same change mends every sum it takes part in, two at least,
    and no other cell explains any of these sums.
    """
    by_cell: dict[str, list[Sum]] = {}
    for found in sums:
        for pointer in (*found.terms, *found.totals):
            by_cell.setdefault(pointer, []).append(found)
    explained: dict[str, list[Suspect]] = {}
    for pointer, crossing in by_cell.items():
        changes = {found.change_mending(pointer) for found in crossing}
        change = next(iter(changes))
        held = crossing[0].terms.get(pointer, crossing[0].totals.get(pointer, 0))
        if len(crossing) < 2 or len(changes) > 1 or change == 0 or held + change < 0:
            continue
        suspect = Suspect(pointer=pointer, change=change)
        for found in crossing:
            explained.setdefault(_key(found), []).append(suspect)
    return {key: found[0] for key, found in explained.items() if len(found) == 1}


def _key(found: Sum) -> str:
    return f"{found.relation.code} {found.relation.totals[0]}"


def _finding(
    record: Record, found: Sum, suspects: Mapping[str, Suspect], where: Mapping[str, Place]
) -> Finding:
    relation = found.relation
    suspect = suspects.get(_key(found))
    first = suspect.pointer if suspect else next(iter(found.totals))
    cause = cause_of(record.evidence[pointer] for pointer in relation.pointers)
    message, message_en = _messages(found, where)
    if cause == "undetermined":
        doubts = [p for p in relation.pointers if record.evidence[p].flag is not None]
        message += (
            f"。其中{listed([where[p].label for p in doubts], '格')}识别存疑，"
            "可能是识别之误，也可能是原件之误，请对照原件"
        )
        message_en += (
            f". {listed_en([where[p].label_en for p in doubts])} could not be read with"
            " certainty: the fault may be the reading's or the report's"
        )
    page, box = spot(record.evidence[first])
    return Finding(
        code=relation.code,
        severity=relation.severity,
        cause=cause,
        message=message,
        message_en=message_en,
        paths=(first, *(p for p in (*relation.totals, *relation.terms) if p != first)),
        expected=str(sum(found.terms.values())),
        actual=str(sum(found.totals.values())),
        formula=_formula(found),
        page=page,
        box=box,
        suggestion=_suggestion(found, suspect, where),
    )


_SIDES = {
    "REQ-ROW": ("{place}：各申请人之和 {terms}，总计 {totals}", "{place}: applicants add up to"),
    "REQ-COL": (
        "“{place}”列：各项办理结果之和 {terms}，（七）总计 {totals}",
        "column {place}: outcomes add up to",
    ),
    "REQ-BALANCE": (
        "“{place}”列：本年新收加上年结转 {terms}，办理结果总计加结转下年度 {totals}",
        "column {place}: new requests and those carried over are",
    ),
    "REV-SUM": ("{place}：各项结果之和 {terms}，总计 {totals}", "{place}: results add up to"),
}


def _messages(found: Sum, where: Mapping[str, Place]) -> tuple[str, str]:
    relation = found.relation
    place = where[relation.totals[0]]
    by_row = relation.code in ("REQ-ROW", "REV-SUM")
    chinese, english = _SIDES[relation.code]
    terms, totals = sum(found.terms.values()), sum(found.totals.values())
    message = chinese.format(
        place=place.row_title if by_row else place.column_label, terms=terms, totals=totals
    )
    key = place.row if by_row else place.column
    message_en = f"{english.format(place=key.replace('_', ' '))} {terms}, stated {totals}"
    if found.absent:
        names = [where[pointer].label for pointer in found.absent]
        message += f"（{listed(names, '格')}没有数字，未计入；空白不是 0）"
        names = [where[pointer].label_en for pointer in found.absent]
        message_en += f" (left out, since blank is not 0: {listed_en(names)})"
    return message, message_en


def _formula(found: Sum) -> str:
    terms, totals = list(found.terms.values()), list(found.totals.values())
    shown = [value for value in terms if value] or [0] if len(terms) > _LONG_SUM else terms
    left = "+".join(map(str, shown))
    left = f"{left}={sum(terms)}" if len(shown) > 1 else left
    right = "+".join(map(str, totals))
    right = f"{sum(totals)}={right}" if len(totals) > 1 else right
    return f"{left}≠{right}"


def _suggestion(found: Sum, suspect: Suspect | None, where: Mapping[str, Place]) -> str | None:
    if suspect is not None:
        printed = found.terms.get(suspect.pointer, found.totals.get(suspect.pointer, 0))
        return (
            f"很可能是此格：“{where[suspect.pointer].label}”现为 {printed}，"
            f"若为 {printed + suspect.change}，则其所在的行与列同时相符。"
            "请核对底稿；本系统未作改动。"
        )
    partial = next((p for p in found.terms if "/partially_granted/" in p), None)
    if found.relation.code == "REQ-COL" and partial and found.residual == found.terms[partial] > 0:
        return (
            f"差额 {found.residual} 恰为“（二）部分公开”的数，"
            "可能与其他情形重复计算：区分处理的只计部分公开。请核对底稿。"
        )
    return None

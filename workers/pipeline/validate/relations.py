"""REQ-ROW, REQ-COL, REQ-BALANCE, REV-SUM: the sums of the form, 勾稽关系.

A blank cell is no 0. It is left out of the sum, and the message says so; a relation with nothing
to add on one side, or with a number that could not be read, is not checked at all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from schemas.form import Form, Relation
from schemas.record import Record
from schemas.validation import Cause, Checked, Finding
from workers.pipeline.places import Place, places, values_of
from workers.pipeline.validate.doubts import Doubts, Readings
from workers.pipeline.validate.outcome import Outcome, listed, listed_en, spot
from workers.pipeline.validate.suspects import Sum, Suspect, find_suspects

# Zeros are left out of formulas with more terms than this.
_LONG_SUM = 8


def check_relations(record: Record, form: Form, doubts: Doubts | None = None) -> Outcome:
    """Apply every relation of the form whose numbers are all there.

    `doubts` are the values that may be other numbers than their evidence lists.
    """
    values = values_of(record, form)
    sums = [found for relation in form.relations if (found := _sum_of(record, values, relation))]
    applied = Counter(found.relation.code for found in sums)
    failed = Counter(found.relation.code for found in sums if found.residual)
    suspects = find_suspects(sums)
    where = places(form)
    readings = Readings(record, sums, doubts or Doubts())
    return Outcome(
        findings=tuple(
            _finding(record, found, suspects.get(at, ()), where, readings)
            for at, found in enumerate(sums)
            if found.residual
        ),
        checked={
            code: Checked(checked=applied[code], failed=failed[code])
            for code in dict.fromkeys(relation.code for relation in form.relations)
        },
    )


_Values = Mapping[str, int | str | None]


def _sum_of(record: Record, values: _Values, relation: Relation) -> Sum | None:
    absent = tuple(pointer for pointer in relation.pointers if values[pointer] is None)
    if any(record.evidence[p].kind not in ("blank", "not_applicable") for p in absent):
        return None
    terms, totals = _present(values, relation.terms), _present(values, relation.totals)
    if not terms or not totals:
        return None
    return Sum(relation=relation, terms=terms, totals=totals, absent=absent)


def _present(values: _Values, pointers: Sequence[str]) -> dict[str, int]:
    return {pointer: value for pointer in pointers if isinstance(value := values[pointer], int)}


def _finding(
    record: Record,
    found: Sum,
    suspects: Sequence[Suspect],
    where: Mapping[str, Place],
    readings: Readings,
) -> Finding:
    relation = found.relation
    paths = tuple(
        dict.fromkeys((*(s.pointer for s in suspects), *relation.totals, *relation.terms))
    )
    doubts = readings.doubtful(found)
    cause = "source" if not doubts or readings.never_mend(found) else _OPEN
    message, message_en = _messages(found, where)
    if doubts:
        doubt, doubt_en = _DOUBTS[cause]
        message += f"。其中{listed([where[p].label for p in doubts], '格')}识别存疑，{doubt}"
        message_en += f". {listed_en([where[p].label_en for p in doubts])} {doubt_en}"
    page, box = spot(record.evidence[paths[0]])
    suggestion, suggestion_en = _suggestion(found, suspects, where)
    return Finding(
        code=relation.code,
        severity=relation.severity,
        cause=cause,
        message=message,
        message_en=message_en,
        paths=paths,
        expected=str(sum(found.terms.values())),
        actual=str(sum(found.totals.values())),
        formula=_formula(found),
        page=page,
        box=box,
        suggestion=suggestion,
        suggestion_en=suggestion_en,
    )


_OPEN: Cause = "undetermined"
_DOUBTS: dict[Cause, tuple[str, str]] = {
    _OPEN: (
        "可能是识别之误，也可能是原件之误，请对照原件",
        "could not be read with certainty: the fault may be the reading's or the report's",
    ),
    "source": (
        "但无论取哪一种读法都不相符",
        "could not be read with certainty, but no reading of it makes the sum hold",
    ),
}
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


def _suggestion(
    found: Sum, suspects: Sequence[Suspect], where: Mapping[str, Place]
) -> tuple[str, str] | tuple[None, None]:
    if suspects:
        return _suspicion(found, suspects, where)
    partial = next((p for p in found.terms if "/partially_granted/" in p), None)
    if found.relation.code == "REQ-COL" and partial and found.residual == found.terms[partial] > 0:
        return (
            f"差额 {found.residual} 恰为“（二）部分公开”的数，"
            "可能与其他情形重复计算：区分处理的只计部分公开。请核对底稿。",
            f"The difference of {found.residual} is just what “（二）部分公开” counts: these may "
            "have been counted under other outcomes too. A request granted in part counts there "
            "only. Check the underlying files.",
        )
    return None, None


def _suspicion(
    found: Sum, suspects: Sequence[Suspect], where: Mapping[str, Place]
) -> tuple[str, str]:
    """Say which cells would mend the sums that cross in them; nothing was altered."""
    now = [(where[s.pointer], found.values[s.pointer], s.change) for s in suspects]
    cells = "；".join(f"“{at.label}”现为 {value}，若为 {value + by}" for at, value, by in now)
    cells_en = "; ".join(f"{at.label_en} is {value}, were it {value + by}" for at, value, by in now)
    one = len(suspects) == 1
    cell, cell_en = (
        ("此格", "this cell") if one else (f"这 {len(suspects)} 格", f"these {len(suspects)} cells")
    )
    return (
        f"很可能是{cell}：{cells}，则行与列同时相符。请核对底稿；本系统未作改动。",
        f"Most likely {cell_en}: {cells_en}, row and column would both add up. "
        "Check the underlying files; nothing was altered here.",
    )

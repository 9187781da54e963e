"""VAL-KIND: counts are non-negative integers, fees a non-negative decimal; blank is not 0."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from schemas.evidence import Evidence, Kind
from schemas.form import Form, FormCell, TableName
from schemas.phrases import counted
from schemas.record import Record
from schemas.validation import Cause, Checked, Finding
from workers.pipeline.counts import read_count
from workers.pipeline.places import TABLE_TITLES, TABLE_TITLES_EN, Place, places, value_at
from workers.pipeline.validate.outcome import SHOWN, Outcome, cause_of, listed, listed_en, spot

_SURE = 0.9
_KINDS: dict[Kind, tuple[str, str]] = {
    "blank": ("空白", "blank"),
    "not_applicable": ("填作“/”“—”等符号", "marked “/” or “—”"),
}


def check_values(record: Record, form: Form) -> Outcome:
    """Check the kind of every value that was found; cells that are missing are STR-TABLE's."""
    where = places(form)
    found = [p for p in form.pointers if record.evidence[p].kind != "missing"]
    findings = [*_without_number(record, where), *_not_numbers(record, form, where)]
    failed = {path for finding in findings for path in finding.paths}
    findings += _printed_otherwise(record, form, where)
    checked = Checked(checked=len(found), failed=len(failed))
    return Outcome(findings=tuple(findings), checked={"VAL-KIND": checked})


def _without_number(record: Record, where: Mapping[str, Place]) -> Iterator[Finding]:
    """Yield one finding a table, kind and cause: all cells that hold no number."""
    groups: dict[tuple[TableName, Kind, Cause], list[str]] = {}
    for pointer, place in where.items():
        evidence = record.evidence[pointer]
        if evidence.kind in _KINDS:
            key = (place.table, evidence.kind, cause_of([evidence]))
            groups.setdefault(key, []).append(pointer)
    for (table, kind, cause), pointers in groups.items():
        printed, printed_en = _KINDS[kind]
        whole = len(pointers) == sum(place.table == table for place in where.values())
        cells, cells_en = _named([where[p] for p in pointers], whole=whole)
        doubt = "；识别存疑，请对照原件" if cause == "undetermined" else ""
        page, box = spot(record.evidence[pointers[0]])
        yield Finding(
            code="VAL-KIND",
            severity="error",
            cause=cause,
            message=f"{TABLE_TITLES[table]}：{cells}{printed}，不能视为 0{doubt}",
            message_en=f"{TABLE_TITLES_EN[table]}: {cells_en} {printed_en}, which is not 0",
            paths=tuple(pointers),
            expected="数字",
            actual=record.evidence[pointers[0]].text or printed,
            page=page,
            box=box,
            suggestion="没有发生的，请填 0。",
            suggestion_en="Where nothing happened, print 0.",
        )


def _named(found: Sequence[Place], *, whole: bool) -> tuple[str, str]:
    """Name cells of a table in Chinese and English; those of one row by their columns."""
    if whole:
        return "全部数据格", "all cells"
    if len(found) > SHOWN and len({place.row for place in found}) == 1:
        columns = "、".join(place.column_label for place in found)
        row = f"{len(found)} cells of {found[0].row.replace('_', ' ')}"
        return f"“{found[0].row_title}”{len(found)} 格（{columns}）", row
    return listed([place.label for place in found], "格"), listed_en([p.label_en for p in found])


def _not_numbers(record: Record, form: Form, where: Mapping[str, Place]) -> Iterator[Finding]:
    for pointer, cell in form.value_cells.items():
        evidence = record.evidence[pointer]
        if evidence.kind not in ("number", "zero"):
            continue
        value = value_at(record, pointer)
        unreadable = value is None and evidence.flag is not None
        if unreadable or _is_valid(value, cell):
            continue
        expected, expected_en = _expected(cell)
        printed = evidence.text if value is None else str(value)
        page, box = spot(evidence)
        yield Finding(
            code="VAL-KIND",
            severity="error",
            cause=_cause(evidence, value),
            message=f"“{where[pointer].label}”印作“{printed}”，应为{expected}",
            message_en=f"{where[pointer].label_en} reads “{printed}”, not {expected_en}",
            paths=(pointer,),
            expected=expected,
            actual=printed,
            page=page,
            box=box,
        )


def _printed_otherwise(record: Record, form: Form, where: Mapping[str, Place]) -> Iterator[Finding]:
    """Yield one finding a table: counts printed with a unit, noughts behind a point or the like.

    They state their number all the same: what stands beside it is no fault of the report's sums.
    """
    groups: dict[TableName, list[str]] = {}
    for pointer, cell in form.value_cells.items():
        evidence = record.evidence[pointer]
        if cell.decimal or cell.signed or evidence.flag is not None or evidence.source == "ocr":
            continue
        if read_count(evidence.text) is not None and value_at(record, pointer) is not None:
            groups.setdefault(where[pointer].table, []).append(pointer)
    for table, pointers in groups.items():
        yield _otherwise(record, table, pointers, where[pointers[0]])


def _otherwise(record: Record, table: TableName, pointers: Sequence[str], place: Place) -> Finding:
    first, value = record.evidence[pointers[0]], value_at(record, pointers[0])
    page, box = spot(first)
    return Finding(
        code="VAL-KIND",
        severity="info",
        cause="source",
        message=f"{TABLE_TITLES[table]}：{len(pointers)} 格的数字带有单位、小数或其他符号，"
        f"如“{place.label}”印作“{first.text}”，按 {value} 计；该表应只填整数",
        message_en=f"{TABLE_TITLES_EN[table]}: "
        f"{counted(len(pointers), 'cell prints', 'cells print')} more than a number, e.g."
        f" {place.label_en} reads “{first.text}”, taken as {value}",
        paths=tuple(pointers),
        expected=str(value),
        actual=first.text,
        page=page,
        box=box,
    )


def _cause(evidence: Evidence, value: int | str | None) -> Cause:
    """Text read from pixels in place of a number is held against the report only when sure."""
    unsure = value is None and evidence.source == "ocr" and evidence.confidence < _SURE
    return "undetermined" if unsure else cause_of([evidence])


def _expected(cell: FormCell) -> tuple[str, str]:
    if cell.decimal:
        return "非负数", "a non-negative decimal"
    if cell.signed:
        return "增减的整数", "an integer, with a minus where it fell"
    return "非负整数", "a non-negative integer"


def _is_valid(value: int | str | None, cell: FormCell) -> bool:
    if isinstance(value, int):
        return value >= 0 or cell.signed
    try:
        amount = Decimal(value) if value is not None else Decimal("NaN")
    except InvalidOperation:
        return False
    return amount.is_finite() and amount >= 0

"""How findings about the text are worded: both numbers, the sentence quoted short, the place."""

from dataclasses import dataclass
from decimal import Decimal

from schemas.record import Record
from workers.pipeline.narrative import subjects
from workers.pipeline.narrative.judge import Judged, pointers_of
from workers.pipeline.narrative.statement import Statement
from workers.pipeline.places import Place, value_at

_QUOTE_AT_MOST = 40
_GROUPS = {
    "denied_*": ("（三）不予公开各项", "denied"),
    "unable_*": ("（四）无法提供各项", "unable to provide"),
    "rejected_*": ("（五）不予处理各项", "not processed"),
    "other_*": ("（六）其他处理各项", "other handling"),
}
_SUMS = {
    f"{subjects.NEW}+{subjects.CARRIED}": ("新收与上年结转之和", "new and carried over together"),
    subjects.LITIGATION: ("行政诉讼两项总计之和", "both totals of litigation"),
    f"{subjects.REVIEW}+{subjects.LITIGATION}": (
        "行政复议与行政诉讼总计之和",
        "review and litigation",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The words and numbers of a finding."""

    message: str
    message_en: str
    expected: str | None = None
    actual: str | None = None
    formula: str | None = None


def worded(judged: Judged, record: Record, where: dict[str, Place]) -> Wording:
    """Word what is wrong with a statement."""
    statement = judged.statement
    if statement.kind in ("count", "none"):
        return _against_table(judged, record, where)
    if statement.kind == "growth":
        return _growth(judged, record)
    return {
        "list": _list,
        "share": _share,
        "categories": _categories,
        "approximate": _approximate,
    }[statement.kind](statement, record)


def section_of(statement: Statement, record: Record) -> tuple[str, str]:
    """Name the section a statement stands in."""
    number = record.sections[statement.section].number
    if number is None or not 1 <= number <= 10:
        return "正文", "the text"
    return f"第{'一二三四五六七八九十'[number - 1]}部分", f"section {number}"


def quoted(text: str) -> str:
    """Quote words, short."""
    words = "".join(text.split()).strip("，。；：、")
    return words if len(words) <= _QUOTE_AT_MOST else "…" + words[-_QUOTE_AT_MOST:]


def plain(value: Decimal, digits: int | None = None) -> str:
    """Write a number without exponent, rounded for reading where `digits` says so."""
    if digits is not None:
        value = round(value, digits)
    return f"{value.normalize():f}"


def named(expression: str, record: Record, where: dict[str, Place]) -> tuple[str, str]:
    """Name an expression by the labels of the form."""
    if expression in _SUMS:
        return _SUMS[expression]
    group = expression.split(".")[1]
    if group in _GROUPS and expression.count(".") == 1:
        words, words_en = _GROUPS[group]
        return f"{words}之和", f"{words_en}, added up"
    pointers = pointers_of(expression, record)
    first = where[pointers[0]]
    if len(pointers) == 1:
        return f"“{first.label}”", first.label_en
    labels = "、".join(f"“{where[pointer].label}”" for pointer in pointers[:3])
    more = "等" if len(pointers) > 3 else ""  # as many as are named
    labels_en = ", ".join(where[pointer].label_en for pointer in pointers[:3])
    return f"{labels}{more}之和", f"{labels_en}{' and more' if more else ''}, added up"


def _against_table(judged: Judged, record: Record, where: dict[str, Place]) -> Wording:
    statement = judged.statement
    section, section_en = section_of(statement, record)
    said, said_en = [], []
    for reading, found in zip(statement.readings, judged.found, strict=True):
        name, name_en = named(reading, record, where)
        said.append(f"{name}为 {plain(found or Decimal(0))}")
        said_en.append(f"{name_en} is {plain(found or Decimal(0))}")
    neither = "，都不相符" if len(said) > 1 else ""
    shown = plain(judged.found[0] or Decimal(0))
    return Wording(
        message=f"{section}写“{quoted(statement.text)}”，而表中{'，'.join(said)}{neither}",
        message_en=f"{section_en} says “{quoted(statement.text)}”; in the table "
        + "; ".join(said_en),
        expected=shown,
        actual=statement.stated,
        formula=_table_formula(judged, record),
    )


def _table_formula(judged: Judged, record: Record) -> str | None:
    pointers = pointers_of(judged.reading, record)
    if len(pointers) < 2:  # a single value needs no formula
        return None
    terms = "+".join(str(value_at(record, pointer)) for pointer in pointers)
    return f"{terms}={plain(judged.found[0] or Decimal(0))}≠{judged.statement.stated}"


def _list(statement: Statement, record: Record) -> Wording:
    section, section_en = section_of(statement, record)
    total = sum((part.value for part in statement.parts), Decimal(0))
    terms = "+".join(plain(part.value) for part in statement.parts)
    relation = "≠" if statement.closed else ">"
    fault, fault_en = (
        ("与总数不符", "not the total") if statement.closed else ("超过总数", "more than it")
    )
    return Wording(
        message=f"{section}写“{quoted(statement.text)}”，所列 {len(statement.parts)} 项之和为 "
        f"{plain(total)}，{fault} {statement.stated}",
        message_en=f"{section_en} says “{quoted(statement.text)}”; its {len(statement.parts)}"
        f" parts add up to {plain(total)}, {fault_en} ({statement.stated})",
        expected=plain(total),
        actual=statement.stated,
        formula=f"{terms}={plain(total)}{relation}{statement.stated}",
    )


def _share(statement: Statement, record: Record) -> Wording:
    section, section_en = section_of(statement, record)
    count, base = statement.bases[:2]
    share = count * 100 / base
    digits = max(0, -int(statement.value.as_tuple().exponent))
    cut = Decimal(0) <= share - statement.value < 2 * statement.half
    remark = "（所写是截去尾数，不是四舍五入）" if cut else ""
    remark_en = " (cut off, not rounded)" if cut else ""
    shown = plain(share, max(digits, 1) + cut)
    return Wording(
        message=f"{section}写“{quoted(statement.text)}”，按 {plain(count)}÷{plain(base)} 计算为 "
        f"{shown}%{remark}",
        message_en=f"{section_en} says “{quoted(statement.text)}”; {plain(count)}/{plain(base)} is "
        f"{shown}%{remark_en}",
        expected=f"{shown}%",
        actual=f"{statement.stated}%",
        formula=f"{plain(count)}÷{plain(base)}={shown}%≠{statement.stated}%",
    )


def _categories(statement: Statement, record: Record) -> Wording:
    section, section_en = section_of(statement, record)
    listed = statement.listed[0]
    parts, parts_en = [], []
    if statement.announced is not None:
        parts.append(f"写明 {statement.announced} 个类别")
        parts_en.append(f"{statement.announced} categories announced")
    parts.append(f"列出 {listed} 个")
    parts_en.append(f"{listed} named")
    if statement.given is not None:
        parts.append(f"比例有 {statement.given} 个")
        parts_en.append(f"{statement.given} percentages given")
    numbers = [statement.announced or listed, listed, statement.given]
    other = next((n for n in numbers[1:] if n is not None and n != numbers[0]), listed)
    return Wording(
        message=f"{section}“{quoted(statement.text)}”：{'，'.join(parts)}，个数不一致",
        message_en=f"{section_en}, “{quoted(statement.text)}”: {', '.join(parts_en)}",
        expected=str(numbers[0]),
        actual=str(other),
    )


def _approximate(statement: Statement, record: Record) -> Wording:
    section, section_en = section_of(statement, record)
    return Wording(
        message=f"{section}写“{quoted(statement.text)}”：数字具体到个位，又说是约数，宜写确数",
        message_en=f"{section_en} says “{quoted(statement.text)}”: told to the last unit and yet "
        "called approximate",
        actual=statement.stated,
    )


def _growth(judged: Judged, record: Record) -> Wording:
    statement = judged.statement
    section, section_en = section_of(statement, record)
    now, unit = plain(statement.bases[0]), statement.unit or ""
    said = [
        f"{plain(change or Decimal(0), 2)}{unit}（上年 {plain(base)}）"
        for change, base in zip(judged.found, judged.bases, strict=True)
    ]
    said_en = [
        f"{plain(change or Decimal(0), 2)}{unit} (from {plain(base)})"
        for change, base in zip(judged.found, judged.bases, strict=True)
    ]
    return Wording(
        message=f"{section}写“{quoted(statement.text)}”，本年 {now}，按上年报告（{judged.against}）"
        f"计算应为 {'或 '.join(said)}",
        message_en=f"{section_en} says “{quoted(statement.text)}”; {now} this year, by last year's "
        f"report ({judged.against}) {' or '.join(said_en)}",
        expected=f"{plain(judged.found[0] or Decimal(0), 2)}{unit}",
        actual=f"{statement.stated}{unit}",
    )

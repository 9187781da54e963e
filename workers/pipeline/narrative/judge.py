"""Whether a statement holds: against the values of the record, its own numbers, or last year's.

A value that is null or flagged cannot contradict anything, nor can it confirm.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from schemas.record import Claim, Record
from workers.pipeline.narrative.quantities import MONEY
from workers.pipeline.narrative.statement import Statement
from workers.pipeline.narrative.statements import read_statements
from workers.pipeline.narrative.subjects import FEES, GROWTH
from workers.pipeline.places import value_at

_AS_OF_2019 = {
    "/proactive_disclosure/administrative_licensing": "/decisions",
    "/proactive_disclosure/administrative_penalties": "/decisions",
    "/proactive_disclosure/administrative_compulsory_measures": "/decisions",
}
"""What the form of 2019 adds to the place of a value of the form of 2021."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A statement with what became of it; `reading` is the one that holds, or the likeliest."""

    statement: Statement
    holds: bool | None
    reading: str
    found: tuple[Decimal | None, ...] = ()
    """What each reading comes to; of a change, what it is by last year's report."""
    bases: tuple[Decimal, ...] = ()
    """Of a change: last year's numbers."""
    against: str | None = None
    """Of a change: the file of last year's report."""


def judge(record: Record, previous: Record | None = None) -> tuple[Judged, ...]:
    """Read what a record's sections state and judge each statement."""
    statements = read_statements(record.sections, record.year, record.issuer)
    return tuple(_judged(statement, record, previous) for statement in statements)


def with_claims(record: Record, previous: Record | None = None) -> Record:
    """Return the record with its claims."""
    claims = tuple(
        Claim(
            section=record.sections[judged.statement.section].number,
            text=judged.statement.text,
            subject=judged.reading,
            stated=judged.statement.stated,
            unit=judged.statement.unit,
            span=judged.statement.span,
            holds=judged.holds,
        )
        for judged in judge(record, previous)
    )
    return record.model_copy(update={"claims": claims})


def _judged(statement: Statement, record: Record, previous: Record | None) -> Judged:
    if statement.kind in ("count", "none"):
        return _against_table(statement, record)
    if statement.kind == "growth":
        return _against_last_year(statement, record, previous)
    holds = {"list": _list_holds, "share": _share_holds, "categories": _categories_hold}
    check = holds.get(statement.kind)
    return Judged(
        statement=statement,
        holds=check(statement) if check else None,
        reading=statement.readings[0],
    )


def _against_table(statement: Statement, record: Record) -> Judged:
    value, half = statement.value, statement.half
    if statement.readings == (FEES,):
        scale = MONEY[statement.unit or "万元"]
        half = scale * (half or Decimal("0.5")) if value else Decimal(0)
        value *= scale
    if statement.rounded:
        half *= 2
    found = tuple(amount(reading, record) for reading in statement.readings)
    agrees = [amount is not None and abs(amount - value) <= half for amount in found]
    open_ = None in found or statement.rounded
    holds = True if any(agrees) else None if open_ else False
    at = agrees.index(True) if True in agrees else 0
    return Judged(statement=statement, holds=holds, reading=statement.readings[at], found=found)


def _against_last_year(statement: Statement, record: Record, previous: Record | None) -> Judged:
    bases = [
        amount(reading.removeprefix(GROWTH), previous) if previous else None
        for reading in statement.readings
    ]
    stated = statement.bases[0]
    found = tuple(_change(stated, base, statement.unit) for base in bases)
    agrees = [
        change is not None and abs(change - statement.value) <= statement.half for change in found
    ]
    holds = True if any(agrees) else None if None in found else False
    at = agrees.index(True) if True in agrees else 0
    return Judged(
        statement=statement,
        holds=holds,
        reading=statement.readings[at],
        found=found,
        bases=tuple(base for base in bases if base is not None),
        against=previous.source.filename if previous else None,
    )


def _change(now: Decimal, base: Decimal | None, unit: str | None) -> Decimal | None:
    if base is None or (unit == "%" and not base):
        return None
    return (now - base) * 100 / base if unit == "%" else now - base


def _list_holds(statement: Statement) -> bool | None:
    added = sum((part.value for part in statement.parts), Decimal(0))
    half = statement.half + sum((part.half for part in statement.parts), Decimal(0))
    if abs(added - statement.value) <= half:
        return True
    if statement.closed is None:
        return None
    return not statement.closed and added < statement.value


def _share_holds(statement: Statement) -> bool | None:
    count, *bases = statement.bases
    near = [abs(count * 100 / base - statement.value) <= statement.half for base in bases if base]
    if any(near):
        return True
    return False if statement.sure_base else None


def _categories_hold(statement: Statement) -> bool:
    wanted = statement.listed if statement.announced is None else (statement.announced,)
    named = statement.announced is None or statement.announced in statement.listed
    return named and (statement.given is None or statement.given in wanted)


def amount(expression: str, record: Record) -> Decimal | None:
    """Return what an expression comes to; None unless all its values are certain."""
    found = pointers_of(expression, record)
    values = [certain(record, pointer) for pointer in found]
    if not values or None in values:
        return None
    return sum((value for value in values if value is not None), Decimal(0))


def certain(record: Record, pointer: str) -> Decimal | None:
    """Return a value that was read beyond doubt."""
    evidence = record.evidence.get(pointer)
    if evidence is None or evidence.flag is not None:
        return None
    value = value_at(record, pointer)
    try:
        return None if value is None else Decimal(value)
    except InvalidOperation:
        return None


def pointers_of(expression: str, record: Record) -> tuple[str, ...]:
    """Return the JSON pointers of an expression's values; none when the form has no such value."""
    found: list[str] = []
    for path in expression.split("+"):
        pointers = _expanded(path, record)
        if not pointers:
            return ()
        found += pointers
    return tuple(found)


def _expanded(path: str, record: Record) -> list[str]:
    table, row, *column = path.split(".")
    if table == "proactive_disclosure":
        pointer = "/" + path.replace(".", "/")
        return [
            p for p in (pointer, pointer + _AS_OF_2019.get(pointer, "")) if p in record.evidence
        ][:1]
    rows = [row]
    if row.endswith("_*"):
        rows = [key for key in record.requests if key.startswith(row.removesuffix("*"))]
    pointers = [f"/{table}/{key}/{column[0] if column else 'total'}" for key in rows]
    return pointers if all(pointer in record.evidence for pointer in pointers) else []

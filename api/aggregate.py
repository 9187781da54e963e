"""The sum over the organs of a batch against the government's own aggregate (汇总) of that year.

Organs count what their government counts again, so the sum must not exceed the aggregate; it may
well fall short, since a batch need not hold every organ. Tidy rows are compared, for a few numbers
a report is all that is kept of many.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.belonging import may_belong
from schemas.long_row import LongRow

_SUMMED = frozenset({"requests", "review_and_litigation"})
"""Tables whose counts add up over organs; of rules in force several organs may be joint issuers."""

_Place = tuple[str, str, str]
"""Table, row, column."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A value of the aggregate and the sum over the organs; `uncertain` organs are left out."""

    table: str
    row: str
    column: str
    row_label: str
    column_label: str
    stated: int
    added: int
    uncertain: int

    @property
    def exceeds(self) -> bool:
        """Say whether the organs together have more than the aggregate states."""
        return self.added > self.stated


@dataclass(frozen=True, kw_only=True)
class AggregateComparison:
    """An aggregate report beside the organs' reports of its year."""

    year: int
    aggregate: str
    """The issuer of the aggregate, or its file name."""
    organs: tuple[str, ...]
    strangers: tuple[str, ...]
    """Organs that name another place: they are left out."""
    compared: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What is kept of a report: who, when, and its counts that were read beyond doubt."""

    name: str
    region_code: str | None
    year: int
    scope: str
    counts: dict[_Place, int | None]


def counted(rows: Sequence[LongRow]) -> Counted | None:
    """Return what is to be compared of a report; None without a year or where it is neither."""
    first = rows[0] if rows else None
    if first is None or first.year is None or first.scope not in ("organ", "aggregate"):
        return None
    counts = {
        (row.table, row.row, row.column): row.value
        if isinstance(row.value, int) and row.flag is None
        else None
        for row in rows
        if row.table in _SUMMED
    }
    name = first.issuer or first.filename
    return Counted(
        name=name,
        region_code=first.region_code,
        year=first.year,
        scope=first.scope,
        counts=counts,
    )


def compare_aggregate(
    reports: Iterable[Counted], labels: dict[_Place, tuple[str, str]]
) -> tuple[AggregateComparison, ...]:
    """Compare every year that has exactly one aggregate and at least one organ, in order.

    An organ's second file of the year counts once, the first one given. `labels` names the places.
    """
    kept: dict[tuple[str, int, str], Counted] = {}
    for report in reports:
        kept.setdefault((report.name, report.year, report.scope), report)
    years = sorted({report.year for report in kept.values()})
    found = (_compare([r for r in kept.values() if r.year == year], labels) for year in years)
    return tuple(comparison for comparison in found if comparison is not None)


def labels_of(rows: Iterable[LongRow]) -> dict[_Place, tuple[str, str]]:
    """Return the labels of the places that are compared."""
    return {
        (row.table, row.row, row.column): (row.row_label, row.column_label)
        for row in rows
        if row.table in _SUMMED
    }


def _compare(
    reports: Sequence[Counted], labels: dict[_Place, tuple[str, str]]
) -> AggregateComparison | None:
    aggregates = [report for report in reports if report.scope == "aggregate"]
    if len(aggregates) != 1:
        return None
    aggregate = aggregates[0]
    organs: list[Counted] = []
    strangers: list[Counted] = []
    for report in reports:
        if report.scope == "organ":
            (organs if _may_belong(report, aggregate) else strangers).append(report)
    if not organs:
        return None
    stated = {place: n for place, n in aggregate.counts.items() if n is not None}
    found = (_difference(place, n, organs, labels[place]) for place, n in stated.items())
    return AggregateComparison(
        year=aggregate.year,
        aggregate=aggregate.name,
        organs=tuple(organ.name for organ in organs),
        strangers=tuple(stranger.name for stranger in strangers),
        compared=len(stated),
        differences=tuple(difference for difference in found if difference is not None),
    )


def _may_belong(organ: Counted, aggregate: Counted) -> bool:
    codes = (organ.region_code, aggregate.region_code)
    return may_belong(organ.name, aggregate.name, codes)


def _difference(
    place: _Place, stated: int, organs: Sequence[Counted], label: tuple[str, str]
) -> Difference | None:
    values = [organ.counts.get(place) for organ in organs]
    added = sum(value for value in values if value is not None)
    if added == stated:
        return None
    table, row, column = place
    return Difference(
        table=table,
        row=row,
        column=column,
        row_label=label[0],
        column_label=label[1],
        stated=stated,
        added=added,
        uncertain=values.count(None),
    )

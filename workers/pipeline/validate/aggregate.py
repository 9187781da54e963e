"""The sum over the organs of a batch against the government's own aggregate (汇总) of that year.

Organs count what their government counts again, so the sum must not exceed the aggregate; it may
well fall short, since a batch need not hold every organ.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.record import Record
from workers.pipeline.narrative.judge import certain
from workers.pipeline.places import form_of, places

_SUMMED = ("requests", "review_and_litigation")
"""Tables whose counts add up over organs; of rules in force several organs may be joint issuers."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A value of the aggregate and the sum over the organs; `uncertain` organs are left out."""

    pointer: str
    label: str
    label_en: str
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
    compared: int
    differences: tuple[Difference, ...]


def compare_aggregate(records: Sequence[Record]) -> tuple[AggregateComparison, ...]:
    """Compare every year that has exactly one aggregate and at least one organ, in order.

    A second copy of a report, by its hash, counts once; so does an organ's second file of the year,
    the first one given.
    """
    years = sorted({record.year for record in records if record.year is not None})
    found = (_compare([r for r in _once(records) if r.year == year], year) for year in years)
    return tuple(comparison for comparison in found if comparison is not None)


def _once(records: Sequence[Record]) -> list[Record]:
    kept: dict[object, Record] = {}
    for record in records:
        key = (record.issuer, record.year, record.scope) if record.issuer else record.source.sha256
        kept.setdefault(key, record)
    return list(kept.values())


def _compare(records: Sequence[Record], year: int) -> AggregateComparison | None:
    aggregates = [record for record in records if record.scope == "aggregate"]
    organs = [record for record in records if record.scope == "organ"]
    if len(aggregates) != 1 or not organs:
        return None
    aggregate = aggregates[0]
    where = {p: place for p, place in places(form_of(aggregate)).items() if place.table in _SUMMED}
    compared, differences = 0, []
    for pointer, place in where.items():
        stated = certain(aggregate, pointer)
        if stated is None:
            continue
        compared += 1
        values = [certain(organ, pointer) for organ in organs]
        added = sum(int(value) for value in values if value is not None)
        if added != stated:
            differences.append(
                Difference(
                    pointer=pointer,
                    label=place.label,
                    label_en=place.label_en,
                    stated=int(stated),
                    added=added,
                    uncertain=values.count(None),
                )
            )
    return AggregateComparison(
        year=year,
        aggregate=aggregate.issuer or aggregate.source.filename,
        organs=tuple(organ.issuer or organ.source.filename for organ in organs),
        compared=compared,
        differences=tuple(differences),
    )

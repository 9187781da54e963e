"""Make consistent reports: numbers for which every 勾稽 relation holds, and text."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, get_args

from tests.corpus import form, narrative
from tests.corpus.relations import Value

if TYPE_CHECKING:
    from tests.corpus.grids import Grid

Size = Literal["village", "office", "bureau", "county", "city"]
SIZES: tuple[Size, ...] = get_args(Size)

# How many requests and how many licences a year, smallest and largest.
_REQUESTS: dict[Size, tuple[int, int]] = {
    "village": (0, 0),
    "office": (2, 30),
    "bureau": (40, 900),
    "county": (1_000, 9_000),
    "city": (12_000, 40_000_000),
}
_LICENCES: dict[Size, tuple[int, int]] = {
    "village": (0, 0),
    "office": (0, 80),
    "bureau": (100, 9_999),
    "county": (10_000, 400_000),
    "city": (500_000, 90_000_000),
}
# Few outcomes take most requests; the rest are rare, as in real tables.
_COMMON = {
    "granted": 12.0,
    "unable_not_held": 6.0,
    "partially_granted": 2.5,
    "other_other": 2.0,
    "other_handling": 2.0,
}


OUTDATED = "outdated"
"""The fault of a report set in the tables of another year's template."""

# How offices print a change: of one that fell, of one that rose.
_SIGNS = (("-", ""), ("-", "+"), ("减", "增"), ("－", ""), ("减少", "增加"))


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One cell of a table changed on purpose: row (or block), column, and both numbers."""

    row: str
    column: str
    before: int
    after: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report as printed: values by JSON pointer (null where a mark stands for a number)."""

    issuer: str
    year: int
    size: Size
    values: Mapping[str, Value]
    sections: Mapping[int, Sequence[str]]
    claims: Sequence[narrative.Claim] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    planted: Sequence[Planted] = ()  # faults of the tables
    fault: str = ""  # its name in `faults`; empty: none
    labels: Mapping[str, str] = field(default_factory=dict)  # misprinted, by the form's wording
    broken: Sequence[tuple[str, str]] = ()
    signs: tuple[str, str] = ("-", "")  # before a change: of one that fell, of one that rose
    variant: "Callable[[Grid], Grid] | None" = None  # how its tables differ from the form's

    @property
    def template(self) -> form.Template:
        """Return the template of the tables."""
        return form.template_of(self.values)

    @property
    def title(self) -> str:
        """Return the printed title without the issuer."""
        return f"{self.year}年政府信息公开工作年度报告"

    def printed(self, pointer: str) -> str:
        """Return what stands in a cell."""
        value = self.values[pointer]
        if form.is_change(pointer) and isinstance(value, int) and value:
            return f"{self.signs[value > 0]}{abs(value)}"
        return self.marks.get(pointer, "") if value is None else str(value)


def make_report(
    seed: int,
    size: Size | None = None,
    *,
    short: bool = False,
    template: form.Template = "2021",
    outdated: bool = False,
) -> Report:
    """Make the report of a seed, the same on every machine; a short one says little in its text.

    An outdated one is of a year for which the other template is due.
    """
    rng = random.Random(seed)
    drawn = rng.choices(SIZES, weights=(1, 2, 4, 2, 2))[0]
    size = size or drawn
    due = next(each for each in form.TEMPLATES if (each == template) != outdated)
    year = rng.randint(*form.YEARS[due])
    issuer = narrative.issuer(rng, size)
    values = {
        **(_disclosure(rng, size) if template == "2021" else _disclosure_2019(rng, size)),
        **_requests(rng, size, template),
        **_review(rng, size),
    }
    values = {pointer: values[pointer] for pointer in form.pointers(template)}
    if short:
        sections, claims = narrative.write_short(issuer, year, values)
    else:
        sections, claims = narrative.write(rng, issuer, year, values)
    return Report(
        issuer=issuer,
        year=year,
        size=size,
        values=values,
        sections=sections,
        claims=claims,
        fault=OUTDATED if outdated else "",
        signs=_SIGNS[seed % len(_SIGNS)],
    )


def mark_zeros(report: Report, mark: str, rng: random.Random, share: float = 1.0) -> Report:
    """Print a mark (nothing, “/” or “—”) in a share of the rows of zeros, as offices do.

    Only whole rows and only zeros change, so that every sum still holds.
    """
    rows = [
        [form.request(row, column) for column, _ in form.COLUMNS]
        for row in form.rows(report.template)
        if rng.random() < share
    ]
    rows += [
        [form.review(block, column) for column, _ in form.REVIEW_COLUMNS]
        for block, _ in form.REVIEW_BLOCKS
        if rng.random() < share
    ]
    empty = {p: mark for row in rows if not any(report.values[p] for p in row) for p in row}
    return replace(
        report,
        values={p: None if p in empty else value for p, value in report.values.items()},
        marks={**report.marks, **empty},
    )


def _between(rng: random.Random, low: int, high: int) -> int:
    """Draw between two bounds so that every number of digits is about as likely."""
    if high <= 0:
        return 0
    drawn = (low + 1) * math.exp(rng.random() * math.log(high / (low + 1)))
    return max(low, min(high, round(drawn)))


def _disclosure(rng: random.Random, size: Size) -> dict[str, Value]:
    values: dict[str, Value] = {}
    ceiling = {"village": 0, "office": 3, "bureau": 30, "county": 300, "city": 20_000}[size]
    for kind, _ in form.DOCUMENT_KINDS:
        scale = ceiling if kind == "normative_documents" or size == "city" else ceiling // 10
        values[form.disclosure(kind, "issued")] = rng.randint(0, scale)
        values[form.disclosure(kind, "repealed")] = rng.randint(0, scale)
        values[form.disclosure(kind, "in_force")] = rng.randint(scale, 4 * scale)
    low, high = _LICENCES[size]
    values[form.disclosure("administrative_licensing")] = _between(rng, low, high)
    values[form.disclosure("administrative_penalties")] = _between(rng, low // 4, high // 4)
    values[form.disclosure("administrative_compulsory_measures")] = _between(
        rng, low // 20, high // 20
    )
    values[form.FEES] = _fees(rng, high)
    return values


def _disclosure_2019(rng: random.Random, size: Size) -> dict[str, Value]:
    values: dict[str, Value] = {}
    ceiling = {"village": 0, "office": 3, "bureau": 30, "county": 300, "city": 20_000}[size]
    low, high = _LICENCES[size]
    for pointer in form.pointers("2019"):
        if not pointer.startswith(form.disclosure()):
            break
        if form.is_change(pointer):
            values[pointer] = rng.choice((0, rng.randint(-ceiling, ceiling)))
        elif form.is_amount(pointer):
            values[pointer] = _fees(rng, high)
        elif pointer.endswith("/decisions"):
            values[pointer] = _between(rng, low // 4, high)
        else:
            values[pointer] = rng.randint(0, 2 * ceiling)
    return values


def _fees(rng: random.Random, ceiling: int) -> str:
    whole, decimals = _between(rng, 0, ceiling), rng.randint(0, 4)
    if not whole or not decimals:
        return str(whole)
    return f"{whole}.{rng.randrange(10**decimals):0{decimals}d}"


def _requests(rng: random.Random, size: Size, template: form.Template) -> dict[str, Value]:
    rows, results = form.rows(template), form.outcomes(template)
    total = _between(rng, *_REQUESTS[size])
    applicants = [12 * rng.random() + 4, *(rng.random() ** 3 for _ in form.APPLICANTS[1:])]
    outcomes = [_COMMON.get(row, 0.0) * rng.random() + rng.random() ** 4 for row in results]
    values: dict[str, int] = {}
    for column, share in zip(form.APPLICANTS, applicants, strict=True):
        wanted = total * share / sum(applicants)
        counts = [_near(rng, wanted * weight / sum(outcomes)) for weight in outcomes]
        handled, forward = sum(counts), _near(rng, wanted * rng.uniform(0, 0.12))
        carried = min(_near(rng, wanted * rng.uniform(0, 0.12)), handled + forward)
        column_values = [handled + forward - carried, carried, *counts, handled, forward]
        for row, value in zip(rows, column_values, strict=True):
            values[form.request(row, column)] = value
    for row in rows:
        values[form.request(row, "total")] = sum(
            values[form.request(row, column)] for column in form.APPLICANTS
        )
    return {**values}


def _near(rng: random.Random, wanted: float) -> int:
    """Round to a neighbour at random, so that small expectations are zeros and ones."""
    spread = wanted * rng.uniform(0.8, 1.2)
    return int(spread) + (rng.random() < spread - int(spread))


def _review(rng: random.Random, size: Size) -> dict[str, Value]:
    ceiling = {"village": 0, "office": 1, "bureau": 20, "county": 120, "city": 9_000}[size]
    values: dict[str, Value] = {}
    for block, _ in form.REVIEW_BLOCKS:
        counts = [rng.choice((0, rng.randint(0, ceiling))) for _ in form.REVIEW_COLUMNS[:-1]]
        for (column, _), count in zip(form.REVIEW_COLUMNS, [*counts, sum(counts)], strict=True):
            values[form.review(block, column)] = count
    return values

"""What many reports say together: verdicts, commonest findings, totals, distributions.

Reports are taken one by one, and only counts of them are kept.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from api.aggregate import (
    AggregateComparison,
    Counted,
    compare_aggregate,
    counted,
    labels_of,
)
from schemas.long_row import LongRow
from schemas.validation import Counts, Severity, Validation, Verdict

# Upper ends of the classes of a distribution.
_REQUESTS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_FINDINGS = (0, 1, 2, 3, 5, 10, 20, 50)
_OUTCOMES = (
    ("granted", "予以公开", "granted"),
    ("partially_granted", "部分公开", "partially granted"),
    ("denied_", "不予公开", "denied"),
    ("unable_", "无法提供", "unable to provide"),
    ("rejected_", "不予处理", "rejected"),
    ("other_", "其他处理", "other handling"),
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One report as the list tells it; where it was not read it has an error and no verdict."""

    name: str
    href: str | None
    issuer: str | None = None
    year: int | None = None
    verdict: Verdict | None = None
    counts: Counts = field(default_factory=Counts)
    error: str | None = None
    error_en: str | None = None
    repeated: bool = False
    """Of an issuer and year told of before: the totals count those once."""


@dataclass(kw_only=True)
class Total:
    """A value of the form summed over reports; what no number was found for is counted apart."""

    row_label: str
    column_label: str
    row: str
    column: str
    amount: Decimal = Decimal(0)
    reports: int = 0
    without: int = 0
    flagged: int = 0


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bar of a plot: how many of what."""

    label: str
    label_en: str
    count: int


@dataclass(frozen=True, kw_only=True)
class CommonFinding:
    """A rule that was broken: in how many reports, and how often in all."""

    code: str
    severity: Severity
    reports: int
    times: int


TotalKey = tuple[int | None, str, str, str, str]
"""Year, template, table, row, column."""


@dataclass(kw_only=True)
class Summary:
    """The counts of reports taken so far."""

    told: list[Told] = field(default_factory=list)
    aggregates: int = 0
    """Reports of whole governments: they are left out of the totals, or all would count twice."""
    repeated: int = 0
    """Second files of a report: left out of the totals, too."""
    _seen: set[tuple[str, int]] = field(default_factory=set)
    _verdicts: Counter[Verdict] = field(default_factory=Counter)
    _findings: dict[tuple[str, Severity], list[int]] = field(default_factory=dict)
    _totals: dict[TotalKey, Total] = field(default_factory=dict)
    _requests: Counter[int] = field(default_factory=Counter)
    _counted: list[Counted] = field(default_factory=list)
    _labels: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)

    def add(self, told: Told, validation: Validation, rows: Iterable[LongRow]) -> None:
        """Take a report."""
        listed = list(rows)
        again = self._is_repeated(listed)
        self.told.append(replace(told, repeated=again))
        self._verdicts[validation.verdict] += 1
        found = Counter((finding.code, finding.severity) for finding in validation.findings)
        for key, times in found.items():
            known = self._findings.setdefault(key, [0, 0])
            known[0] += 1
            known[1] += times
        if not again:
            self._count(listed)

    def add_unread(self, told: Told) -> None:
        """Take a document of which nothing could be read."""
        self.told.append(told)

    def comparisons(self) -> tuple[AggregateComparison, ...]:
        """Return the sums over organs beside the aggregate of their government, year by year."""
        return compare_aggregate(self._counted, self._labels)

    def _is_repeated(self, rows: Sequence[LongRow]) -> bool:
        """Say whether an organ's report of a year was taken before: as a scan and as a PDF, say."""
        first = rows[0] if rows else None
        if first is None or first.issuer is None or first.year is None:
            return False
        if first.scope == "aggregate":
            return False
        if (first.issuer, first.year) in self._seen:
            self.repeated += 1
            return True
        self._seen.add((first.issuer, first.year))
        return False

    def _count(self, rows: Sequence[LongRow]) -> None:
        one = counted(rows)
        if one is not None:
            self._counted.append(one)
            if one.scope == "aggregate":
                self._labels |= labels_of(rows)
        if rows and rows[0].scope == "aggregate":
            self.aggregates += 1
            return
        for row in rows:
            if row.table == "requests" and row.column != "total":
                continue
            key = (row.year, row.template or "", row.table, row.row, row.column)
            total = self._totals.get(key)
            if total is None:
                total = self._totals[key] = Total(
                    row_label=row.row_label,
                    column_label=row.column_label,
                    row=row.row,
                    column=row.column,
                )
            _add(total, row)
            if row.row == "new_requests" and isinstance(row.value, int):
                self._requests[row.value] += 1

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How many reports have which verdict."""
        return self._verdicts

    def common(self) -> list[CommonFinding]:
        """Return the rules that were broken, those of most reports first."""
        listed = [
            CommonFinding(code=code, severity=severity, reports=reports, times=times)
            for (code, severity), (reports, times) in self._findings.items()
        ]
        return sorted(listed, key=lambda one: (-one.reports, -one.times, one.code))

    def totals(self) -> dict[tuple[int | None, str], dict[str, list[Total]]]:
        """Return the totals by year and template, and by table: years are never added up."""
        found: dict[tuple[int | None, str], dict[str, list[Total]]] = {}
        for (year, template, table, _, _), total in self._totals.items():
            found.setdefault((year, template), {}).setdefault(table, []).append(total)
        return dict(sorted(found.items(), key=lambda item: (-(item[0][0] or 0), item[0][1])))

    def requests(self) -> list[Bar]:
        """Return how many reports received how many requests."""
        return _classes(self._requests, _REQUESTS)

    def findings(self) -> list[Bar]:
        """Return how many reports have how many findings."""
        read = [told.counts for told in self.told if told.verdict is not None]
        sizes = Counter(counts.error + counts.warning + counts.info for counts in read)
        return _classes(sizes, _FINDINGS)

    def outcomes(self) -> list[Bar]:
        """Return how requests were answered, over all reports."""
        sums: Counter[str] = Counter()
        for (_, _, table, row, column), total in self._totals.items():
            if table == "requests" and column == "total":
                for key, _, _ in _OUTCOMES:
                    if row == key or (key.endswith("_") and row.startswith(key)):
                        sums[key] += int(total.amount)
        return [Bar(label=zh, label_en=en, count=sums[key]) for key, zh, en in _OUTCOMES]


def _add(total: Total, row: LongRow) -> None:
    if row.value is None or row.value == "":
        total.without += 1
        return
    try:
        total.amount += Decimal(row.value)
    except InvalidOperation:
        total.without += 1
        return
    total.reports += 1
    total.flagged += row.flag is not None


def _classes(sizes: Counter[int], ends: Sequence[int]) -> list[Bar]:
    """Count sizes by classes; empty ones at the end are left out."""
    bars = []
    for below, end in zip((-1, *ends), (*ends, None), strict=True):
        inside = [n for size, n in sizes.items() if size > below and (end is None or size <= end)]
        label = (
            f"> {below}" if end is None else str(end) if end == below + 1 else f"{below + 1}–{end}"
        )
        bars.append(Bar(label=label, label_en=label, count=sum(inside)))
    while bars and bars[-1].count == 0:
        bars.pop()
    return bars

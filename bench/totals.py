"""Add rows up: overall, by profile, planted faults by kind, confidence against truth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.measure import EDGES, Bin, Row
from tests.corpus.scanning import PROFILES

USUAL = frozenset(name for name, profile in PROFILES.items() if profile.usual)
FATES = ("named", "undetermined", "missed", "repaired")


@dataclass(frozen=True, kw_only=True)
class Total:
    """Sums over documents; a document that was not read has no value right."""

    name: str
    documents: int
    unread: int
    values: int
    right: int
    flagged: int
    flagged_right: int
    silent: int
    missing: int
    blamed: int
    pages: int
    seconds: float

    @property
    def share_right(self) -> float:
        """Return the share of values read as printed."""
        return self.right / max(1, self.values)

    @property
    def share_flagged_right(self) -> float:
        """Return the share of values flagged although right."""
        return self.flagged_right / max(1, self.values)


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """One bin of confidence: what was claimed on average, and what came true."""

    low: float
    high: float
    count: int
    claimed: float
    right: float


def total(name: str, rows: Sequence[Row]) -> Total:
    """Add rows up under a name."""
    return Total(
        name=name,
        documents=len(rows),
        unread=sum(not row.read for row in rows),
        values=sum(row.values for row in rows),
        right=sum(row.right for row in rows),
        flagged=sum(row.flagged for row in rows),
        flagged_right=sum(row.flagged_right for row in rows),
        silent=sum(row.silent for row in rows),
        missing=sum(row.missing for row in rows),
        blamed=sum(len(row.blamed) for row in rows),
        pages=sum(row.pages for row in rows),
        seconds=sum(row.seconds for row in rows),
    )


def totals(rows: Sequence[Row]) -> list[Total]:
    """Return all documents, those like what offices hand in, each profile and each layout."""
    usual = [row for row in rows if row.profile in USUAL]
    names = sorted({row.profile for row in rows})
    by_profile = [total(name, [row for row in rows if row.profile == name]) for name in names]
    looks = sorted({row.layout for row in rows if row.layout})
    by_look = [total(f"= {name}", [row for row in rows if row.layout == name]) for name in looks]
    like = [total("corpus-like", usual)] if usual else []
    return [total("all", rows), *like, *by_profile, *by_look]


def faults(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """Count the planted faults by kind and by what became of them."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        if row.fate:
            kind = counts.setdefault(row.fault or "of the document", dict.fromkeys(FATES, 0))
            kind[row.fate] += 1
    return dict(sorted(counts.items()))


def reliability(rows: Iterable[Row]) -> list[Reliability]:
    """Hold the confidence of all values given out against how many are right."""
    sums = [Bin() for _ in EDGES]
    for row in rows:
        for at, each in enumerate(row.bins):
            sums[at] = Bin(
                count=sums[at].count + each.count,
                confidence=sums[at].confidence + each.confidence,
                right=sums[at].right + each.right,
            )
    return [
        Reliability(
            low=low,
            high=high,
            count=each.count,
            claimed=each.confidence / max(1, each.count),
            right=each.right / max(1, each.count),
        )
        for low, high, each in zip((0.0, *EDGES[:-1]), EDGES, sums, strict=True)
    ]


def calibration_error(table: Sequence[Reliability]) -> float:
    """Return the expected calibration error: |claimed - right| over the bins, weighed by count.

    Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, 2017.
    """
    count = max(1, sum(each.count for each in table))
    return sum(each.count * abs(each.claimed - each.right) for each in table) / count


def worst(rows: Sequence[Row], count: int = 10) -> list[Row]:
    """Return the documents with something wrong, the gravest first: silent, blame, fault, value."""
    bad = [row for row in rows if faulty(row)]
    bad.sort(key=lambda row: (-row.silent, -len(row.blamed), -_lost(row), row.right, row.name))
    return bad[:count]


def faulty(row: Row) -> bool:
    """Tell whether anything about a document is not as it should be."""
    return row.right < row.values or bool(row.blamed) or _lost(row)


def _lost(row: Row) -> bool:
    return row.fate in ("missed", "repaired")

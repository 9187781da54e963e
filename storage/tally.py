"""What a process counts and times, kept in memory until `storage.presence` writes it to rows.

Every process has one, as it has one log. Sums only grow while the process lives, so a reader
that adds up the rows of all processes gets counters that never fall.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal

Timed = Literal["stage", "http"]
Counted = Literal["jobs_finished", "pages_finished"]
Metric = Literal[Timed, Counted]

BUCKETS_S = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Upper bounds of the durations counted apart; one more count is for what took longer."""


@dataclass
class Sums:
    """Counts of one series: of durations one a bucket, not cumulated, else a single one."""

    counts: list[int]
    total: float = 0.0


@dataclass
class Tally:
    """The series of a process, by metric and values of its labels."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _series: dict[tuple[Metric, tuple[str, ...]], Sums] = field(default_factory=dict)

    def count(self, metric: Counted, *labels: str) -> None:
        """Count one."""
        with self._lock:
            self._series.setdefault((metric, labels), Sums([0])).counts[0] += 1

    def time(self, metric: Timed, seconds: float, *labels: str) -> None:
        """Count one duration."""
        with self._lock:
            found = self._series.setdefault((metric, labels), Sums([0] * (len(BUCKETS_S) + 1)))
            found.counts[bisect_left(BUCKETS_S, seconds)] += 1
            found.total += seconds

    def add(
        self, metric: Metric, labels: tuple[str, ...], counts: Sequence[int], total: float
    ) -> None:
        """Add sums counted elsewhere; of other buckets the longer ones are put together."""
        with self._lock:
            found = self._series.setdefault((metric, labels), Sums([0] * len(counts)))
            for at, number in enumerate(counts):
                found.counts[min(at, len(found.counts) - 1)] += number
            found.total += total

    def sums(self) -> dict[tuple[Metric, tuple[str, ...]], Sums]:
        """Return everything counted so far."""
        with self._lock:
            return {
                key: Sums(list(found.counts), found.total) for key, found in self._series.items()
            }

    def clear(self) -> None:
        """Begin anew, in a child that inherited its parent's."""
        with self._lock:
            self._series.clear()


TALLY = Tally()


@contextmanager
def timing(stage: str) -> Iterator[None]:
    """Time a stage of work; what is raised in it makes the outcome `failed`."""
    began = monotonic()
    outcome = "failed"
    try:
        yield
        outcome = "done"
    finally:
        TALLY.time("stage", monotonic() - began, stage, outcome)

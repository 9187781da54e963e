"""Figures beside what they must reach, as one table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Bar:
    """What a figure must reach, by the figure's name."""

    what: str
    figure: str
    limit: float
    better: Literal["more", "less"]
    unit: str

    def holds(self, value: float) -> bool:
        """Say whether a value reaches it."""
        return value >= self.limit if self.better == "more" else value <= self.limit


def table(bars: Sequence[Bar], figures: Mapping[str, float]) -> list[str]:
    """Return a line for each bar; one whose figure was not measured is said to be so."""
    lines = [f"{'what':58} {'measured':>12} {'bar':>12}"]
    for bar in bars:
        limit = f"{'≥' if bar.better == 'more' else '≤'} {bar.limit:g} {bar.unit}".rstrip()
        value = figures.get(bar.figure)
        if value is None:
            lines.append(f"{bar.what:58} {'—':>12} {limit:>12}  not measured")
            continue
        verdict = "pass" if bar.holds(value) else "MISS"
        lines.append(f"{bar.what:58} {value:12.3f} {limit:>12}  {verdict}")
    return lines

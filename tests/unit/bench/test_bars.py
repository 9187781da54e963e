"""A figure is held against its bar, and one that is missing is no pass."""

from typing import Literal

import pytest

from bench.bars import Bar, table


@pytest.mark.parametrize(
    ("better", "value", "said"),
    [
        ("more", 150.0, "pass"),
        ("more", 149.9, "MISS"),
        ("less", 150.0, "pass"),
        ("less", 151, "MISS"),
    ],
)
def test_a_figure_passes_or_misses(
    better: Literal["more", "less"], value: float, said: str
) -> None:
    bar = Bar(what="submissions", figure="per_s", limit=150, better=better, unit="/s")
    assert table([bar], {"per_s": value})[1].endswith(said)


def test_what_was_not_measured_is_said_to_be_so() -> None:
    bar = Bar(what="submissions", figure="per_s", limit=150, better="more", unit="/s")
    assert table([bar], {})[1].endswith("not measured")

"""Prefix search against the sum over all alignments, spelled out."""

from itertools import groupby, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workers.pipeline.read.digits import candidates, mass
from workers.pipeline.read.recognition import DIGITS

WIDTH = len(DIGITS) + 1


def step(**shares: float) -> list[float]:
    """Return one step; names are `blank`, `d0` … `d9`, `point`."""
    names = ["blank", *(f"d{digit}" for digit in range(10)), "point"]
    return [shares.get(name, 0.0) for name in names]


def by_hand(steps: np.ndarray) -> dict[str, float]:
    """Return the score of every string by walking every path."""
    scores: dict[str, float] = {}
    alive = [[at for at, share in enumerate(row) if share > 0] for row in steps]
    for path in product(*alive):
        collapsed = "".join(DIGITS[at - 1] for at, _ in groupby(path) if at)
        share = float(np.prod([row[at] for row, at in zip(steps, path, strict=True)]))
        scores[collapsed] = scores.get(collapsed, 0.0) + share
    return scores


def test_repeated_digits_need_a_blank_between() -> None:
    one = np.array([step(d7=1.0), step(d7=1.0)], np.float32)
    two = np.array([step(d7=1.0), step(blank=1.0), step(d7=1.0)], np.float32)
    assert [c.text for c in candidates(one)] == ["7"]
    assert [c.text for c in candidates(two)] == ["77"]


def test_nothing_but_blank_is_no_candidate() -> None:
    assert candidates(np.array([step(blank=1.0)] * 3, np.float32)) == ()


def test_doubt_shows_as_shares_of_the_alternatives() -> None:
    steps = np.array([step(d3=0.6, d8=0.4), step(blank=1.0), step(d1=1.0)], np.float32)
    found = {c.text: c.probability for c in candidates(steps)}
    assert found == pytest.approx({"31": 0.6, "81": 0.4}, abs=1e-5)


def test_mass_is_low_where_a_glyph_is_no_digit() -> None:
    steps = np.array([step(blank=0.9), step(d4=0.01)], np.float32)
    assert mass(steps) == pytest.approx(0.01)


@settings(deadline=None, max_examples=60)
@given(
    arrays(
        np.float32,
        st.tuples(st.integers(1, 3), st.just(4)),
        elements=st.floats(0.0625, 1.0, width=32),
    )
)
def test_scores_are_the_sums_over_all_alignments(shares: np.ndarray) -> None:
    steps = np.zeros((len(shares), WIDTH), np.float32)
    steps[:, [0, 1, 2, 6]] = shares  # blank, 0, 1, 5
    scores = by_hand(steps.astype(np.float64))
    scores.pop("", None)
    total = sum(scores.values())
    for candidate in candidates(steps):
        assert candidate.probability == pytest.approx(scores[candidate.text] / total, rel=0.02)
    best = max(scores, key=lambda text: (scores[text], text))
    found = candidates(steps)[0]
    assert scores[found.text] == pytest.approx(scores[best], rel=0.02)

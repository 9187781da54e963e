"""Tenants that wait are served in proportion to their weights, whoever came first."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.turn import Standing, deal


@pytest.mark.parametrize(
    ("waiting", "turns", "expected"),
    [
        ([Standing(tenant="a", served=0)], 3, {"a": 3}),
        ([Standing(tenant="a", served=0), Standing(tenant="b", served=0)], 6, {"a": 3, "b": 3}),
        # weights 3 : 1 share eight turns 6 : 2
        (
            [Standing(tenant="a", served=0, weight=3), Standing(tenant="b", served=0)],
            8,
            {"a": 6, "b": 2},
        ),
        # a had 4 turns more than b so far, so b has the first 4 and they share the last 2
        ([Standing(tenant="a", served=4), Standing(tenant="b", served=0)], 6, {"a": 1, "b": 5}),
        ([], 5, {}),
    ],
)
def test_turns_are_dealt_by_weight_and_account(
    waiting: list[Standing], turns: int, expected: dict[str, int]
) -> None:
    dealt, _ = deal(turns, waiting, clock=0.0)
    assert Counter(dealt) == expected


def test_who_was_away_gets_no_credit_for_it() -> None:
    busy, back = Standing(tenant="busy", served=1000.0), Standing(tenant="back", served=0.0)
    dealt, clock = deal(10, [busy, back], clock=1000.0)
    assert Counter(dealt) == {"busy": 5, "back": 5}
    assert clock >= 1000.0


@given(
    weights=st.lists(st.integers(1, 5), min_size=1, max_size=6),
    turns=st.integers(1, 200),
)
def test_nobody_is_more_than_a_turn_away_from_the_fair_share(
    weights: list[int], turns: int
) -> None:
    waiting = [Standing(tenant=str(i), served=0.0, weight=w) for i, w in enumerate(weights)]
    dealt, _ = deal(turns, waiting, clock=0.0)
    counted = Counter(dealt)
    assert len(dealt) == turns
    for one in waiting:
        fair = turns * one.weight / sum(weights)
        assert abs(counted[one.tenant] - fair) <= len(weights)

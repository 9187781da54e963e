"""Digits without borders: all splits and no others, those with sums among them."""

from itertools import combinations

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from workers.pipeline.sums.options import glued
from workers.pipeline.sums.splits import (
    TooManyError,
    count_splits,
    readings,
    splits,
    summing_splits,
)

NUMBERS = st.integers(0, 99_999_999)


def _by_borders(digits: str, count: int) -> set[tuple[str, ...]]:
    """Return all splits by choosing borders, the slow way."""
    found = set()
    for borders in combinations(range(1, len(digits)), count - 1):
        ends = (0, *borders, len(digits))
        parts = tuple(digits[ends[at] : ends[at + 1]] for at in range(count))
        if all(part == str(int(part)) for part in parts):
            found.add(parts)
    return found


def _sums(row: tuple[str, ...], sizes: tuple[int, ...]) -> bool:
    start, holds = 0, True
    for size in sizes:
        *terms, total = map(int, row[start : start + size])
        holds = holds and sum(terms) == total
        start += size
    return holds


@given(st.text("0123", min_size=1, max_size=9), st.integers(1, 5))
def test_every_split_is_found_and_no_number_opens_with_a_needless_zero(
    digits: str, count: int
) -> None:
    found = list(splits(digits, count))
    assert set(found) == _by_borders(digits, count)
    assert len(found) == len(set(found))


@given(st.text("0123", min_size=2, max_size=9), st.sampled_from([(2,), (3,), (2, 2), (3, 2)]))
def test_splits_with_sums_are_those_splits_whose_sums_hold(
    digits: str, sizes: tuple[int, ...]
) -> None:
    wanted = {row for row in _by_borders(digits, sum(sizes)) if _sums(row, sizes)}
    assert set(summing_splits(digits, sizes)) == wanted


@settings(deadline=None, max_examples=30)
@given(st.lists(NUMBERS, min_size=6, max_size=6))
def test_a_row_of_applicants_with_its_total_is_among_its_splits(terms: list[int]) -> None:
    row = tuple(str(value) for value in (*terms, sum(terms)))
    try:
        found = set(summing_splits("".join(row), (7,)))
    except TooManyError:
        reject()  # given up openly
    assert row in found


@given(st.text("0123", min_size=1, max_size=8), st.integers(1, 4), st.booleans())
def test_the_readings_of_a_place_are_those_of_all_splits(
    digits: str, count: int, blanks: bool
) -> None:
    rows = _by_borders(digits, count)
    if blanks:
        rows = {
            tuple(next(parts) if at in places else "" for at in range(count))
            for numbers in range(1, count + 1)
            for row in _by_borders(digits, numbers)
            for places in combinations(range(count), numbers)
            for parts in [iter(row)]
        }
    found = readings(digits, count, blanks=blanks)
    for place in range(count):
        assert {row[place] for row in rows} == set(found[place] if rows else ())


def test_the_row_of_the_form_that_lost_its_borders_is_read_by_its_sum() -> None:
    # 64 + 0 + 0 + 2 + 0 + 4 = 70
    assert list(summing_splits("640020470", (7,))) == [("64", "0", "0", "2", "0", "4", "70")]


@pytest.mark.parametrize(
    ("digits", "count", "expected"),
    [
        ("000", 3, [("0", "0", "0")]),
        ("6307", 3, [("6", "30", "7"), ("63", "0", "7")]),  # 6 3 07: no number opens so
        ("12", 3, []),
    ],
)
def test_three_numbers_in_one(digits: str, count: int, expected: list[tuple[str, ...]]) -> None:
    assert list(splits(digits, count)) == expected


@given(digits=st.text("0012", max_size=9), most=st.integers(0, 7))
def test_splits_are_counted_as_many_as_they_are(digits: str, most: int) -> None:
    listed = [sum(1 for _ in splits(digits, count)) for count in range(most + 1)]
    assert count_splits(digits, most) == listed


@pytest.mark.parametrize("digits", ["1" * 63, "12" * 40, "9" * 200, "0" * 60])
@pytest.mark.parametrize("blanks", [False, True])
def test_digits_without_end_are_given_up_not_worked_through(digits: str, blanks: bool) -> None:
    options = glued([digits], 7, (7,), blanks=blanks)
    assert options.summing in (None, ())  # sixty zeros cannot be seven numbers

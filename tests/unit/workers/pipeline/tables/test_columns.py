"""The columns of a continued table found among those of the page with the header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.pipeline.tables.columns import align_columns

HEADED = (0.15, 0.20, 0.275, 0.475, 0.53, 0.585, 0.64, 0.695, 0.75, 0.805, 0.86)
"""Three columns of labels of unlike widths, seven of numbers as wide as each other."""
SHIFT, STRETCH = 0.02, 0.95


def scanned(*places: float) -> list[float]:
    return [SHIFT + STRETCH * place for place in places]


def without(*lost: int) -> list[float]:
    return [place for at, place in enumerate(HEADED) if at not in lost]


@given(shift=st.floats(-0.1, 0.1), stretch=st.floats(0.75, 1.15))
def test_a_part_shifted_and_stretched_is_found_again(shift: float, stretch: float) -> None:
    found = align_columns(HEADED, [shift + stretch * place for place in HEADED])
    assert found is not None
    assert found.sure
    assert found.at == tuple(range(11))


CASES = [
    ([*HEADED, 0.915], (*range(11), None)),
    ([*without(2), 0.915], (0, 1, *range(3, 11), None)),
    ([0.11, *HEADED], (None, *range(11))),
    (without(0), tuple(range(1, 11))),
    (without(10), tuple(range(10))),
    (without(1, 2, 6), (0, 3, 4, 5, 7, 8, 9, 10)),
]


@pytest.mark.parametrize(("part", "at"), CASES)
def test_lost_and_added_boundaries_move_no_other(
    part: list[float], at: tuple[int | None, ...]
) -> None:
    found = align_columns(HEADED, scanned(*part))
    assert found is not None
    assert found.sure
    assert found.at == at


@pytest.mark.parametrize("moved", [-0.055, 0.055])
def test_columns_that_may_be_their_neighbours_are_not_sure(moved: float) -> None:
    numbers = [place + moved for place in HEADED[3:]]
    found = align_columns(HEADED, numbers)
    assert found is None or not found.sure


def test_other_columns_are_not_taken_for_these() -> None:
    found = align_columns(HEADED, [0.1, 0.22, 0.45, 0.83, 0.9])
    assert found is None or not found.sure


def test_a_part_stretched_more_at_one_side_is_found_again() -> None:
    """Of two tilted sheets each is as wide as it lies near; here the labels lay nearer."""
    tilted = [0.03 + 0.96 * place / (0.94 + 0.13 * place) for place in HEADED]
    found = align_columns(without(2), tilted, (0, 10))
    assert found is not None
    assert found.sure
    assert found.at == (0, 1, None, *range(2, 10))


def test_no_column_is_laid_beyond_the_frame_of_the_page_with_the_header() -> None:
    shifted = scanned(HEADED[0], HEADED[1], *(place + 0.055 for place in HEADED[3:]))
    found = align_columns(without(2), shifted, (0, 9))
    assert found is None or not found.sure or found.at[2:] == tuple(range(2, 10))

"""Rows of a table paired with rows of a form."""

from workers.pipeline.tables.align import align


def test_equal_rows_pair_one_to_one() -> None:
    assert align([[1.0, 0.0], [0.0, 1.0]]) == {0: 0, 1: 1}


def test_rows_that_are_like_none_stay_unpaired() -> None:
    assert align([[0.1, 0.2], [1.0, 0.0], [0.0, 1.0]]) == {1: 0, 2: 1}


def test_order_is_kept_even_where_a_crossing_pair_is_likelier() -> None:
    assert align([[0.0, 1.0], [0.9, 0.0]]) in ({0: 1}, {1: 0})


def test_an_unreadable_row_between_two_sure_ones_is_paired_by_counting() -> None:
    scores = [[1.0, 0.0, 0.0], [0.1, 0.2, 0.1], [0.0, 0.0, 1.0]]
    assert align(scores) == {0: 0, 1: 1, 2: 2}


def test_a_row_too_few_is_not_guessed() -> None:
    scores = [[1.0, 0.0, 0.0, 0.0], [0.1, 0.2, 0.1, 0.1], [0.0, 0.0, 0.0, 1.0]]
    assert align(scores) == {0: 0, 2: 3}


def test_nothing_pairs_with_nothing() -> None:
    assert align([]) == {}
    assert align([[]]) == {}

"""Counts printed with more than their digits are read where that changes nothing."""

import pytest

from workers.pipeline.counts import read_count


@pytest.mark.parametrize(
    ("text", "figures", "sure"),
    [
        ("12件", "12", True),
        ("12 件", "12", True),
        ("１２件", "12", True),
        ("1,234件", "1234", True),
        ("0条", "0", True),
        ("12.00", "12", True),
        ("0.0", "0", True),
        ("12.0件", "12", True),
        ("12.", "12", False),
        ("+12", "12", False),
        ("'12", "12", False),
        ("=12", "12", False),
        ("012", "12", False),
        ("12*", "12", False),
        ("12①", "12", False),
        ("12[1]", "12", False),
        ("12²", "12", False),
        ("12[^1]", "", None),
    ],
)
def test_a_unit_changes_nothing_and_a_mark_leaves_doubt(
    text: str, figures: str, sure: bool | None
) -> None:
    found = read_count(text)
    assert (found.figures, found.sure) == (figures, sure) if found else sure is None


@pytest.mark.parametrize(
    ("text", "others"),
    [("1 2", ("12", "1", "2")), ("28\n1", ("281", "28", "1")), ("0（10）", ("0", "10"))],
)
def test_two_numbers_are_none_and_all_they_may_be_is_listed(
    text: str, others: tuple[str, ...]
) -> None:
    found = read_count(text)
    assert found is not None
    assert (found.figures, found.sure, found.others) == ("", False, others)


@pytest.mark.parametrize(
    "text", ["12", "1,234", "", "-5", "约12", "12.5", "5+7", "12%", "1O", "十二", "12/10", "1,2"]
)
def test_a_mere_number_and_no_number_at_all_are_left_to_others(text: str) -> None:
    assert read_count(text) is None

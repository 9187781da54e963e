"""The joint decision on a small form: two rows of two terms and a total, and their column sums.

a  b | t        a + b = t
c  d | u        c + d = u
e  f | v        e + f = v,  a + c = e, b + d = f, t + u = v
"""

from collections.abc import Mapping

import pytest

from schemas.form import Relation
from workers.pipeline.joint import Reading, holds, resolve

CLEAR: Mapping[str, int] = dict(zip("abtcduefv", (1, 2, 3, 4, 5, 9, 5, 7, 12), strict=True))


def relation(terms: str, total: str) -> Relation:
    return Relation(
        code="SUM",
        severity="error",
        subject=total,
        subject_en=total,
        terms=tuple(terms),
        totals=(total,),
    )


RELATIONS = [
    relation("ab", "t"),
    relation("cd", "u"),
    relation("ef", "v"),
    relation("ac", "e"),
    relation("bd", "f"),
    relation("tu", "v"),
]


def readings(**changed: Reading) -> dict[str, Reading]:
    clear = {name: Reading(options={value: 1.0}, clear=True) for name, value in CLEAR.items()}
    return clear | changed


def test_clear_readings_that_agree_stand_without_flags() -> None:
    resolved = resolve(readings(), RELATIONS)
    assert {name: r.value for name, r in resolved.items()} == CLEAR
    assert all(r.flag is None for r in resolved.values())


def test_a_misread_is_corrected_when_both_its_sums_mend() -> None:
    misread = Reading(options={9: 0.7, 5: 0.3}, clear=False)  # 4+9≠9, 2+9≠7; with 5 both hold
    resolved = resolve(readings(d=misread), RELATIONS)["d"]
    assert (resolved.value, resolved.flag, resolved.read_as) == (5, "corrected", 9)


def test_a_clear_reading_is_never_altered_even_where_its_sums_break() -> None:
    printed = Reading(options={9: 0.9999, 5: 0.0001}, clear=True)
    resolved = resolve(readings(d=printed), RELATIONS)["d"]
    assert (resolved.value, resolved.flag) == (9, None)


def test_a_clear_reading_with_a_real_alternative_that_would_mend_its_sums_is_doubtful() -> None:
    printed = Reading(options={9: 0.999, 5: 0.001}, clear=True)
    resolved = resolve(readings(d=printed), RELATIONS)["d"]
    assert (resolved.value, resolved.flag, resolved.alternatives) == (9, "doubtful", (5,))


@pytest.mark.parametrize(
    ("share", "read", "flag"),
    [
        (0.9992, 9, "doubtful"),  # 5 read as 9: 4 + 9 = 9 + 4 and 2 + 9 = 7 + 4
        (0.9992, 55, "doubtful"),  # a digit gained
        (0.9999, 9, None),  # the pixels leave nothing open: so the report prints it
        (0.9992, 27, None),  # no slip of one digit
    ],
)
def test_the_report_is_not_blamed_for_what_one_digit_not_quite_sure_would_mend(
    share: float, read: int, flag: str | None
) -> None:
    printed = Reading(options={read: share}, clear=True)
    resolved = resolve(readings(d=printed), RELATIONS)["d"]
    assert (resolved.value, resolved.flag) == (read, flag)
    assert resolved.alternatives == ((5,) if flag else ())


def test_a_slip_beside_blanks_is_told_too() -> None:
    blank = Reading(options={}, clear=True)
    printed = Reading(options={11: 0.999}, clear=True)  # blank + 1 read as 11 = 1, blank + 11 = 1
    one = {name: Reading(options={1: 1.0}, clear=True) for name in "fu"}
    resolved = resolve(readings(b=blank, c=blank, d=printed, **one), RELATIONS)["d"]
    assert (resolved.value, resolved.flag, resolved.alternatives) == (11, "doubtful", (1,))


def test_a_digit_whose_other_sum_holds_is_no_slip() -> None:
    printed = Reading(options={2: 0.999}, clear=True)
    planted = Reading(options={6: 1.0}, clear=True)  # 1 + 2 = 3 holds, 2 + 5 = 6 does not
    assert resolve(readings(b=printed, f=planted), RELATIONS)["b"].flag is None


def test_a_slip_is_told_though_the_report_broke_another_of_its_sums_by_more() -> None:
    """A 4 read as 1: the sum down breaks by 3, the one across by a fault of the report besides."""
    printed = Reading(options={1: 0.999}, clear=True)
    planted = Reading(options={0: 1.0}, clear=True)
    resolved = resolve(readings(c=printed, u=planted), RELATIONS)["c"]
    assert (resolved.value, resolved.flag, resolved.alternatives) == (1, "doubtful", (4,))


def test_an_unclear_reading_whose_sums_hold_is_confirmed() -> None:
    unclear = Reading(options={5: 0.6, 6: 0.4}, clear=False)
    resolved = resolve(readings(d=unclear), RELATIONS)["d"]
    assert (resolved.value, resolved.flag) == (5, None)


def test_one_sum_confirms_a_likely_reading_where_the_report_broke_the_other() -> None:
    likely = Reading(options={4: 0.99, 9: 0.01}, clear=False)
    planted = Reading(options={6: 1.0}, clear=True)
    resolved = resolve(readings(c=likely, e=planted), RELATIONS)["c"]
    assert (resolved.value, resolved.flag) == (4, None)  # 4 + 5 = 9 holds, 1 + 4 = 6 does not


@pytest.mark.parametrize(
    "doubtful",
    [
        Reading(options={4: 0.9, 9: 0.1}, clear=False),
        Reading(options={4: 0.99, 9: 0.01}, clear=False, placed=False),
    ],
)
def test_a_poor_reading_or_one_out_of_place_needs_all_its_sums(doubtful: Reading) -> None:
    planted = Reading(options={6: 1.0}, clear=True)
    assert resolve(readings(c=doubtful, e=planted), RELATIONS)["c"].flag == "doubtful"


@pytest.mark.parametrize(("beside", "flag"), [(False, None), (True, "doubtful")])
def test_one_sum_confirms_a_hidden_number_unless_another_of_it_is_hidden(
    beside: bool, flag: str | None
) -> None:
    hidden = Reading(options={4: 0.99, 9: 0.01}, clear=False, obstructed=True)
    other = Reading(options={5: 1.0}, clear=not beside, obstructed=beside)
    planted = Reading(options={6: 1.0}, clear=True)
    resolved = resolve(readings(c=hidden, d=other, e=planted), RELATIONS)
    assert resolved["c"].flag == flag  # 4 + 5 = 9 holds, 1 + 4 = 6 does not


def test_numbers_cut_alike_down_a_column_do_not_confirm_each_other() -> None:
    cut = {
        name: Reading(options={value: 1.0}, clear=False, obstructed=True)
        for name, value in {"b": 2, "f": 7}.items()
    }  # of 12 and 17: 2 + 5 = 7 holds, and no sum across does
    totals = {"t": 13, "v": 22}
    printed = {name: Reading(options={v: 1.0}, clear=True) for name, v in totals.items()}
    resolved = resolve(readings(**cut, **printed), RELATIONS)
    assert [resolved[name].flag for name in "bf"] == ["doubtful", "doubtful"]


def test_a_stroke_before_a_term_and_before_the_total_is_not_confirmed_by_their_only_sum() -> None:
    """Two zeros behind a ruling's stroke: 10 in all, and 10 is their sum."""
    stroke = Reading(options={10: 0.97, 0: 0.03}, clear=False, obstructed=True)
    zero = Reading(options={0: 1.0}, clear=True)
    found = resolve({"a": zero, "b": stroke, "t": stroke}, [relation("ab", "t")])
    assert [found[name].flag for name in "abt"] == [None, "doubtful", "doubtful"]


@pytest.mark.parametrize(("other", "flag"), [(15, "doubtful"), (42, None)])
def test_a_sum_that_holds_as_well_were_two_of_it_misread_alike_tells_of_neither(
    other: int, flag: str | None
) -> None:
    """What makes a 1 of a 4 in a term makes one of the 4 in the total: 11 + 1 = 12, 14 + 1 = 15."""
    term = Reading(options={11: 0.97, 14: 0.03}, clear=False)
    total = Reading(options={12: 0.96, other: 0.04}, clear=False)
    one = Reading(options={1: 1.0}, clear=True)
    found = resolve({"a": term, "b": one, "t": total}, [relation("ab", "t")])
    assert found["b"].flag is None
    assert [found[name].flag for name in "at"] == [flag, flag]


def test_a_number_unsure_without_another_reading_confirms_none_that_has_one() -> None:
    """The 1 of a total is broad: it may be a 4 whose bar is lost, as may be that of its term."""
    term = Reading(options={1: 0.9716, 4: 0.004}, clear=False)
    none = Reading(options={0: 1.0}, clear=True)
    for total, flag in ((0.9, "doubtful"), (0.9999, None)):
        broad = Reading(options={1: total}, clear=total > 0.99)
        found = resolve({"a": term, "b": none, "t": broad}, [relation("ab", "t")])
        assert found["a"].flag == flag


def test_two_numbers_unsure_without_another_reading_do_not_confirm_each_other() -> None:
    broad = Reading(options={1: 0.96}, clear=False)
    none = Reading(options={0: 1.0}, clear=True)
    found = resolve({"a": broad, "b": none, "t": broad}, [relation("ab", "t")])
    assert [found[name].flag for name in "abt"] == ["doubtful", None, "doubtful"]


def test_a_second_sum_tells_what_one_that_may_be_misread_twice_does_not() -> None:
    term = Reading(options={4: 0.97, 7: 0.03}, clear=False)
    total = Reading(options={9: 0.97, 12: 0.03}, clear=False)
    resolved = resolve(readings(c=term, u=total), RELATIONS)
    assert [resolved[name].flag for name in "cu"] == [None, None]


def test_an_alternative_without_support_of_the_pixels_is_not_taken() -> None:
    misread = Reading(options={9: 0.9995, 5: 0.00005}, clear=False)
    resolved = resolve(readings(d=misread), RELATIONS)["d"]
    assert (resolved.value, resolved.flag) == (9, "doubtful")


def test_two_rival_corrections_leave_both_doubtful() -> None:
    # a and d unclear: 1 may be 2 and 5 may be 6, as printed sums want one more in row and column.
    wanting = [relation("ad", "t"), relation("ad", "u")]
    both = {
        "a": Reading(options={1: 0.5, 2: 0.5}, clear=False),
        "d": Reading(options={5: 0.5, 6: 0.5}, clear=False),
        "t": Reading(options={7: 1.0}, clear=True),
        "u": Reading(options={7: 1.0}, clear=True),
    }
    resolved = resolve(both, wanting)
    assert [resolved[name].flag for name in "ad"] == ["doubtful", "doubtful"]


def test_one_broken_sum_alone_corrects_nothing() -> None:
    unclear = Reading(options={4: 0.5, 3: 0.5}, clear=False)
    resolved = resolve(
        {"a": Reading(options={1: 1.0}, clear=True), "b": unclear, "t": readings()["t"]},
        [relation("ab", "t")],
    )
    assert (resolved["b"].value, resolved["b"].flag) == (4, "doubtful")


def test_a_cell_without_a_number_stays_null() -> None:
    blank = Reading(options={}, clear=True)
    unreadable = Reading(options={}, clear=False)
    resolved = resolve(readings(a=blank, d=unreadable), RELATIONS)
    assert (resolved["a"].value, resolved["a"].flag) == (None, None)
    assert (resolved["d"].value, resolved["d"].flag) == (None, "doubtful")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"a": 1, "b": 2, "t": 3}, True),
        ({"a": 1, "b": 2, "t": 4}, False),
        ({"a": 1, "b": None, "t": 1}, None),
        ({"a": 1, "b": 2}, None),
    ],
)
def test_a_relation_holds_fails_or_cannot_be_told(
    values: dict[str, int | None], expected: bool | None
) -> None:
    assert holds(relation("ab", "t"), values) is expected

"""What the sums settle is right; what they leave open has the truth among its alternatives."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.forms import FORMS
from tests.strategies import Values, consistent_values, values_of
from workers.pipeline.sums.options import extra, glued, gone_blank, printed
from workers.pipeline.sums.settle import OpenRow, Settled, settle

FORM = FORMS["2021"]
REQUESTS = FORM.table("requests")
SLOW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _rows_of(values: Values, *, blanks: bool = False) -> list[OpenRow]:
    """Return table three with the digits of each row glued; zeros left out if `blanks`."""
    rows: dict[int, list[str]] = {}
    for cell in REQUESTS.values:
        rows.setdefault(cell.row, []).append(str(cell.pointer))
    return [
        OpenRow(
            pointers=tuple(pointers),
            options=glued(
                [text for p in pointers if (text := _text(values[p], blanks))],
                7,
                (7,),
                blanks=blanks,
            ),
        )
        for pointers in rows.values()
    ]


def _text(value: int | str | None, blanks: bool) -> str:
    return "" if blanks and value == 0 else str(value)


def _wrong(found: dict[str, Settled], values: Values) -> list[str]:
    """Return the values settled otherwise than they are, or that are not among alternatives."""
    return [
        pointer for pointer, settled in found.items() if str(values[pointer]) not in settled.texts
    ]


@SLOW
@given(consistent_values())
def test_glued_rows_of_a_consistent_report_are_right_or_listed(values: Values) -> None:
    assert _wrong(settle(_rows_of(values), FORM.relations), values) == []


@SLOW
@given(consistent_values(), st.data())
def test_a_report_that_breaks_a_sum_is_not_bent_to_keep_it(
    values: Values, data: st.DataObject
) -> None:
    pointer = data.draw(st.sampled_from([str(cell.pointer) for cell in REQUESTS.values]))
    values[pointer] = data.draw(st.integers(0, 9999))
    assert _wrong(settle(_rows_of(values), FORM.relations), values) == []


def test_the_sums_settle_a_whole_table_of_small_numbers() -> None:
    values = values_of({"granted": (12, 3, 0, 0, 0, 1), "new_requests": (12, 3, 0, 0, 0, 1)})
    found = settle(_rows_of(values), FORM.relations)
    assert all(settled.texts == (str(values[p]),) for p, settled in found.items())
    assert not any(settled.certain for settled in found.values())


def test_numbers_without_a_sum_stay_open_with_every_reading() -> None:
    row = OpenRow(pointers=("/a", "/b", "/c"), options=glued(["6307"], 3, (), blanks=False))
    found = settle([row], ())
    assert found["/a"].texts == ("6", "63")
    assert found["/b"].texts == ("30", "0")
    assert found["/c"].texts == ("7",)


def test_a_number_too_many_is_told_by_the_sum() -> None:
    row = OpenRow(
        pointers=tuple("abcdefg"), options=extra([*list("2100003"), "14"], 7, (7,))
    )  # 2 + 1 = 3; 14 is the number of the page
    found = settle([row], ())
    assert [settled.texts for settled in found.values()] == [(text,) for text in "2100003"]


def test_which_cells_were_blank_is_settled_only_by_the_sums_down() -> None:
    """2 … 2: the first is some applicant's, the last must be the total."""
    row = OpenRow(pointers=tuple("abcdefg"), options=gone_blank(["2", "2"], 7, (7,)))
    found = settle([row], ())
    assert found["g"].texts == ("2",)
    assert set(found["a"].texts) == {"2", ""}


def test_printed_rows_stand_whatever_the_sums_say() -> None:
    rows = [
        OpenRow(pointers=tuple("abc"), options=printed(["1", "1", "3"], (3,))),
        OpenRow(pointers=tuple("def"), options=printed(["/", "", "0"], (3,))),
    ]
    found = settle(rows, ())
    assert [settled.texts[0] for settled in found.values()] == ["1", "1", "3", "/", "", "0"]
    assert all(settled.certain for settled in found.values())

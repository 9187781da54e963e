"""The sum over organs against an aggregate."""

from collections.abc import Sequence

from api.aggregate import AggregateComparison, Difference, counted, labels_of
from api.aggregate import compare_aggregate as compare
from schemas.long_row import LongRow
from schemas.record import Scope
from tests.strategies import Values, build_report, evidence_of, values_of
from workers.pipeline.export.long_table import rows

TOTAL, PERSON = "/requests/new_requests/total", "/requests/new_requests/natural_person"


def record(
    issuer: str, new: int | None, scope: Scope = "organ", *, year: int = 2023, doubt: bool = False
) -> list[LongRow]:
    changes: Values = {TOTAL: new, PERSON: new}
    evidence = {TOTAL: evidence_of(new, flag="doubtful")} if doubt else None
    made = build_report(values_of({}) | changes, evidence=evidence).record
    return list(rows(made.model_copy(update={"issuer": issuer, "scope": scope, "year": year})))


def compare_aggregate(reports: Sequence[list[LongRow]]) -> tuple[AggregateComparison, ...]:
    found = (counted(report) for report in reports)
    return compare((one for one in found if one is not None), labels_of(reports[0]))


def pointer(difference: Difference) -> str:
    return f"/{difference.table}/{difference.row}/{difference.column}"


def test_organs_that_add_up_leave_no_difference() -> None:
    whole = record("云溪县人民政府", 7, "aggregate")
    (found,) = compare_aggregate([record("甲局", 3), whole, record("乙局", 4)])
    assert (found.aggregate, found.organs) == ("云溪县人民政府", ("甲局", "乙局"))
    assert found.differences == ()
    assert found.compared == 25 * 7 + 15


def test_a_difference_says_both_numbers_and_whether_it_can_be_explained() -> None:
    whole = record("云溪县人民政府", 7, "aggregate")
    (short,) = compare_aggregate([whole, record("甲局", 3)])
    (over,) = compare_aggregate([whole, record("甲局", 3), record("乙局", 5)])
    assert {(pointer(d), d.stated, d.added, d.exceeds) for d in short.differences} == {
        (TOTAL, 7, 3, False),
        (PERSON, 7, 3, False),
    }
    assert [d.exceeds for d in over.differences] == [True, True]


def test_a_doubtful_number_is_left_out_and_counted() -> None:
    whole = record("云溪县人民政府", 7, "aggregate")
    organs = [record("甲局", 3), record("乙局", 4, doubt=True)]
    (found,) = compare_aggregate([whole, *organs])
    assert [(pointer(d), d.added, d.uncertain) for d in found.differences] == [(TOTAL, 3, 1)]


def test_without_exactly_one_aggregate_of_the_year_nothing_is_compared() -> None:
    organ = record("甲局", 3)
    first, second = (record(name, 7, "aggregate") for name in ("云溪县人民政府", "松岭县人民政府"))
    assert compare_aggregate([organ]) == ()
    assert compare_aggregate([organ, first, second]) == ()
    assert compare_aggregate([organ, record("云溪县人民政府", 7, "aggregate", year=2022)]) == ()
    assert compare_aggregate([first]) == ()


def test_a_second_copy_of_a_report_counts_once() -> None:
    whole = record("云溪县人民政府", 3, "aggregate")
    (found,) = compare_aggregate([whole, record("甲局", 3), record("甲局", 3), whole])
    assert found.differences == ()


def test_organs_of_other_places_are_not_held_against_an_aggregate() -> None:
    whole = record("云溪县人民政府", 3, "aggregate")
    stranger = record("松岭市教育局", 9)
    (found,) = compare_aggregate([whole, record("云溪县教育局", 3), stranger])
    assert (found.organs, found.strangers) == (("云溪县教育局",), ("松岭市教育局",))
    assert found.differences == ()
    assert compare_aggregate([whole, stranger]) == ()

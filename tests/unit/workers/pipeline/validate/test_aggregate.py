"""The sum over organs against an aggregate."""

from schemas.record import Record, Scope
from tests.strategies import Values, build_report, evidence_of, values_of
from workers.pipeline.validate.aggregate import compare_aggregate

TOTAL, PERSON = "/requests/new_requests/total", "/requests/new_requests/natural_person"


def record(
    issuer: str, new: int | None, scope: Scope = "organ", *, year: int = 2023, doubt: bool = False
) -> Record:
    changes: Values = {TOTAL: new, PERSON: new}
    evidence = {TOTAL: evidence_of(new, flag="doubtful")} if doubt else None
    made = build_report(values_of({}) | changes, evidence=evidence).record
    return made.model_copy(update={"issuer": issuer, "scope": scope, "year": year})


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
    assert {(d.pointer, d.stated, d.added, d.exceeds) for d in short.differences} == {
        (TOTAL, 7, 3, False),
        (PERSON, 7, 3, False),
    }
    assert [d.exceeds for d in over.differences] == [True, True]


def test_a_doubtful_number_is_left_out_and_counted() -> None:
    whole = record("云溪县人民政府", 7, "aggregate")
    organs = [record("甲局", 3), record("乙局", 4, doubt=True)]
    (found,) = compare_aggregate([whole, *organs])
    assert [(d.pointer, d.added, d.uncertain) for d in found.differences] == [(TOTAL, 3, 1)]


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

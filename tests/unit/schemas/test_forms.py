from collections import Counter

import pytest

from schemas.forms import FIRST_YEAR, FORMS, form_for
from schemas.record import Template
from workers.pipeline.places import places

BOTH: tuple[Template, ...] = ("2019", "2021")


@pytest.mark.parametrize(
    ("template", "disclosure", "requests", "review"),
    [("2019", 6 + 6 + 6 + 2 + 2, 23 * 7, 15), ("2021", 10, 25 * 7, 15)],
)
def test_each_form_has_the_values_of_its_notice(
    template: Template, disclosure: int, requests: int, review: int
) -> None:
    form = FORMS[template]
    assert [len(table.values) for table in form.tables] == [disclosure, requests, review]
    assert len(set(form.pointers)) == len(form.pointers) == disclosure + requests + review


@pytest.mark.parametrize("template", BOTH)
def test_the_cells_of_a_table_cover_it_once(template: Template) -> None:
    for table in FORMS[template].tables:
        covered = Counter(
            (row, column)
            for cell in table.cells
            for row in range(cell.row, cell.row + cell.row_span)
            for column in range(cell.column, cell.column + cell.column_span)
        )
        assert set(covered.values()) == {1}
        assert len(covered) == table.rows * table.columns


@pytest.mark.parametrize(
    ("year", "template"), [(2018, None), (2019, "2019"), (2020, "2019"), (2021, "2021")]
)
def test_the_year_says_which_form_is_to_be_used(year: int, template: Template | None) -> None:
    form = form_for(year)
    assert (form.template if form else None) == template
    assert FIRST_YEAR == 2019


def test_the_same_thing_has_the_same_key_in_the_tidy_table_of_both_forms() -> None:
    keys = {t: {(p.table, p.row, p.column) for p in places(FORMS[t]).values()} for t in BOTH}
    alike = keys["2019"] & keys["2021"]
    disclosure = {key[1:] for key in alike if key[0] == "proactive_disclosure"}
    assert disclosure == {
        ("administrative_licensing", "decisions"),
        ("administrative_penalties", "decisions"),
        ("administrative_compulsory_measures", "decisions"),
    }
    rows = {t: {row for table, row, _ in keys[t] if table == "requests"} for t in BOTH}
    assert rows["2019"] - rows["2021"] == {"other_handling"}
    assert rows["2021"] - rows["2019"] == {"other_not_corrected", "other_fee_unpaid", "other_other"}
    review = [{key for key in keys[t] if key[0] == "review_and_litigation"} for t in BOTH]
    assert review[0] == review[1]


def test_outcomes_of_the_older_form_add_up_with_its_single_row_of_other_handling() -> None:
    column = next(
        relation
        for relation in FORMS["2019"].relations
        if relation.code == "REQ-COL" and relation.totals == ("/requests/handled_total/total",)
    )
    assert len(column.terms) == 2 + 8 + 3 + 5 + 1
    assert "/requests/other_handling/total" in column.terms

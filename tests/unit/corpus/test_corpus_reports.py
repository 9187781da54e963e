"""Reports are consistent until a fault is planted, and a fault breaks what it says it breaks."""

import random
from collections import Counter

import pytest

from tests.corpus import form
from tests.corpus.faults import FAULTS, MISQUOTED, NoRoomForFaultError, plant
from tests.corpus.relations import broken, relations
from tests.corpus.reports import OUTDATED, SIZES, Size, make_report, mark_zeros
from tests.corpus.samples import make_sample
from workers.pipeline.changes import read_change


def test_the_form_has_two_hundred_cells_and_forty_two_equations() -> None:
    assert len(form.POINTERS) == len(set(form.POINTERS)) == 10 + 25 * 7 + 15
    counts = Counter(each.code for each in relations())
    assert counts == {"REQ-ROW": 25, "REQ-COL": 7, "REQ-BALANCE": 7, "REV-SUM": 3}


def test_the_form_of_2019_has_198_cells_and_forty_equations() -> None:
    pointers = form.pointers("2019")
    assert len(pointers) == len(set(pointers)) == 22 + 23 * 7 + 15
    counts = Counter(each.code for each in relations("2019"))
    assert counts == {"REQ-ROW": 23, "REQ-COL": 7, "REQ-BALANCE": 7, "REV-SUM": 3}


@pytest.mark.parametrize("template", form.TEMPLATES)
@pytest.mark.parametrize("size", SIZES)
def test_every_relation_holds_for_many_seeds(size: Size, template: form.Template) -> None:
    for seed in range(150):
        report = make_report(seed, size, template=template)
        assert list(report.values) == list(form.pointers(template))
        assert report.template == template
        assert broken(report.values) == ()
        counts = {p: n for p, n in report.values.items() if not form.is_change(p)}
        assert all(isinstance(n, str) or n >= 0 for n in counts.values())


def test_a_change_is_printed_with_its_sign_in_the_ways_of_offices() -> None:
    printed = set()
    for seed in range(20):
        report = make_report(seed, "county", template="2019")
        for pointer in filter(form.is_change, report.values):
            printed.add(report.printed(pointer).rstrip("0123456789"))
            assert read_change(report.printed(pointer)) == report.values[pointer]
    assert printed == {"", "-", "+", "减", "增", "－", "减少", "增加"}


@pytest.mark.parametrize("template", form.TEMPLATES)
def test_an_outdated_report_is_of_a_year_of_the_other_template(template: form.Template) -> None:
    for seed in range(20):
        first, last = form.YEARS[template]
        due = make_report(seed, template=template)
        outdated = make_report(seed, template=template, outdated=True)
        assert first <= due.year <= last
        assert not first <= outdated.year <= last
        assert (due.fault, outdated.fault) == ("", OUTDATED)


def test_a_village_office_reports_zeros_only() -> None:
    assert {str(n) for n in make_report(3, "village").values.values()} == {"0"}


def test_a_city_reaches_eight_digits_and_fees_have_up_to_four_decimals() -> None:
    reports = [make_report(seed, "city") for seed in range(60)]
    digits = {len(str(each.values[form.request("new_requests", "total")])) for each in reports}
    decimals = {len(str(each.values[form.FEES]).partition(".")[2]) for each in reports}
    assert {5, 6, 7, 8} <= digits
    assert decimals == {0, 1, 2, 3, 4}


def test_a_seed_always_makes_the_same_report() -> None:
    assert make_report(11) == make_report(11)
    assert make_report(11) != make_report(12)


def test_what_the_text_states_is_what_the_tables_say() -> None:
    for seed in range(40):
        report = make_report(seed, "bureau")
        text = "".join(report.sections[1])
        assert report.claims
        for claim in report.claims:
            _, row = claim.subject.split(".")
            assert claim.stated == str(report.values[form.request(row, "total")])
            assert claim.stated in text


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_what_it_records_and_breaks_what_it_says(fault: str) -> None:
    for seed in range(30):
        before = make_report(seed, "county")
        after = plant(before, fault, random.Random(seed))
        changed = {p for p in form.POINTERS if before.values[p] != after.values[p]}
        recorded = {(each.row, each.column): each for each in after.planted}
        assert {tuple(p.split("/")[2:]) for p in changed} == set(recorded)
        for pointer in changed:
            each = recorded[tuple(pointer.split("/")[2:])]
            assert (before.values[pointer], after.values[pointer]) == (each.before, each.after)
        assert after.broken
        assert after.broken == broken(after.values)


def test_a_total_off_by_one_breaks_its_row_and_its_column() -> None:
    seen = set()
    for seed in range(60):
        (cell,) = plant(make_report(1, "bureau"), "off_by_one", random.Random(seed)).planted
        faulty = plant(make_report(1, "bureau"), "off_by_one", random.Random(seed))
        assert abs(cell.after - cell.before) == 1
        if cell.row in form.OUTCOMES:
            assert faulty.broken == (("REQ-ROW", cell.row), ("REQ-COL", "total"))
        elif cell.row == "handled_total" and cell.column != "total":
            assert faulty.broken == (
                ("REQ-ROW", "handled_total"),
                ("REQ-COL", cell.column),
                ("REQ-BALANCE", cell.column),
            )
        elif cell.row in dict(form.REVIEW_BLOCKS):
            assert faulty.broken == (("REV-SUM", cell.row),)
        seen.add(cell.row)
    assert len(seen) > 10


def test_a_row_counted_twice_breaks_its_columns_and_no_row() -> None:
    report = plant(make_report(4, "county"), "double_counted", random.Random(0))
    columns = {each.column for each in report.planted}
    assert {each.row for each in report.planted} == {"handled_total"}
    assert set(report.broken) == {
        (code, column) for code in ("REQ-COL", "REQ-BALANCE") for column in columns
    }


def test_a_fault_asked_for_by_name_finds_room_in_every_seed() -> None:
    for seed in range(12):
        for fault in FAULTS:
            report = make_sample(seed, layout="plain", fault=fault, short=True).report
            assert report.fault == fault
            assert report.broken


def test_a_short_report_has_the_same_numbers_and_one_sentence_a_section() -> None:
    for seed in range(20):
        short, full = make_report(seed, short=True), make_report(seed)
        assert short.values == full.values
        assert all(len(told) == 1 and told[0].count("。") == 1 for told in short.sections.values())
        assert all(claim.stated in short.sections[1][0] for claim in short.claims)


def test_a_fault_without_room_is_refused() -> None:
    with pytest.raises(NoRoomForFaultError):
        plant(make_report(1, "village"), "swapped_digits", random.Random(0))


@pytest.mark.parametrize("mark", ["", "/", "—", "无"])
def test_marks_stand_in_rows_of_zeros_only_and_break_nothing(mark: str) -> None:
    plain = make_report(2, "bureau")
    marked = mark_zeros(plain, mark, random.Random(0))
    assert marked.marks
    assert broken(marked.values) == ()
    for pointer in marked.marks:
        assert plain.values[pointer] == 0
        assert marked.values[pointer] is None
        assert marked.printed(pointer) == mark


def test_a_misquoted_number_is_in_the_text_and_not_in_the_table() -> None:
    for seed in range(30):
        before = make_report(seed, "county")
        after = plant(before, MISQUOTED, random.Random(seed))
        assert after.values == before.values
        (wrong,) = set(after.claims) - set(before.claims)
        _, row = wrong.subject.split(".")
        assert wrong.stated != str(after.values[form.request(row, "total")])
        assert f"{wrong.stated}件" in "".join(after.sections[wrong.section])

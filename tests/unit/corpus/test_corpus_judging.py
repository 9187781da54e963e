"""What became of a planted fault, and which findings blame a print that holds."""

import json
import random
from dataclasses import replace

import pytest

from tests.corpus import form
from tests.corpus.faults import MISLABELLED, MISQUOTED, plant
from tests.corpus.judging import false_blame, fate_of
from tests.corpus.reports import Planted, make_report, mark_zeros
from tests.corpus.truth import Truth, to_json, truth_of

PLAIN = make_report(1, "county")
FAULTY = plant(PLAIN, "off_by_one", random.Random(3))


def finding(code, cause, *paths, severity="error", **more):
    return {
        "code": code,
        "cause": cause,
        "severity": severity,
        "paths": paths,
        "message": "",
        **more,
    }


def about(truth: Truth, cause: str):
    """A finding for every relation the print breaks."""
    found = []
    for code, where in truth.broken:
        if code == "REV-SUM":
            found.append(finding(code, cause, form.review(where, "total")))
        elif code == "REQ-ROW":
            found.append(finding(code, cause, form.request(where, "total")))
        else:
            found.append(finding(code, cause, form.request("handled_total", where)))
    return found


def fate(report, findings, record=None):
    return fate_of(truth_of(report), record or json.loads(to_json(report)), {"findings": findings})


def test_a_fault_is_named_when_all_it_breaks_is_found_with_cause_source() -> None:
    truth = truth_of(FAULTY)
    assert len(truth.broken) > 1
    assert fate(FAULTY, about(truth, "source")) == "named"
    mixed = [*about(truth, "source")[:1], *about(truth, "undetermined")[1:]]
    assert fate(FAULTY, mixed) == "undetermined"
    assert fate(FAULTY, about(truth, "source")[1:]) == "missed"
    assert fate(PLAIN, []) is None


def test_a_fault_is_repaired_when_what_was_meant_is_given_out_for_what_is_printed() -> None:
    record = json.loads(to_json(PLAIN))
    assert fate(FAULTY, about(truth_of(FAULTY), "source"), record) == "repaired"


def test_a_fault_is_repaired_too_when_another_cell_is_changed_so_that_a_sum_holds() -> None:
    truth = truth_of(FAULTY)
    (cell,) = FAULTY.planted
    record = json.loads(to_json(FAULTY))
    row = record["requests"][cell.row]
    other = next(key for key in form.APPLICANTS if key != cell.column and row[key])
    row[other] += (cell.after - cell.before) * (1 if cell.column == "total" else -1)
    assert fate(FAULTY, about(truth, "source"), record) == "repaired"


def test_a_fault_whose_cells_were_not_read_is_missed_and_not_repaired() -> None:
    assert fate(FAULTY, [], {"requests": {}}) == "missed"


@pytest.mark.parametrize(
    ("cause", "expected"), [("source", "named"), ("undetermined", "undetermined")]
)
def test_a_misprinted_label_is_found_by_the_wording_of_the_form(cause: str, expected: str) -> None:
    report = plant(PLAIN, MISLABELLED, random.Random(0))
    (own,) = report.labels
    said = finding("STR-LABEL", cause, "/requests", severity="warning", expected=f" {own} ")
    other = finding("STR-LABEL", "source", "/requests", severity="warning", expected="规章")
    assert fate(report, [said]) == expected
    assert fate(report, [other]) == "missed"
    assert len(false_blame(truth_of(report), {"findings": [said, other]})) == 1


def test_a_misquoted_number_gives_ground_for_findings_about_the_text() -> None:
    report = plant(PLAIN, MISQUOTED, random.Random(0))
    said = finding("NAR-COUNT", "source", "/requests/new_requests/total", severity="warning")
    assert fate(report, [said]) == "named"
    assert false_blame(truth_of(report), {"findings": [said]}) == ()
    assert len(false_blame(truth_of(PLAIN), {"findings": [said]})) == 1


def test_tables_of_another_year_are_named_by_their_template_alone() -> None:
    report = make_report(2, "bureau", template="2019", outdated=True)
    said = finding("STR-TEMPLATE", "source", "/template")
    assert fate(report, [said]) == "named"
    assert fate(report, []) == "missed"
    assert false_blame(truth_of(report), {"findings": [said]}) == ()
    assert len(false_blame(truth_of(PLAIN), {"findings": [said]})) == 1


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (finding("REQ-ROW", "source", form.request("granted", "total")), 1),
        (finding("REQ-ROW", "undetermined", form.request("granted", "total")), 0),
        (finding("VAL-KIND", "source", form.FEES), 1),
        (finding("STR-TABLE", "source", form.FEES), 1),
        (finding("STR-TABLE", "recognition", form.FEES), 0),
        (finding("META-ISSUER", "source", "/issuer", severity="warning"), 1),
        (finding("STR-ASPECT", "source", "/sections", severity="info"), 0),
    ],
)
def test_a_sound_print_is_blamed_by_any_finding_with_cause_source(said, wrong: int) -> None:
    assert len(false_blame(truth_of(PLAIN), {"findings": [said]})) == wrong


def test_requests_planted_where_there_were_none_are_ground_to_doubt_the_text() -> None:
    total = form.request("new_requests", "total")
    said = {"findings": [finding("NAR-NONE", "source", total)]}
    none, some = (
        replace(
            truth_of(PLAIN),
            planted=(Planted(row="new_requests", column="total", before=before, after=1),),
        )
        for before in (0, 3)
    )
    assert not false_blame(none, said)
    assert [each.code for each in false_blame(some, said)] == ["NAR-NONE"]


def test_blanks_and_a_missing_title_are_grounds() -> None:
    marked = mark_zeros(make_report(2, "bureau"), "", random.Random(0))
    findings = [
        finding("VAL-KIND", "source", *marked.marks),
        finding("META-ISSUER", "source", "/issuer", severity="warning"),
    ]
    assert false_blame(truth_of(marked, titled=False), {"findings": findings}) == ()


def test_a_truth_of_other_hands_is_judged_by_its_sums_alone() -> None:
    truth = truth_of(PLAIN)
    bare = Truth(issuer="", year=2023, values=truth.values, kinds={}, planted=())
    findings = [
        finding("STR-LABEL", "source", "/requests", severity="warning"),
        finding("REQ-ROW", "source", form.request("granted", "total")),
    ]
    assert [each.code for each in false_blame(bare, {"findings": findings})] == ["REQ-ROW"]

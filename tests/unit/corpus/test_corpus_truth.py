"""The truth survives its file, and a record is counted right, wrong, flagged and silent."""

import copy
import json
import random

import pytest

from tests.corpus import form
from tests.corpus.faults import plant
from tests.corpus.relations import broken
from tests.corpus.reports import make_report, mark_zeros
from tests.corpus.truth import compare, judge, read_truth, to_json, truth_of

TOTAL = form.request("new_requests", "total")


def record_of(report):
    """A record that reads a report without fault or doubt."""
    record = json.loads(to_json(report))
    kinds = record.pop("kinds")
    record["evidence"] = {
        pointer: {"kind": kinds.get(pointer) or ("number" if value else "zero"), "flag": None}
        for pointer, value in report.values.items()
    }
    return record


def put(record, pointer, value, **evidence):
    changed = copy.deepcopy(record)
    _, table, row, column = pointer.split("/")
    changed[table][row][column] = value
    changed["evidence"][pointer].update(evidence)
    return changed


@pytest.fixture(scope="module")
def report():
    return mark_zeros(make_report(2, "bureau"), "/", random.Random(0))


def test_a_truth_survives_its_file(tmp_path, report) -> None:
    faulty = plant(report, "off_by_one", random.Random(1))
    path = tmp_path / "a.json"
    path.write_text(to_json(faulty), encoding="utf-8")
    truth = read_truth(path)
    assert truth == truth_of(faulty)
    covered = to_json(faulty, titled=False, covered=(TOTAL,))
    path.write_text(covered, encoding="utf-8")
    assert read_truth(path) == truth_of(faulty, titled=False, covered=(TOTAL,))
    assert truth.broken == faulty.broken
    assert set(truth.kinds.values()) == {"not_applicable"}


def test_a_truth_of_the_form_of_2019_survives_its_file(tmp_path) -> None:
    made = make_report(2, "county", template="2019")
    path = tmp_path / "a.json"
    path.write_text(to_json(made), encoding="utf-8")
    assert read_truth(path) == truth_of(made)
    assert compare(truth_of(made), record_of(made)).right == 198


def test_a_fee_given_as_a_number_is_read_as_its_text(tmp_path) -> None:
    tree = json.loads(to_json(make_report(2, "bureau")))
    tree["proactive_disclosure"]["administrative_fees_10k_yuan"] = 59237.2449
    path = tmp_path / "a.json"
    path.write_text(json.dumps(tree), encoding="utf-8")
    assert read_truth(path).values[form.FEES] == "59237.2449"


def test_a_perfect_record_has_two_hundred_right(report) -> None:
    result = compare(truth_of(report), record_of(report))
    assert (result.right, result.wrong, result.flagged, result.silent) == (200, 0, 0, 0)


@pytest.mark.parametrize(
    ("value", "evidence", "counts"),
    [
        (7_777, {}, (199, 1, 0, 1)),
        (0, {"kind": "zero"}, (199, 1, 0, 1)),
        (7_777, {"flag": "doubtful"}, (199, 1, 1, 0)),
        (None, {"kind": "missing"}, (199, 1, 0, 0)),
        (None, {"kind": "missing", "flag": "doubtful"}, (199, 1, 1, 0)),
    ],
)
def test_a_wrong_number_is_silent_only_without_a_flag(report, value, evidence, counts) -> None:
    result = compare(truth_of(report), put(record_of(report), TOTAL, value, **evidence))
    assert (result.right, result.wrong, result.flagged, result.silent) == counts
    (wrong,) = [cell for cell in result.cells if not cell.right]
    assert (wrong.pointer, wrong.actual) == (TOTAL, value)


def test_a_number_taken_for_a_blank_is_a_silent_error(report) -> None:
    changed = put(record_of(report), TOTAL, None, kind="blank")
    assert compare(truth_of(report), changed).silent == 1


def test_a_mark_read_as_zero_is_a_silent_error(report) -> None:
    pointer = next(iter(report.marks))
    changed = put(record_of(report), pointer, 0, kind="zero")
    assert compare(truth_of(report), changed).silent == 1


def test_a_right_number_may_be_flagged(report) -> None:
    changed = put(record_of(report), TOTAL, report.values[TOTAL], flag="corrected")
    result = compare(truth_of(report), changed)
    assert (result.right, result.flagged, result.silent) == (200, 1, 0)


def test_an_empty_record_is_all_wrong_and_nothing_silent(report) -> None:
    result = compare(truth_of(report), {})
    assert (result.wrong, result.silent) == (200 - len(report.marks), 0)


def test_findings_are_judged_by_relation(report) -> None:
    faulty = plant(make_report(1, "county"), "double_counted", random.Random(0))
    code, column = faulty.broken[0]
    findings = [
        {"code": code, "cause": "source", "paths": [form.request("handled_total", column)]},
        {"code": "REQ-ROW", "cause": "source", "paths": [form.request("granted", "total")]},
        {
            "code": "REV-SUM",
            "cause": "recognition",
            "paths": [form.review("litigation_direct", "total")],
        },
    ]
    judgement = judge(truth_of(faulty), {"findings": findings})
    assert judgement.blamed == (("REQ-ROW", "granted"),)
    assert judgement.missed == faulty.broken[1:]


@pytest.mark.parametrize("nothing", [None, 0])
def test_a_sum_with_nothing_but_blanks_or_strokes_on_a_side_is_not_broken(report, nothing) -> None:
    """Neither is a 0: what the program does not check cannot be missed by it."""
    values = dict(report.values)
    row = [form.request("granted", column) for column in form.APPLICANTS]
    values |= dict.fromkeys((*row, form.request("granted", "total")), 0)
    values |= {row[0]: 1, form.request("granted", "total"): nothing}
    assert (("REQ-ROW", "granted") in broken(values)) is (nothing == 0)

"""The sums of the form, each case with its arithmetic beside it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.forms.template_2021 import FORM
from schemas.validation import Finding
from tests.strategies import (
    Report,
    Values,
    build_report,
    consistent_values,
    evidence_of,
    values_of,
)
from workers.pipeline.validate.doubts import Doubts
from workers.pipeline.validate.relations import check_relations

CODES = {"REQ-ROW", "REQ-COL", "REQ-BALANCE", "REV-SUM"}
# 11 + 4 + 8 = 23 granted, 1 + 2 = 3 denied; 23 + 3 = 26 = 20 new + 6 carried over
CELLS = {
    "granted": (11, 4, 8, 0, 0, 0),
    "denied_state_secret": (1, 0, 0, 0, 0, 2),
    "new_requests": (10, 4, 6, 0, 0, 0),
}


def _findings(report: Report) -> tuple[Finding, ...]:
    return check_relations(report.record, FORM).findings


def _of(values: Values, **evidence: object) -> tuple[Finding, ...]:
    changed = {
        pointer: evidence_of(values[pointer], flag=flag) for pointer, flag in evidence.items()
    }
    return _findings(build_report(values, evidence=changed))


@given(consistent_values())
@settings(max_examples=25, deadline=None)
def test_a_consistent_report_has_no_finding(values: Values) -> None:
    outcome = check_relations(build_report(values).record, FORM)
    assert outcome.findings == ()
    assert {code: c.checked for code, c in outcome.checked.items()} == {
        "REQ-ROW": 25,
        "REQ-COL": 7,
        "REQ-BALANCE": 7,
        "REV-SUM": 3,
    }


BOUND = sorted({pointer for relation in FORM.relations for pointer in relation.pointers})


@given(consistent_values(), st.sampled_from(BOUND), st.integers(1, 500))
@settings(max_examples=60, deadline=None)
def test_one_planted_change_breaks_just_the_sums_it_takes_part_in(
    values: Values, pointer: str, by: int
) -> None:
    planted = values | {pointer: int(values[pointer] or 0) + by}
    findings = _of(planted)
    expected = {(r.code, r.subject) for r in FORM.relations if pointer in r.pointers}
    assert len(findings) == len(expected)
    assert {finding.code for finding in findings} == {code for code, _ in expected}
    assert {finding.cause for finding in findings} == {"source"}
    if len(findings) > 1:  # table three: rows and columns cross
        assert {finding.paths[0] for finding in findings} == {pointer}
        assert all(f.suggestion and "很可能是此格" in f.suggestion for f in findings)
        assert all("Most likely this cell" in str(f.suggestion_en) for f in findings)


@given(consistent_values(), st.sampled_from(BOUND))
@settings(max_examples=30, deadline=None)
def test_an_unreadable_number_leaves_its_sums_unchecked(values: Values, pointer: str) -> None:
    unread = evidence_of(None, kind="number", text="?", flag="doubtful", confidence=0.0)
    report = build_report(values | {pointer: None}, evidence={pointer: unread})
    outcome = check_relations(report.record, FORM)
    assert outcome.findings == ()
    bound = sum(pointer in relation.pointers for relation in FORM.relations)
    assert sum(c.checked for c in outcome.checked.values()) == 42 - bound


def test_a_broken_row_shows_both_numbers_and_the_formula() -> None:
    values = values_of(CELLS)
    values["/requests/granted/total"] = 25  # 11 + 4 + 8 = 23
    row, column = _of(values)
    assert row.code == "REQ-ROW"
    assert row.message == "（一）予以公开：各申请人之和 23，总计 25"
    assert (row.expected, row.actual, row.formula) == ("23", "25", "11+4+8+0+0+0=23≠25")
    assert (row.severity, row.cause, row.page) == ("error", "source", 2)
    assert row.box is not None
    assert column.code == "REQ-COL"  # 总计: 25 + 3 = 28, stated 26
    assert (column.expected, column.actual, column.formula) == ("28", "26", "25+3=28≠26")
    assert row.paths[0] == column.paths[0] == "/requests/granted/total"
    assert "现为 25，若为 23" in str(row.suggestion)


def test_a_balance_adds_up_both_sides() -> None:
    values = values_of(CELLS)
    values["/requests/carried_forward/natural_person"] = 2
    row, balance = sorted(_of(values), key=lambda finding: finding.code, reverse=True)
    assert row.code == "REQ-ROW"  # 2 in a row with total 0
    assert (row.expected, row.actual) == ("2", "0")
    assert balance.code == "REQ-BALANCE"  # 10 + 2 new and old = 12, 12 handled + 2 forward = 14
    assert balance.formula == "10+2=12≠14=12+2"
    assert balance.message == "“自然人”列：本年新收加上年结转 12，办理结果总计加结转下年度 14"


def test_a_block_of_table_four_points_to_its_total() -> None:
    values = values_of({})
    values["/review_and_litigation/litigation_direct/upheld"] = 3
    (finding,) = _of(values)
    assert finding.code == "REV-SUM"
    assert finding.message == "行政诉讼/未经复议直接起诉：各项结果之和 3，总计 0"
    assert finding.formula == "3+0+0+0=3≠0"
    assert finding.paths[0] == "/review_and_litigation/litigation_direct/total"
    assert finding.suggestion is None  # one sum alone tells no cell


def test_two_faults_that_hide_each_other_in_the_row_show_in_both_columns() -> None:
    values = values_of(CELLS)
    values["/requests/granted/natural_person"] = 12  # 11 + 1
    values["/requests/granted/commercial_enterprise"] = 3  # 4 - 1
    findings = _of(values)
    assert [finding.code for finding in findings] == ["REQ-COL", "REQ-COL"]
    assert all(finding.suggestion is None for finding in findings)


def test_doubt_about_a_number_of_the_sum_leaves_the_cause_open_and_says_why() -> None:
    values = values_of(CELLS)
    values["/requests/granted/total"] = 25
    # 4 may be 6, and so may the 4 of its column's total: their sum does not tell
    doubtful = ("/requests/granted/commercial_enterprise", DOUBTED_TOTAL)
    row, column = _of(values, **dict.fromkeys(doubtful, "doubtful"))
    assert row.cause == "undetermined"
    assert "“（一）予以公开 / 商业企业”识别存疑" in row.message
    assert column.cause == "source"


def test_a_corrected_value_makes_its_sums_hold() -> None:
    values = values_of(CELLS)
    assert _of(values, **{"/requests/granted/total": "corrected"}) == ()


def test_a_blank_is_left_out_of_the_sum_and_the_message_says_so() -> None:
    values = values_of(CELLS)
    values["/requests/granted/other"] = None
    assert _of(values) == ()  # 11 + 4 + 8 = 23: nothing was lost
    values["/requests/granted/total"] = 25
    row = _of(values)[0]
    assert (row.expected, row.actual, row.cause) == ("23", "25", "source")
    assert "“（一）予以公开 / 其他”没有数字，未计入" in row.message
    assert row.formula == "11+4+8+0+0=23≠25"


def test_a_blank_total_or_a_blank_row_is_not_checked() -> None:
    values = values_of(CELLS)
    for name in ("natural_person", "commercial_enterprise", "research_institution", "total"):
        values[f"/requests/granted/{name}"] = None
    values["/requests/denied_state_secret/total"] = None
    codes = {finding.code for finding in _of(values)}
    assert codes == {"REQ-COL"}  # 1 + nothing against the 12 stated, and so on


def test_an_all_blank_table_breaks_no_sum() -> None:
    outcome = check_relations(build_report(dict.fromkeys(FORM.pointers)).record, FORM)
    assert outcome.findings == ()
    assert {c.checked for c in outcome.checked.values()} == {0}


def test_partial_disclosure_counted_twice_is_named() -> None:
    # Outcomes add to 6 + 20 = 26 against a stated 20: 部分公开 6 is in 予以公开 as well.
    values = values_of({"granted": (20, 0, 0, 0, 0, 0), "new_requests": (20, 0, 0, 0, 0, 0)})
    for name in ("natural_person", "total"):
        values[f"/requests/partially_granted/{name}"] = 6
    columns = [finding for finding in _of(values) if finding.code == "REQ-COL"]
    assert [(f.expected, f.actual) for f in columns] == [("26", "20"), ("26", "20")]
    assert all("部分公开" in str(finding.suggestion) for finding in columns)


def test_two_faults_of_one_column_are_told_by_their_rows() -> None:
    values = values_of({"granted": (9, 1, 0, 0, 0, 0), "unable_not_held": (5, 0, 0, 0, 0, 0)})
    values["/requests/granted/natural_person"] = 8  # 9 - 1
    values["/requests/unable_not_held/natural_person"] = 7  # 5 + 2; the column 14 becomes 15
    granted, unable, column = _of(values)
    assert granted.paths[0] == "/requests/granted/natural_person"
    assert unable.paths[0] == "/requests/unable_not_held/natural_person"
    assert set(column.paths[:2]) == {granted.paths[0], unable.paths[0]}
    assert "这 2 格" in str(column.suggestion)
    assert "现为 7，若为 5" in str(column.suggestion)


DOUBTED = "/requests/granted/commercial_enterprise"  # 4 in 11 + 4 + 8 = 23
DOUBTED_TOTAL = "/requests/handled_total/commercial_enterprise"  # 4 as well


def _row_of_granted(*alternatives: str, misplaced: bool = False) -> Finding:
    values = values_of(CELLS)
    values["/requests/granted/total"] = 25
    doubtful = evidence_of(values[DOUBTED], flag="doubtful", alternatives=alternatives)
    report = build_report(values, evidence={DOUBTED: doubtful})
    doubts = Doubts(misplaced=frozenset([DOUBTED] if misplaced else []))
    return check_relations(report.record, FORM, doubts).findings[0]


def test_a_sum_that_no_reading_of_its_doubtful_number_mends_is_the_reports_fault() -> None:
    row = _row_of_granted("1", "9")  # 11 + 1 + 8 = 20, 11 + 9 + 8 = 28, neither is 25
    assert row.cause == "source"
    assert row.message.endswith("识别存疑，但无论取哪一种读法都不相符")


def test_a_sum_that_another_reading_would_mend_leaves_the_cause_open() -> None:
    assert _row_of_granted("1", "6").cause == "undetermined"  # 11 + 6 + 8 = 25


def test_a_number_out_of_place_may_be_any_other() -> None:
    assert _row_of_granted("1", "9", misplaced=True).cause == "undetermined"

from schemas.forms.template_2021 import FORM
from tests.strategies import build_report, evidence_of, values_of
from workers.pipeline.validate.values import check_values

FEE = "/proactive_disclosure/administrative_fees_10k_yuan"
CELL = "/requests/granted/other"


def test_zeros_and_numbers_are_in_order() -> None:
    outcome = check_values(build_report(values_of({}) | {FEE: "59237.2449"}).record, FORM)
    assert outcome.findings == ()
    assert (outcome.checked["VAL-KIND"].checked, outcome.checked["VAL-KIND"].failed) == (200, 0)


def test_a_clear_blank_is_the_reports_own_fault() -> None:
    outcome = check_values(build_report(values_of({}) | {CELL: None}).record, FORM)
    (finding,) = outcome.findings
    assert (finding.code, finding.severity, finding.cause) == ("VAL-KIND", "error", "source")
    assert "“（一）予以公开 / 其他”空白，不能视为 0" in finding.message
    assert finding.paths == (CELL,)
    assert outcome.checked["VAL-KIND"].failed == 1


def test_blanks_of_one_table_are_one_finding_that_names_them_all() -> None:
    values = values_of({})
    row = [pointer for pointer in FORM.pointers if pointer.startswith("/requests/granted/")]
    (finding,) = check_values(build_report(values | dict.fromkeys(row)).record, FORM).findings
    assert finding.paths == tuple(row)
    assert "“（一）予以公开”7 格（自然人、商业企业、" in finding.message
    assert "总计）空白，不能视为 0" in finding.message
    more = (*row, "/requests/new_requests/total")
    (finding,) = check_values(build_report(values | dict.fromkeys(more)).record, FORM).findings
    assert "等 8 格空白" in finding.message


def test_a_wholly_blank_table_is_said_to_be_so() -> None:
    blank = [pointer for pointer in FORM.pointers if pointer.startswith("/review")]
    values = values_of({}) | dict.fromkeys(blank)
    (finding,) = check_values(build_report(values).record, FORM).findings
    assert "全部数据格空白" in finding.message
    assert len(finding.paths) == 15


def test_a_stroke_is_no_number_either() -> None:
    stroke = evidence_of(None, kind="not_applicable", text="/")
    record = build_report(values_of({}) | {CELL: None}, evidence={CELL: stroke}).record
    (finding,) = check_values(record, FORM).findings
    assert finding.actual == "/"
    assert "符号" in finding.message


def test_a_doubtful_blank_is_not_held_against_the_report() -> None:
    blank = evidence_of(None, flag="doubtful")
    record = build_report(values_of({}) | {CELL: None}, evidence={CELL: blank}).record
    assert [f.cause for f in check_values(record, FORM).findings] == ["undetermined"]


def test_missing_cells_and_unreadable_numbers_belong_to_other_rules() -> None:
    unread = evidence_of(None, kind="number", text="?", flag="doubtful", confidence=0.0)
    values = values_of({}) | {CELL: None}
    del values["/requests/granted/total"]
    outcome = check_values(build_report(values, evidence={CELL: unread}).record, FORM)
    assert outcome.findings == ()
    assert outcome.checked["VAL-KIND"].checked == 199


def test_text_in_place_of_a_number_is_quoted() -> None:
    printed = evidence_of(None, kind="number", text="若干", source="text_layer", confidence=1.0)
    record = build_report(values_of({}) | {CELL: None}, evidence={CELL: printed}).record
    (finding,) = check_values(record, FORM).findings
    assert finding.message == "“（一）予以公开 / 其他”印作“若干”，应为非负整数"
    assert finding.cause == "source"


def test_text_read_from_pixels_without_certainty_blames_nobody() -> None:
    printed = evidence_of(None, kind="number", text="若干", confidence=0.0)
    record = build_report(values_of({}) | {CELL: None}, evidence={CELL: printed}).record
    assert [f.cause for f in check_values(record, FORM).findings] == ["undetermined"]


def test_negative_numbers_and_odd_fees_are_faults() -> None:
    record = build_report(values_of({}) | {CELL: -3, FEE: "-0.5"}).record
    findings = check_values(record, FORM).findings
    assert [(f.paths[0], f.actual, f.expected) for f in findings] == [
        (FEE, "-0.5", "非负数"),
        (CELL, "-3", "非负整数"),
    ]

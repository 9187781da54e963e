import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.evidence import Evidence
from schemas.forms.template_2021 import FORM
from schemas.validation import Validation
from tests.strategies import (
    LINES,
    Report,
    Values,
    build_report,
    consistent_values,
    evidence_of,
    values_of,
)
from workers.pipeline.validate.validate import validate

TOTAL = "/requests/granted/total"
DOUBT = evidence_of(0, flag="doubtful", confidence=0.5, alternatives=("8",))
MENDING = evidence_of(3, flag="doubtful", confidence=0.5, alternatives=("0",))
UNREAD = evidence_of(None, kind="number", text="?", flag="doubtful", confidence=0.0)


def _validate(report: Report) -> Validation:
    return validate(report.record, report.registration, report.pages)


@given(consistent_values())
@settings(max_examples=10, deadline=None)
def test_a_clean_report_passes(values: Values) -> None:
    validation = _validate(build_report(values))
    assert validation.verdict == "passed"
    assert validation.findings == ()
    assert all(checked.failed == 0 for checked in validation.checked.values())


@pytest.mark.parametrize(
    ("changes", "evidence", "verdict"),
    [
        ({TOTAL: 3}, {}, "failed"),
        ({TOTAL: None}, {}, "failed"),  # a clear blank is the report's own
        ({}, {TOTAL: DOUBT}, "warnings"),
        ({TOTAL: None}, {TOTAL: UNREAD}, "incomplete"),
        ({TOTAL: 3}, {TOTAL: MENDING}, "incomplete"),  # broken, but who is to blame is open
        ({TOTAL: 3}, {TOTAL: DOUBT}, "failed"),  # 8 would not mend it either
    ],
)
def test_the_verdict_weighs_the_reports_faults_above_the_readings(
    changes: Values, evidence: dict[str, Evidence], verdict: str
) -> None:
    assert _validate(build_report(values_of({}) | changes, evidence=evidence)).verdict == verdict


def test_a_table_missing_on_a_scan_leaves_the_report_incomplete() -> None:
    validation = _validate(build_report(missing=["review_and_litigation"]))
    assert validation.verdict == "incomplete"
    assert [f.code for f in validation.findings] == ["STR-TABLE"]


def test_errors_come_first_and_are_counted() -> None:
    lines = [line.replace("一、总体", "总体") for line in LINES]
    validation = _validate(build_report(values_of({}) | {TOTAL: 3}, lines=lines))
    severities = [finding.severity for finding in validation.findings]
    assert severities == ["error", "error", "warning"]
    counts = validation.counts
    assert (counts.error, counts.warning, counts.info) == (2, 1, 0)


@given(consistent_values(), st.sampled_from(FORM.pointers), st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_what_to_do_next_is_said_in_both_languages_or_not_at_all(
    values: Values, pointer: str, planted: int
) -> None:
    blank = {TOTAL: None, "/requests/carried_over/other": 5}
    evidence = {"/requests/carried_over/other": DOUBT}
    report = build_report(values | blank | {pointer: planted}, evidence=evidence)
    findings = _validate(report).findings
    assert findings
    for finding in findings:
        assert (finding.suggestion is None) == (finding.suggestion_en is None), finding.code
        assert finding.suggestion_en is None or finding.suggestion_en != finding.suggestion

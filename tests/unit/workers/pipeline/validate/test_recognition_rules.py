from collections.abc import Sequence

import pytest

from schemas.evidence import Flag
from schemas.failure import Failure
from schemas.forms.template_2021 import FORM
from schemas.page import Page
from schemas.validation import Finding
from tests.strategies import build_report, evidence_of, values_of
from workers.pipeline.validate.outcome import was_recognised
from workers.pipeline.validate.recognition import check_recognition

VALUES = values_of({})


def _flagged(pointers: Sequence[str], flag: Flag, **changes: object) -> tuple[Finding, ...]:
    evidence = {
        pointer: evidence_of(VALUES[pointer], flag=flag, confidence=0.6, **changes)
        for pointer in pointers
    }
    report = build_report(VALUES, evidence=evidence)
    return check_recognition(report.record, FORM, report.pages).findings


def test_a_clear_reading_has_no_finding() -> None:
    report = build_report()
    outcome = check_recognition(report.record, FORM, report.pages)
    assert outcome.findings == ()
    assert outcome.checked["REC-DOUBT"].checked == 200


def test_a_doubtful_value_names_the_other_readings() -> None:
    (finding,) = _flagged(["/requests/granted/total"], "doubtful", alternatives=("8", "6"))
    assert (finding.code, finding.cause, finding.severity) == (
        "REC-DOUBT",
        "recognition",
        "warning",
    )
    assert finding.message == "“（一）予以公开 / 总计”读作 0，没有把握，也可能是 8、6"


def test_a_corrected_value_tells_what_the_pixels_said() -> None:
    (finding,) = _flagged(["/requests/granted/total"], "corrected", read_as="8")
    assert finding.code == "REC-CORRECTED"
    assert finding.message == "“（一）予以公开 / 总计”单看图像像 8，按勾稽关系取 0"


def test_an_inferred_value_is_said_to_be_so() -> None:
    (finding,) = _flagged(["/requests/granted/total"], "inferred")
    assert finding.code == "REC-INFERRED"


def test_an_unread_value_lists_what_it_may_be() -> None:
    pointer = "/requests/granted/total"
    unread = evidence_of(None, kind="number", flag="doubtful", alternatives=("3", "5"))
    report = build_report(VALUES | {pointer: None}, evidence={pointer: unread})
    (finding,) = check_recognition(report.record, FORM, report.pages).findings
    assert finding.message == "“（一）予以公开 / 总计”没有读出，可能是 3、5"


def test_values_of_a_row_of_which_no_more_is_to_be_told_are_one_finding() -> None:
    row = [f"/requests/granted/{column}" for column in ("natural_person", "research_institution")]
    told = ["/requests/granted/other", "/requests/rejected_repeat/other"]
    blank = evidence_of(None, kind="blank", flag="inferred")
    evidence = dict.fromkeys((*row, told[1]), blank)
    evidence[told[0]] = evidence_of(None, kind="number", flag="inferred", alternatives=("1", "2"))
    report = build_report(VALUES | dict.fromkeys(evidence), evidence=evidence)
    findings = check_recognition(report.record, FORM, report.pages).findings
    assert sorted(finding.paths for finding in findings) == [
        (row[0], row[1]),
        (told[0],),
        (told[1],),
    ]
    (many,) = (finding for finding in findings if len(finding.paths) == 2)
    assert many.message == (
        "“（一）予以公开”：2 格由勾稽关系推定为空白，不是直接读出（自然人、科研机构）"
    )


@pytest.mark.parametrize("count", [1, 12, 13, 60, 200])
def test_every_flagged_value_is_in_a_finding_and_findings_stay_few(count: int) -> None:
    pointers = list(FORM.pointers[:count])
    findings = _flagged(pointers, "doubtful")
    assert sorted(p for finding in findings for p in finding.paths) == sorted(pointers)
    assert len(findings) <= 20


def test_a_page_that_could_not_be_read_is_told_with_its_reason() -> None:
    failure = Failure(
        code="page_unreadable", category="input", retryable=False, message="太糊", message_en="blur"
    )
    report = build_report()
    bad = Page(number=4, width=1, height=1, source="ocr", failure=failure)
    (finding,) = check_recognition(report.record, FORM, (*report.pages, bad)).findings
    assert (finding.code, finding.page, finding.cause) == ("REC-PAGE", 4, "recognition")
    assert finding.message == "第 4 页没有读出：太糊"


def test_a_file_that_breaks_off_is_told_once_and_nobody_is_blamed() -> None:
    report = build_report(VALUES)
    pages = [page.model_copy(update={"cut": True}) for page in report.pages]
    outcome = check_recognition(report.record, FORM, pages)
    (finding,) = outcome.findings
    assert (finding.code, finding.severity, finding.cause) == (
        "REC-FILE",
        "warning",
        "undetermined",
    )
    assert outcome.checked["REC-FILE"].failed == 1
    assert was_recognised(pages), "what is missing may have stood behind the break"
    assert "REC-FILE" not in check_recognition(report.record, FORM, report.pages).checked

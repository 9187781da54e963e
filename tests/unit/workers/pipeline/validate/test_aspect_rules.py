"""STR-ASPECT and SOFT-OTHER."""

import pytest

from schemas.forms.template_2021 import FORM
from schemas.page import TextSource
from schemas.validation import Finding
from tests.strategies import LINES, Values, build_report, values_of
from workers.pipeline.validate.aspects import check_aspects
from workers.pipeline.validate.outliers import check_outliers

ALL = LINES[LINES.index("一、总体情况") + 1]
FEE = LINES[-1]
MANAGED, PLATFORM = "“政府信息管理”", "“政府信息公开平台建设”"


def findings(
    first: str = ALL, last: str = FEE, source: TextSource = "markup"
) -> tuple[Finding, ...]:
    lines = [{ALL: first, FEE: last}.get(line, line) for line in LINES]
    made = build_report(lines=lines, text_source=source)
    return check_aspects(made.record, made.pages).findings


def test_a_report_that_speaks_of_all_has_no_finding() -> None:
    assert findings() == ()


@pytest.mark.parametrize(
    ("first", "missing"),
    [
        ("2023年，本局主动公开信息，办理依申请公开，监督到位。", MANAGED + "、" + PLATFORM),
        (ALL.replace("，办理依申请公开", ""), "“依申请公开”"),
        (ALL.replace("，监督保障到位", ""), "“监督保障”"),
    ],
)
def test_an_aspect_nothing_speaks_of_is_told(first: str, missing: str) -> None:
    (finding,) = findings(first)
    assert (finding.code, finding.severity, finding.cause) == ("STR-ASPECT", "info", "source")
    assert f"没有写到{missing}；" in finding.message


def test_a_long_section_one_is_told_with_its_length() -> None:
    length = len(ALL)
    assert findings(ALL + "字" * (1000 - length)) == ()
    (finding,) = findings(ALL + "字" * (1001 - length))
    assert (finding.expected, finding.actual) == ("1000", "1001")


@pytest.mark.parametrize(
    ("last", "silent"),
    [
        ("无", True),
        ("本年度没有其他需要报告的事项。", True),
        ("本年度未收取任何费用。", False),
        ("信息处理费收取情况：0元。", False),
        ("信息处埋费未收取。", False),  # one character misread
    ],
)
def test_section_six_must_speak_of_the_fee(last: str, silent: bool) -> None:
    assert ["信息处理费" in finding.message for finding in findings(last=last)] == [True] * silent


def test_what_was_read_from_pixels_may_be_our_omission() -> None:
    (finding,) = findings(last="无", source="ocr")
    assert finding.cause == "undetermined"


def other(granted: int, other_other: int) -> Values:
    cells = {"granted": (granted, 0, 0, 0, 0, 0), "other_other": (other_other, 0, 0, 0, 0, 0)}
    return values_of(cells)


@pytest.mark.parametrize(
    ("granted", "others", "high"),
    [(0, 2, False), (0, 9, False), (0, 10, True), (5, 5, False), (9, 11, True), (90, 10, False)],
)
def test_other_handling_is_told_from_more_than_half_of_ten(
    granted: int, others: int, high: bool
) -> None:
    made = build_report(other(granted, others))
    found = check_outliers(made.record, FORM).findings
    assert [finding.code for finding in found] == ["SOFT-OTHER"] * high
    assert all(str(others) in finding.message for finding in found)

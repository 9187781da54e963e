"""NAR-*: each rule where it holds, where it does not, and where nothing certain is there."""

from collections.abc import Mapping

import pytest

from schemas.evidence import Evidence
from schemas.page import TextSource
from schemas.record import Claim, Record
from schemas.validation import Finding
from tests.strategies import LINES, Report, Values, build_report, evidence_of, values_of
from workers.pipeline.narrative.judge import with_claims
from workers.pipeline.validate.narrative import check_narrative

NEW, OLD = "/requests/new_requests/", "/requests/carried_over/"
DONE, NEXT = "/requests/handled_total/", "/requests/carried_forward/"
GRANTED = "/requests/granted/"
REVIEW = "/review_and_litigation/administrative_reconsideration/"
# 10 new + 2 over = 11 granted + 1 forward; one review upheld.
VALUES: Values = values_of({}) | {
    f"{NEW}total": 10,
    f"{NEW}natural_person": 10,
    f"{OLD}total": 2,
    f"{GRANTED}total": 11,
    f"{DONE}total": 11,
    f"{NEXT}total": 1,
    f"{REVIEW}upheld": 1,
    f"{REVIEW}total": 1,
    "/proactive_disclosure/administrative_fees_10k_yuan": "12.4837",
    "/proactive_disclosure/normative_documents/issued": 6,
}


def report(
    *sentences: str,
    evidence: Mapping[str, Evidence] | None = None,
    text_source: TextSource = "markup",
    values: Values = VALUES,
) -> Report:
    lines = [line for line in LINES if not line.startswith("2023年，")]
    lines[lines.index("一、总体情况") + 1 : 0] = []
    at = lines.index("一、总体情况") + 1
    lines[at:at] = sentences
    return build_report(values, evidence=evidence, lines=lines, text_source=text_source)


def findings(made: Report, previous: Record | None = None) -> tuple[Finding, ...]:
    return check_narrative(made.record, made.pages, previous).findings


def claims(made: Report, previous: Record | None = None) -> list[Claim]:
    """Return the claims of section one."""
    told = with_claims(made.record, previous).claims
    return [claim for claim in told if claim.section == 1]


@pytest.mark.parametrize(
    ("sentence", "code", "expected", "actual"),
    [
        ("2023年新收政府信息公开申请12件。", "NAR-COUNT", "10", "12"),
        ("2023年新收政府信息公开申请10件，上年结转3件。", "NAR-COUNT", "2", "3"),
        ("2023年共收到政府信息公开申请11件。", "NAR-COUNT", "10", "11"),
        ("收到政府信息公开申请10件，办结10件，结转下年度1件。", "NAR-COUNT", "11", "10"),
        ("收到政府信息公开申请10件，予以公开8件。", "NAR-COUNT", "11", "8"),
        ("收到政府信息公开申请10件，不予公开8件。", "NAR-COUNT", "0", "8"),
        ("因政府信息公开被申请行政复议2件。", "NAR-COUNT", "1", "2"),
        ("因政府信息公开被提起行政诉讼2件。", "NAR-COUNT", "0", "2"),
        ("本年制发行政规范性文件5件。", "NAR-COUNT", "6", "5"),
        ("全年行政事业性收费12.6万元。", "NAR-COUNT", "12.4837", "12.6"),
        ("2023年未收到政府信息公开申请。", "NAR-NONE", "10", "0"),
        ("未发生因政府信息公开引起的行政复议。", "NAR-NONE", "1", "0"),
        ("公开信息100条，其中政策60条，动态30条，其他9条。", "NAR-LIST", "99", "100"),
        ("公开信息50条，主要包括政策30条、动态30条。", "NAR-LIST", "60", "50"),
        ("公开信息2602条，其中网站2000条、微信603条，解读12篇。", "NAR-LIST", "2603", "2602"),
        ("公开信息100条，其中政策60条，占61%，其他40条。", "NAR-PERCENT", "60%", "61%"),
        ("信息分为4类：机构、政策、动态。", "NAR-NUMBER-OF", "4", "3"),
        ("信息主要为机构、政策、动态四大类。", "NAR-NUMBER-OF", "4", "3"),
        ("全年发布信息56余条。", "NAR-APPROX", None, "56"),
    ],
)
def test_a_contradiction_is_told_with_both_numbers(
    sentence: str, code: str, expected: str | None, actual: str
) -> None:
    (finding,) = findings(report(sentence))
    assert (finding.code, finding.expected, finding.actual) == (code, expected, actual)
    assert finding.severity == ("info" if code == "NAR-APPROX" else "warning")
    assert finding.cause == "source"
    assert finding.message.startswith("第一部分")
    assert code == "NAR-NONE" or actual in finding.message
    assert finding.page == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "2023年新收政府信息公开申请10件，上年结转2件，办结11件，结转下年度1件。",
        "2023年共收到政府信息公开申请10件。",
        "2023年共收到政府信息公开申请12件。",  # carried over included
        "2023年共办理政府信息公开申请11件。",  # handled
        "因政府信息公开被申请行政复议1件，均获维持。",
        "因政府信息公开被申请行政复议1件，已审结。",
        "全年行政事业性收费12.5万元。",  # rounded
        "全年行政事业性收费12万元。",
        "全年行政事业性收费124837元。",
        "全年行政事业性收费约12.6万元。",  # to its last digit or so
        "全年行政事业性收费约3万元。",  # about: no contradiction
        "信息主要为机构、政策、动态三大类。",
        "公开信息100条，主要包括政策30条、动态30条。",
        "公开信息100条，其中政策30条、动态10条等。",
        "公开信息100条，其中政策30条、动态10条。",  # perhaps all, perhaps not
        "公开信息100条，其中网站80条、微信60条。",  # on several channels at once
        "公开信息100条，其中政策60条，动态30条，发布图解9条。",  # the last is hardly a part
        "公开信息100条，其中政策60条，动态30条，发布图解10条。",
        "公开信息100条，其中政策60条、其他文件9条；动态31条。",
        "复议2件、诉讼3件，其中复议维持2件，诉讼维持3件。",
        "公开信息136条，其中政策71条，占52.2%。",
        "信息分为3类：机构、政策、动态。",
        "全年发布信息50余条。",
        "2022年新收政府信息公开申请99件。",
        "收到信访举报99件，办结98件。",
    ],
)
def test_what_agrees_or_is_about_something_else_is_no_finding(sentence: str) -> None:
    assert findings(report(sentence)) == ()


@pytest.mark.parametrize(
    "sentence",
    ["新收政府信息公开申请12件。", "未收到政府信息公开申请。", "收到政府信息公开申请11件。"],
)
@pytest.mark.parametrize(
    "doubt",
    [
        evidence_of(10, flag="doubtful", alternatives=("12",)),
        evidence_of(None, kind="number", flag="doubtful", text="?"),
        evidence_of(None, kind="blank"),
    ],
)
def test_a_value_in_doubt_contradicts_nothing(sentence: str, doubt: Evidence) -> None:
    values = VALUES | {f"{NEW}total": None if doubt.kind != "number" or doubt.text == "?" else 10}
    made = report(sentence, evidence={f"{NEW}total": doubt}, values=values)
    assert findings(made) == ()
    assert claims(made)[0].holds is None


@pytest.mark.parametrize(("amount", "holds"), [("12.6", None), ("12.5", True), ("12.4", True)])
def test_an_amount_told_as_about_may_agree_and_never_contradicts(
    amount: str, holds: bool | None
) -> None:
    # the table says 12.4837
    (claim,) = claims(report(f"全年行政事业性收费约{amount}万元。"))
    assert (claim.stated, claim.holds) == (amount, holds)


def test_both_readings_of_received_are_accepted_and_the_claim_says_which() -> None:
    subjects = {
        number: with_claims(report(f"共收到政府信息公开申请{number}件。").record).claims[0]
        for number in (10, 12, 13)
    }
    assert [(c.subject, c.holds) for c in subjects.values()] == [
        ("requests.new_requests", True),
        ("requests.new_requests+requests.carried_over", True),
        ("requests.new_requests", False),
    ]


def test_a_claim_prints_its_span_of_the_section() -> None:
    record = with_claims(report("2023年，新收政府信息公开申请 10 件。").record)
    claim = record.claims[0]
    assert claim.span is not None
    assert record.sections[0].text[slice(*claim.span)] == claim.text == "新收政府信息公开申请 10 件"
    assert (claim.section, claim.stated, claim.unit, claim.holds) == (1, "10", "件", True)


@pytest.mark.parametrize(
    ("sentence", "cause"),
    [
        ("新收政府信息公开申请12件。", "undetermined"),  # a digit may be misread
        ("未收到政府信息公开申请。", "source"),  # these words hardly
    ],
)
def test_a_digit_read_from_pixels_may_be_misread(sentence: str, cause: str) -> None:
    (finding,) = findings(report(sentence, text_source="ocr"))
    assert finding.cause == cause
    assert ("识别之误" in finding.message) == (cause == "undetermined")
    assert finding.box is not None


def test_five_categories_with_four_percentages_are_told() -> None:
    made = report(
        "公开信息136条，其中甲类71条，乙类40条，丙类9条，丁类9条，戊类7条。",
        "占比最多的5个类别为甲类、乙类、丙类、丁类、戊类，所占比例分别为52.2%、29.4%、6.6%、6.6%。",
    )
    (finding,) = findings(made)
    assert (finding.code, finding.expected, finding.actual) == ("NAR-NUMBER-OF", "5", "4")


@pytest.mark.parametrize(
    ("sentence", "holds"),
    [
        ("新收政府信息公开申请10件，同比增长25%。", True),  # from 8
        ("新收政府信息公开申请10件，同比增长20%。", False),
        ("新收政府信息公开申请10件，较上年增加2件。", True),
        ("新收政府信息公开申请10件，较上年减少2件。", False),
        ("新收政府信息公开申请10件，与上年持平。", False),
        ("共收到政府信息公开申请12件，较上年增长50%。", True),  # with what was carried over
    ],
)
def test_a_change_is_worked_out_from_last_years_report(sentence: str, holds: bool) -> None:
    last = report(values=VALUES | {f"{NEW}total": 8, f"{OLD}total": 0}).record
    last = last.model_copy(update={"year": 2022})
    made = report(sentence)
    found = findings(made, last)
    assert [finding.code for finding in found] == ([] if holds else ["NAR-GROWTH"])
    assert all("a.pdf" in finding.message and "上年 8" in finding.message for finding in found)
    assert claims(made, last)[-1].holds is holds
    assert claims(made)[-1].holds is None


def test_rules_say_how_often_they_were_applied() -> None:
    made = report("新收政府信息公开申请10件，办结12件。", "公开信息100条，其中政策30条、动态10条。")
    checked = check_narrative(made.record, made.pages).checked
    assert (checked["NAR-COUNT"].checked, checked["NAR-COUNT"].failed) == (2, 1)
    assert (checked["NAR-LIST"].checked, checked["NAR-LIST"].failed) == (0, 0)


def test_what_is_told_twice_is_placed_where_each_stands() -> None:
    told = "2023年新收政府信息公开申请12件。"
    made = report(told, "我局不断完善制度。", told, text_source="ocr")
    first, second = (each.box for each in findings(made) if each.code == "NAR-COUNT")
    assert first is not None
    assert second is not None
    assert first[1] < second[1]

import pytest

from schemas.forms.template_2021 import FORM
from schemas.page import TextSource
from schemas.validation import Finding
from tests.strategies import LINES, SOURCE, build_report
from workers.pipeline.validate.metadata import check_metadata


def _check(
    *lines: str, source: TextSource = "text_layer", filename: str = "a.pdf"
) -> list[Finding]:
    file = SOURCE.model_copy(update={"filename": filename})
    report = build_report(lines=lines, text_source=source, source=file)
    return list(check_metadata(report.record, FORM, report.pages).findings)


def _codes(*lines: str) -> list[tuple[str, str]]:
    return [(finding.code, finding.cause) for finding in _check(*lines)]


def test_a_report_that_agrees_with_itself_has_no_finding() -> None:
    assert _check(*LINES) == []
    assert _check(*LINES, filename="云溪县林业局2023年政府信息公开工作年度报告.pdf") == []


def test_title_and_opening_of_different_years_contradict() -> None:
    lines = [line.replace("2023年，", "2022年，") for line in LINES]
    (finding,) = _check(*lines)
    assert (finding.code, finding.severity, finding.cause) == ("META-YEAR", "warning", "source")
    assert finding.message == "报告年度前后不一：标题为“2023”，总体情况开头为“2022”"
    assert (finding.expected, finding.actual) == ("2023", "2022")


def test_a_period_of_another_year_contradicts_the_title() -> None:
    lines = [line.replace("2023年1月1日至2023", "2022年1月1日至2022") for line in LINES]
    (finding,) = _check(*lines)
    assert finding.code == "META-PERIOD"
    assert "2022年1月1日至2022年12月31日，与标题（2023 年）不一致" in finding.message
    assert (finding.page, finding.paths) == (1, ("/period",))
    assert finding.box is not None


@pytest.mark.parametrize(("first", "cause"), [("2023", "undetermined"), ("2083", "source")])
def test_one_date_of_another_year_may_be_misread_on_a_scan(first: str, cause: str) -> None:
    """Two dates that say the same are hardly misread alike."""
    lines = [line.replace("2023年1月1日至2023", f"{first}年1月1日至2083") for line in LINES]
    (finding,) = _check(*lines, source="ocr")
    assert (finding.code, finding.cause) == ("META-PERIOD", cause)


def test_two_periods_contradict_each_other() -> None:
    extra = "所列数据的统计期限为2023年1月1日至2023年11月30日。"
    assert _codes(*LINES, extra) == [("META-PERIOD", "source")]


def test_a_period_not_stated_is_missing() -> None:
    assert _codes(*LINES[:2], *LINES[3:]) == [("META-PERIOD", "source")]


def test_a_signature_of_another_organ_contradicts_the_title() -> None:
    (finding,) = _check(*LINES, "青石县水利局", "2024年1月20日")
    assert finding.code == "META-ISSUER"
    assert "落款为“青石县水利局”" in finding.message


@pytest.mark.parametrize("short", ["云溪林业局", "县林业局", "云溪县林业局（绿化办）"])
def test_a_shortened_name_is_no_contradiction(short: str) -> None:
    assert _check(*LINES, short, "2024年1月20日") == []


def test_the_files_name_is_compared_too() -> None:
    name = "青石县水利局2021年政府信息公开工作年度报告.pdf"
    found = _check(*LINES, filename=name)
    assert [(f.code, f.actual) for f in found] == [
        ("META-ISSUER", "青石县水利局"),
        ("META-YEAR", "2021"),
    ]


def test_a_report_without_title_names_its_issuer_only_in_the_text() -> None:
    body = "2023年，云溪县林业局公开信息。云溪县林业局没有收费。"
    (finding,) = _check(*LINES[2:4], body, *LINES[5:])
    assert finding.code == "META-ISSUER"
    assert finding.message == "报告没有标题，发布机关“云溪县林业局”只见于正文"


def test_a_report_that_names_nobody_and_no_year() -> None:
    lines = ("一、总体情况", "本局公开信息。")
    assert [code for code, _ in _codes(*lines)] == ["META-ISSUER", "META-YEAR", "META-PERIOD"]
    assert {f.cause for f in _check(*lines, source="ocr")} == {"undetermined"}


def _without_title(*more: str) -> list[str]:
    return [*more, *LINES[2:]]


def test_in_a_text_without_a_title_the_issuer_found_in_the_text_is_told() -> None:
    introduced = "本报告由云溪县林业局按照有关规定编制。"
    report = build_report(lines=_without_title(introduced), text_source="markup")
    (finding,) = check_metadata(report.record, FORM, report.pages).findings
    assert (finding.code, finding.cause, finding.actual) == (
        "META-ISSUER",
        "source",
        "云溪县林业局",
    )
    assert "报告没有标题" in finding.message
    assert (report.record.issuer, report.record.year) == ("云溪县林业局", 2023)


def test_a_text_that_names_no_issuer_at_all_says_so() -> None:
    (finding,) = _check(*_without_title(), source="markup")
    assert (finding.code, finding.cause, finding.actual) == ("META-ISSUER", "source", None)


def test_a_text_without_year_and_period_lacks_both() -> None:
    lines = [line for line in LINES if "2023" not in line]
    found = _check("云溪县林业局政府信息公开工作年度报告", *lines[1:], source="markup")
    assert {f.code for f in found} == {"META-ISSUER", "META-YEAR", "META-PERIOD"}
    assert {f.cause for f in found} == {"source"}


def test_the_files_name_may_contradict_a_text_without_title() -> None:
    introduced = "本报告由云溪县林业局按照有关规定编制。"
    name = "青石县水利局2022年政府信息公开工作年度报告.txt"
    report = build_report(
        lines=_without_title(introduced),
        text_source="markup",
        source=SOURCE.model_copy(update={"filename": name, "kind": "text"}),
    )
    found = check_metadata(report.record, FORM, report.pages).findings
    assert [(f.code, f.actual) for f in found][1:] == [
        ("META-ISSUER", "青石县水利局"),
        ("META-YEAR", "2022"),
    ]
    assert report.record.year == 2023

from datetime import date

import pytest

from schemas.forms.template_2021 import FORM
from schemas.page import Page, TextLine
from tests.strategies import SOURCE
from workers.pipeline.metadata import Metadata, read_metadata
from workers.pipeline.paragraphs import text_lines
from workers.pipeline.sections import read_sections


def _said(*texts: str, filename: str = "a.pdf") -> Metadata:
    lines = tuple(TextLine(text=text, confidence=0.99, box=None) for text in texts)
    placed = text_lines([Page(number=1, width=1, height=1, source="markup", lines=lines)])
    source = SOURCE.model_copy(update={"filename": filename})
    return read_metadata(placed, read_sections(placed, FORM), source)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("统计期限为2024年1月1日至12月31日。", date(2024, 1, 1), date(2024, 12, 31)),
        ("期限从2024年1月1日到2024年12月31日止。", date(2024, 1, 1), date(2024, 12, 31)),
        ("数据自 2024 年 1 月 1 日起至 12 月 31 日。", date(2024, 1, 1), date(2024, 12, 31)),
        ("所列数据的统计期限为2024年5月1日—12月31日。", date(2024, 5, 1), date(2024, 12, 31)),
        ("期限自2024年1月1日起，至2024年12月31日止。", date(2024, 1, 1), date(2024, 12, 31)),
        ("期限为2024年1月1日0时至12月31日24时。", date(2024, 1, 1), date(2024, 12, 31)),
        ("统计时间：2024.1.1-2024.12.31", date(2024, 1, 1), date(2024, 12, 31)),
        ("统计期限为2024年1月至12月。", date(2024, 1, 1), date(2024, 12, 31)),
        ("数据统计期为2024年1-12月。", date(2024, 1, 1), date(2024, 12, 31)),
        ("本报告所列数据统计时限为2024年度。", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_period_is_read_in_its_usual_forms(text: str, start: date, end: date) -> None:
    period = _said(text).period
    assert period is not None
    assert (period.start, period.end) == (start, end)


def test_a_period_may_break_over_lines() -> None:
    period = _said("统计期限为2024年1月1日至2024年12", "月31日。").period
    assert period is not None
    assert period.end == date(2024, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月1日至5月31日开展宣传。",
        "统计期限为2024年2月1日至2月30日。",
        "2024年1月至12月共办理3件。",
        "没有日期。",
    ],
)
def test_other_dates_are_no_period(text: str) -> None:
    assert _said(text).period is None


def test_the_title_outranks_text_and_file() -> None:
    said = _said(
        "云溪县林业局2024年政府信息公开工作年度报告",
        "一、总体情况",
        "2023年，本局按要求公开。",
        filename="青石县水利局2022年政府信息公开工作年度报告.pdf",
    )
    assert (said.issuer, said.year) == ("云溪县林业局", 2024)
    assert [(s.value, s.origin) for s in said.years] == [
        ("2024", "title"),
        ("2023", "opening"),
        ("2022", "file"),
    ]


def test_the_report_of_last_year_is_not_the_year_of_this_one() -> None:
    said = _said(
        "云溪县林业局2024年政府信息公开工作年度报告",
        "一、总体情况",
        "2024年，本局按时公布2023年政府信息公开工作年度报告。",
    )
    assert {s.value for s in said.years} == {"2024"}


def test_an_organ_named_again_and_again_is_the_issuer_when_there_is_no_title() -> None:
    said = _said(
        "一、总体情况",
        "2024年，云溪县林业局认真公开。根据《云溪县林业局依申请公开制度》办理，青石县水利局协助。",
        "云溪县林业局另有安排。",
    )
    assert (said.issuer, said.issuers[0].origin, said.year) == ("云溪县林业局", "text", 2024)


def test_rival_organs_leave_the_issuer_open() -> None:
    said = _said(
        "一、总体情况",
        "云溪县林业局公开。云溪县水利局公开。云溪县林业局办理。云溪县水利局办理。",
    )
    assert said.issuer is None


def test_a_signature_with_its_date_names_the_issuer() -> None:
    said = _said("一、总体情况", "本局按要求公开。", "云溪县林业局", "2025年1月15日")
    assert (said.issuer, said.issuers[0].origin) == ("云溪县林业局", "signature")


OPENING = ("一、总体情况", "2024年，我局按要求公开信息。", "六、其他需要报告的事项", "无。")


@pytest.mark.parametrize(
    "lines",
    [
        ("根据有关要求，现公布云溪县水利局2024年政府信息公开工作年度报告。", *OPENING),
        ("现将《云溪县水利局2024年政府信息公开工作年度报告》公布如下。", *OPENING),
        ("本报告由云溪县水利局按照《中华人民共和国政府信息公开条例》编制。", *OPENING),
        ("根据规定，云溪县水利局（以下简称“本局”）编制2024年度报告。", *OPENING),
        ("2024年，云溪县水利局(以下简称我局)严格落实各项规定。", *OPENING),
        ("按照有关规定，云溪县水利局编制了2024年政府信息公开工作年度报告。", *OPENING),
        (*OPENING, "2025年1月20日", "云溪县水利局"),
    ],
)
def test_without_a_title_the_text_may_say_who_reports(lines: tuple[str, ...]) -> None:
    said = _said(*lines)
    assert (said.issuer, said.year) == ("云溪县水利局", 2024)
    assert said.issuers[0].origin in ("text", "signature")


@pytest.mark.parametrize(
    "lines",
    [
        ("2024年政府信息公开工作年度报告", "云溪县水利局"),
        ("2024年政府信息公开工作年度报告", "（云溪县水利局）"),
        ("云溪县水利局", "2024年政府信息公开工作年度报告"),
        ("2024年度云溪县水利局政府信息公开工作年度报告",),
        ("特向社会公布云溪县水利局2024年度政府信息公开工作年度报告",),
    ],
)
def test_a_title_has_its_issuer_on_its_line_or_beside_it(lines: tuple[str, ...]) -> None:
    said = _said(*lines, *OPENING)
    assert (said.issuer, said.issuers[0].origin) == ("云溪县水利局", "title")


@pytest.mark.parametrize(
    "text",
    [
        "现将我局2024年政府信息公开工作情况报告如下。",
        "根据条例规定和文件要求(以下简称本办)，编制本报告。",
        "本报告由此编制。",
        "首页",
    ],
)
def test_what_names_no_organ_leaves_the_issuer_open(text: str) -> None:
    assert _said("2024年政府信息公开工作年度报告", text, *OPENING).issuer is None
    assert _said(text, "2024年政府信息公开工作年度报告", *OPENING).issuer is None

"""Table two of 2019 as web pages print it: five columns, spans that do not meet, units, notes."""

import pytest

from schemas.forms import FORMS
from tests.strategies import SOURCE
from workers.pipeline.choice import choose_form
from workers.pipeline.numbers import Decision, decide
from workers.pipeline.read.markup import read_markup
from workers.pipeline.tables.register import register

DISCLOSURE = "/proactive_disclosure/"


def _row(*cells: tuple[str, int]) -> str:
    return "<tr>" + "".join(f'<td colspan="{span}">{text}</td>' for text, span in cells) + "</tr>"


def _heads(*texts: str) -> str:
    spans = (1, 1, 2, 1) if len(texts) == 3 else (1, 2, 2)
    return _row(*zip(("信息内容", *texts), spans, strict=True))


def _values(label: str, *texts: str) -> str:
    spans = (1, 2, 1, 1) if len(texts) == 3 else (1, 2, 2)
    return _row(*zip((label, *texts), spans, strict=True))


def _page(*, explained: bool) -> str:
    def note(text: str, words: str) -> str:
        return f"{text}（{words}）" if explained else text

    change = note("本年增/减", "今年比去年多出或少掉的事项，少的写负数")
    items = (note("上一年项目数量", "去年底的事项数"), change, note("处理决定数量", "今年办的件数"))
    rows = (
        _row(("第二十条第（一）项", 5)),
        _heads("本年新<br/>制作数量", "本年新<br/>公开数量", "对外公开总数量"),
        _values(note("规章", "没有立法权的不填"), "13", "12", "524"),
        _values(note("规范性文件", "有普遍约束力、反复适用的公文"), "60", "61", "62"),
        _values(note("另外公开的文件", "本地加列"), "1", "2", "3") if explained else "",
        _row(("第二十条第（五）项", 5)),
        _heads(*items),
        _values("行政许可", "8", "-5", "93"),
        _values(note("其他对外管理服务事项", "许可以外的政务服务"), "117", "0", "165"),
        _row(("第二十条第（六）项", 5)),
        _heads(*items),
        _values("行政处罚", "90", "+2", "22"),
        _values("行政强制", "4", "减4", "&nbsp;"),
        _row(("第二十条第（八）项", 5)),
        _heads("上一年项目数量", "本年增/减"),
        _values("行政事业性收费", "7", "0"),
        _row(("第二十条第（九）项", 5)),
        _heads("采购项目数量", "采购总金额"),
        _values("政府集中采购", "6", "251000元"),
    )
    return (
        "<html><head><meta charset='utf-8'></head><body><h1>云溪县林业局2020年政府信息公开工作"
        "年度报告</h1><p>一、总体情况</p><p>本局按要求公开。</p><p>二、主动公开政府信息情况</p>"
        f"<table>{''.join(rows)}</table><p>三、收到和处理政府信息公开申请情况</p></body></html>"
    )


def _decided(*, explained: bool) -> dict[str, Decision]:
    page = read_markup(_page(explained=explained).encode(), "html")
    form = choose_form([page], SOURCE)
    assert form is FORMS["2019"]
    return decide(register([page], form), {1: "markup"})


@pytest.mark.parametrize("explained", [False, True])
def test_every_value_is_found_whatever_the_spans_and_notes(explained: bool) -> None:
    found = _decided(explained=explained)
    values = {
        p.removeprefix(DISCLOSURE): d.value for p, d in found.items() if p.startswith(DISCLOSURE)
    }
    assert values == {
        "regulations/made": 13,
        "regulations/published": 12,
        "regulations/published_total": 524,
        "normative_documents/made": 60,
        "normative_documents/published": 61,
        "normative_documents/published_total": 62,
        "administrative_licensing/previous_items": 8,
        "administrative_licensing/change": -5,
        "administrative_licensing/decisions": 93,
        "other_management_services/previous_items": 117,
        "other_management_services/change": 0,
        "other_management_services/decisions": 165,
        "administrative_penalties/previous_items": 90,
        "administrative_penalties/change": 2,
        "administrative_penalties/decisions": 22,
        "administrative_compulsory_measures/previous_items": 4,
        "administrative_compulsory_measures/change": -4,
        "administrative_compulsory_measures/decisions": None,
        "administrative_fees/previous_items": 7,
        "administrative_fees/change": 0,
        "government_procurement/projects": 6,
        "government_procurement/amount": "251000",
    }
    read = [d.evidence for p, d in found.items() if p.startswith(DISCLOSURE)]
    assert {evidence.flag for evidence in read} == {None}
    assert read[-1].text == "251000元"

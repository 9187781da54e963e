"""The report in a page, without the site around it."""

import pytest

from workers.pipeline.read.html import read_html

TABLE = (
    "<table><tr><td>信息内容<td>本年制发件数<td>本年废止件数<td>现行有效件数"
    "<tr><td>规章<td>0<td>0<td>0<tr><td>行政规范性文件<td>0<td>0<td>0</table>"
)
TITLE = "松溪县水利局2024年政府信息公开工作年度报告"
SECTIONS = (
    "<p>一、总体情况</p><p>正文甲。</p><p>二、主动公开政府信息情况</p>"
    + TABLE
    + "<p>五、存在的主要问题及改进情况</p><p>正文乙。</p>"
    "<p>六、其他需要报告的事项</p><p>正文丙。</p>"
)
REPORT = [
    "一、总体情况", "正文甲。", "二、主动公开政府信息情况", "五、存在的主要问题及改进情况",
    "正文乙。", "六、其他需要报告的事项", "正文丙。",
]  # fmt: skip
MENU = "<ul>" + "".join(f"<li><a href=#>{name}</a>" for name in ("首页", "公开", "服务")) + "</ul>"
SCRIPTED_MENU = "<ul><li onclick=go(1)>首页<li onclick=go(2)>政务公开<li onclick=go(3)>互动</ul>"


def lines(body: str) -> list[str]:
    page = read_html(f"<!DOCTYPE html><meta charset=utf-8><body>{body}".encode())
    assert [len(table.cells) for table in page.tables] == [12]
    return [line.text for line in page.lines]


CASES = {
    "alone": (SECTIONS, REPORT),
    "title above its container": (
        f"{MENU}<div><h1>{TITLE}</h1><div>{SECTIONS}</div></div>{MENU}",
        [TITLE, *REPORT],
    ),
    "title and issuer on two lines": (
        f"<div><h2>松溪县水利局</h2><h2>2024年政府信息公开工作年度报告</h2></div><div>{SECTIONS}</div>",
        ["松溪县水利局", "2024年政府信息公开工作年度报告", *REPORT],
    ),
    "the date is kept, tools are not": (
        f"<h1>{TITLE}</h1><p>发布时间：2025-01-20 来源：水利局</p><p>字号：大 中 小</p>{SECTIONS}",
        [TITLE, "发布时间：2025-01-20 来源：水利局", *REPORT],
    ),
    "words before the first section are kept": (
        f"<h1>{TITLE}</h1><p>根据条例，编制本报告。</p>{SECTIONS}",
        [TITLE, "根据条例，编制本报告。", *REPORT],
    ),
    "menus without links": (
        f"<div>{SCRIPTED_MENU}</div><div><h1>{TITLE}</h1><div>{SECTIONS}</div></div>"
        "<div>地址：某路1号 电话：0000-1234567</div>",
        [TITLE, *REPORT],
    ),
    "reports of other years beside it": (
        f"<div><ul><li><a href=#>松溪县水利局2023年政府信息公开工作年度报告</a></ul></div>"
        f"<div><h1>{TITLE}</h1>{SECTIONS}<p>上一篇：<a href=#>松溪县水利局2023年报告</a></p></div>",
        [TITLE, *REPORT],
    ),
    "the title once more in the text": (
        f"<h1>{TITLE}</h1><div>2025-01-20</div><div><p>{TITLE}</p>{SECTIONS}</div>",
        [TITLE, *REPORT],
    ),
    "a contents list that links into the page": (
        "<div><a href=#1>一、总体情况</a><br><a href=#6>六、其他需要报告的事项</a></div>"
        f"<div><h1>{TITLE}</h1>{SECTIONS}</div>",
        [TITLE, *REPORT],
    ),
    "tables that lay out the page": (
        f"<table><tr><td>{MENU}</td><td><table><tr><td>{TITLE}<tr><td>{SECTIONS}</table></td></table>",
        [TITLE, *REPORT],
    ),
    "sections in containers of their own": (
        f"<h1>{TITLE}</h1><div><section>{SECTIONS.replace('<p>五', '</section><section><p>五')}"
        f"</section></div><footer>版权所有</footer>",
        [TITLE, *REPORT],
    ),
    "everything in one paragraph": (
        f"<h1>{TITLE}</h1><div>一、总体情况<br>正文甲。<br>二、主动公开政府信息情况<br>{TABLE}<br>"
        "五、存在的主要问题及改进情况<br>正文乙。<br>六、其他需要报告的事项<br>正文丙。</div>",
        [TITLE, *REPORT],
    ),
    "signed and dated": (
        f"<h1>{TITLE}</h1>{SECTIONS}<p>松溪县水利局</p><p>2025年1月20日</p><p>【打印】【关闭】</p>",
        [TITLE, *REPORT, "松溪县水利局", "2025年1月20日"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_report_is_found_in_its_page(case: str) -> None:
    body, expected = CASES[case]
    assert lines(body) == expected


def test_a_page_without_a_report_yields_its_text_without_menus() -> None:
    page = read_html(f"<meta charset=utf-8>{MENU}<p>通知公告一则。</p>".encode())
    assert [line.text for line in page.lines] == ["通知公告一则。"]

"""Write a made report as the web pages in which such reports are published."""

# ruff: noqa: E501  lines of markup are left whole

import html
import re
from collections.abc import Callable, Iterator
from typing import Literal

from tests.corpus import form
from tests.corpus.grids import Grid, GridCell, grids
from tests.corpus.reports import Report

Style = Literal["clean", "uppercase", "word", "cms", "flat", "layout_tables", "split", "nested"]
_NUMERALS = "一二三四五六"
_Block = str | Grid

Cell = Callable[[GridCell], str]


def blocks(report: Report) -> Iterator[tuple[str, str | Grid]]:
    """Yield the parts of a report in order: `issuer`, `title`, `heading`, `text` and `table`."""
    tables = {grid.section: grid for grid in grids(report)}
    yield "issuer", report.issuer
    yield "title", report.title
    for number, (numeral, title) in enumerate(
        zip(_NUMERALS, form.SECTION_TITLES, strict=True), start=1
    ):
        yield "heading", f"{numeral}、{title}"
        for paragraph in report.sections.get(number, ()):
            yield "text", paragraph
        if number in tables:
            yield "table", tables[number]


def set_page(report: Report, style: Style, encoding: str = "utf-8") -> bytes:
    """Return the web page of a report; it declares its encoding unless that is UTF-16."""
    page = _PAGES[style](report, "gb2312" if encoding == "gb18030" else encoding)
    return page.encode(encoding)


def _text(text: str) -> str:
    return html.escape(text, quote=False)


def _spans(cell: GridCell) -> str:
    rows = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    columns = f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    return rows + columns


def _rows(cells: tuple[GridCell, ...], rows: range) -> list[list[GridCell]]:
    return [sorted((c for c in cells if c.row == at), key=lambda c: c.column) for at in rows]


def _table(grid: Grid, cell: Cell, opening: str = '<table border="1">') -> str:
    last = max(one.row for one in grid.cells) + 1
    lines = "".join(
        "<tr>" + "".join(cell(one) for one in row) + "</tr>\n"
        for row in _rows(grid.cells, range(last))
    )
    return f"{opening}\n{lines}</table>\n"


def _plain_cell(cell: GridCell) -> str:
    return f"<td{_spans(cell)}>{_text(cell.text) or '&nbsp;'}</td>"


def _content(report: Report, table: Callable[[Grid], str]) -> str:
    parts = []
    for kind, block in blocks(report):
        if isinstance(block, Grid):
            parts.append(table(block))
        elif kind in ("issuer", "title"):
            parts.append(f"<h1>{_text(block)}</h1>\n")
        else:
            parts.append(f"<p>　　{_text(block)}</p>\n")
    return "".join(parts)


def _page(head: str, body: str) -> str:
    return f"<!DOCTYPE html>\n<html><head>{head}<title>政府网</title></head>\n<body>{body}</body></html>"


def _clean(report: Report, charset: str) -> str:
    content = _content(report, lambda grid: _table(grid, _plain_cell))
    return _page(f'<meta charset="{charset}">', content)


def _uppercase(report: Report, charset: str) -> str:
    """Old markup: capitals, no quotes, nothing closed that need not be."""

    def cell(one: GridCell) -> str:
        return f"<TD{_spans(one).replace(chr(34), '')}><P ALIGN=center>{_text(one.text)}<BR>"

    content = _content(report, lambda grid: _table(grid, cell, "<TABLE BORDER=1>"))
    content = content.replace("</tr>", "").replace("</p>", "").replace("<p>", "<P>")
    return (
        f'<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset={charset}">'
        f"</HEAD><BODY><CENTER><FONT SIZE=2>{content}</FONT></BODY>"
    )


def _word(report: Report, charset: str) -> str:
    """As Word writes it: every cell a paragraph of spans, lines broken anywhere."""

    def paragraph(text: str) -> str:
        pieces = re.findall(r"[0-9.]+|[^0-9.]+", text)
        spans = "".join(
            f"<span\nlang=EN-US style='font-size:12.0pt;mso-bidi-font-size:10.0pt'>{piece}</span>"
            if piece[0].isdigit()
            else f"<span style='font-family:仿宋_GB2312;mso-hansi-font-family:\"Times New Roman\"'>"
            f"{_text(piece)}</span>"
            for piece in pieces
        )
        empty = "" if text else "<span lang=EN-US><o:p>&nbsp;</o:p></span>"
        return (
            f"<p class=MsoNormal align=center style='mso-pagination:widow-orphan'>{spans}{empty}"
            "<span lang=EN-US style='display:none;mso-hide:all'>99</span></p>"
        )

    def cell(one: GridCell) -> str:
        return (
            f"<td width=57 valign=top{_spans(one)} style='width:42.55pt;border:solid windowtext "
            f"1.0pt;\n  padding:0cm 5.4pt 0cm 5.4pt'>\n  {paragraph(one.text)}\n  </td>"
        )

    def table(grid: Grid) -> str:
        text = _table(grid, cell, "<table class=MsoNormalTable border=1 cellspacing=0>")
        widths = "".join("<td width=57 style='border:none'></td>" for _ in range(grid.columns))
        fixed = f"<![if !supportMisalignedColumns]><tr height=0>{widths}</tr><![endif]>"
        return text.replace("</table>", fixed + "</table>")

    parts = []
    for kind, block in blocks(report):
        if isinstance(block, Grid):
            parts.append(table(block))
            continue
        if kind == "heading":
            number, rest = block[:2], block[2:]
            parts.append(
                "<p class=MsoNormal><![if !supportLists]><span lang=EN-US><span\n"
                f"style='mso-list:Ignore'>{number}</span></span><![endif]><b>{rest}</b></p>"
            )
        else:
            parts.append(paragraph(block))
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office">\n<head>\n<meta http-equiv='
        f'Content-Type content="text/html; charset={charset}">\n<!--[if gte mso 9]><xml><w:View>'
        "Print</w:View></xml><![endif]--><style>p.MsoNormal {margin:0cm;}</style></head>\n"
        f"<body lang=ZH-CN><div class=WordSection1>{''.join(parts)}</div></body></html>"
    )


_MENU = "".join(
    f'<li><a href="/c{at}">{name}</a></li>'
    for at, name in enumerate(
        ("首页", "政务公开", "政府信息公开年报", "法定主动公开内容", "互动交流")
    )
)


def _cms(report: Report, charset: str) -> str:
    """A site around the article: menus, a place line, tools, related reports, a foot."""
    content = _content(report, lambda grid: _table(grid, _plain_cell))
    content = content.split("</h1>\n", 2)[2]
    related = "".join(
        f'<li><a href="/r{year}.html" title="x">{report.issuer}{year}年政府信息公开工作年度报告</a>'
        f"<span>{year + 1}-01-20</span></li>"
        for year in range(report.year - 3, report.year)
    )
    body = f"""
<div id="top"><div class="logo"><img src="logo.png"></div><div class="nav"><ul>{_MENU}</ul></div>
<form action="/s"><input name="q" value="请输入关键词"><button>搜索</button></form></div>
<div class="place">当前位置：<a href="/">首页</a> &gt; <a href="/x">政务公开</a> &gt; <a href="/y">年报</a></div>
<div class="main"><div class="side"><h3><a href="/n">相关报告</a></h3><ul>{related}</ul></div>
<div class="article"><h1>{report.issuer}{report.title}</h1>
<div class="info"><span>发布日期：{report.year + 1}-01-21</span> <span>来源：{report.issuer}</span>
<span>浏览次数：<b id="hits">1024</b></span> 字体：<a>大</a> <a>中</a> <a>小</a></div>
<div style="display: none"><p>一、总体情况</p><table><tr><td>8</td><td>9</td></tr></table></div>
<script>document.write("<td>7</td>")</script>
<div class="content"><style>.x{{}}</style>{content}</div>
<div class="tools"><a href="#">打印本页</a> <a href="#">关闭窗口</a></div>
<div>上一篇：<a href="/1">没有了</a></div></div></div>
<div class="foot"><p>主办单位：{report.issuer}　备案号：某ICP备12345678号</p><p>网站标识码：1234567890</p></div>"""
    return _page(f'<meta charset="{charset}">', body)


def _flat(report: Report, charset: str) -> str:
    """A site without containers: menu, report and foot are neighbours."""
    content = _content(report, lambda grid: _table(grid, _plain_cell))
    menu = "".join(f'<p><a href="/{at}">{name}</a></p>' for at, name in enumerate("甲乙丙丁"))
    foot = "<p>版权所有：某某人民政府</p><p>联系电话：0000-1234567</p>"
    return _page(f'<meta charset="{charset}">', menu + content + foot)


def _layout_tables(report: Report, charset: str) -> str:
    """Tables that lay out the page, with the statutory ones inside them."""
    content = _content(report, lambda grid: _table(grid, _plain_cell))
    body = (
        f'<table width="100%"><tr><td colspan="2"><table><tr>'
        f"{''.join(f'<td><a href=#>{name}</a></td>' for name in ('首页', '公开', '服务', '互动', '数据'))}"
        f'</tr></table></td></tr><tr><td width="180"><a href="#">栏目一</a><br><a href="#">栏目二</a></td>'
        f"<td><table><tr><td>{content}</td></tr></table></td></tr>"
        "<tr><td colspan=2>版权所有 某某网</td></tr></table>"
    )
    return _page(f'<meta charset="{charset}">', body)


def _split(report: Report, charset: str) -> str:
    """Tables cut by the page breaks of the document that was exported."""

    def table(grid: Grid) -> str:
        if grid.section != 3:
            return _table(grid, _plain_cell)
        at = 15
        upper, lower = [], []
        for one in grid.cells:
            end = one.row + one.row_span
            if end <= at:
                upper.append(one)
            elif one.row >= at:
                lower.append((one, one.row - at, one.row_span))
            else:  # a cell over the break goes on as an empty one
                upper.append(_cut(one, one.row, at - one.row, one.text))
                lower.append((_cut(one, 0, end - at, ""), 0, end - at))
        moved = tuple(_cut(one, row, span, one.text) for one, row, span in lower)
        top = Grid(section=3, columns=10, header_rows=3, cells=tuple(upper))
        bottom = Grid(section=3, columns=10, header_rows=0, cells=moved)
        gap = '<p><br clear="all" style="page-break-before:always">&nbsp;</p>'
        return _table(top, _plain_cell) + gap + _table(bottom, _plain_cell)

    return _page(f'<meta charset="{charset}">', _content(report, table))


def _cut(cell: GridCell, row: int, span: int, text: str) -> GridCell:
    return GridCell(
        row=row,
        column=cell.column,
        row_span=span,
        column_span=cell.column_span,
        text=text,
        role=cell.role,
        pointer=cell.pointer,
    )


def _nested(report: Report, charset: str) -> str:
    """An editor's markup: numbers in tables of their own, in fonts, cells with several blocks."""

    def cell(one: GridCell) -> str:
        if one.role == "number":
            inner = f"<table><tbody><tr><td><div><font>{one.text}</font></div></td></tr></tbody></table>"
            return f"<td{_spans(one)}>{inner}</td>"
        half = len(one.text) // 2
        return f"<th{_spans(one)}><p>{one.text[:half]}</p>\n<p>{one.text[half:]}</p></th>"

    return _page(f'<meta charset="{charset}">', _content(report, lambda grid: _table(grid, cell)))


_PAGES: dict[Style, Callable[[Report, str], str]] = {
    "clean": _clean,
    "uppercase": _uppercase,
    "word": _word,
    "cms": _cms,
    "flat": _flat,
    "layout_tables": _layout_tables,
    "split": _split,
    "nested": _nested,
}
STYLES: tuple[Style, ...] = tuple(_PAGES)

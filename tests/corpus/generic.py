"""Make tables of no statutory form: invented content in grids with spans, all drawn from a seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Literal, get_args

Kind = Literal["ruled", "frameless", "three_line", "across", "down", "unruled"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""All lines; all but the outer frame; three lines; lines across; lines down; no lines at all."""
SPANNED: tuple[Kind, ...] = ("ruled", "frameless", "across")
"""Kinds in which lines show which rows of the body a label spans."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PLACES = _words("城关 石桥 柳林 南坪 北庄 东河 西山 清溪 白塘 杨店 龙泉 青岩 双河 云台 ")
_UNITS = _words("镇 乡 街道 社区 办事处 工业园区 中心校 ")
_TOPICS = _words(
    "办件数量 办结率 受理数 投诉数 回复数 平均时长 满意率 经费预算 实际支出 在编人数 "
    "培训场次 发布条数 访问量 新增 注销 合格率 抽检批次 整改数 上年数 本年数 增减 "
    "占比 "
)
_GROUPS = _words("线上 线下 上半年 下半年 城区 乡村 政务大厅 网络平台 预算情况 执行情况 ")
_CORNERS = _words("单位 项目 地区 类别 名称 指标 ")
_WORDS = _words("已完成 推进中 按月 按季 主任 副科长 正常 暂缓 良好 综合科 信息中心 — ")
_LONG = (
    "其中：涉及企业开办的事项",
    "基层政务公开标准化规范化试点工作",
    "网站与新媒体信息发布审核登记",
    "依托一体化平台办理的跨区域事项",
    "老旧小区改造及配套设施建设项目",
)
_BLANK = 0.08
"""Share of number cells left blank."""


@dataclass(frozen=True, kw_only=True)
class MadeCell:
    """One cell: its top left slot, how far it spans, what is printed; counts from 0."""

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    text: str
    role: Literal["heading", "label", "number", "word"]


@dataclass(frozen=True, kw_only=True)
class MadeTable:
    """A table of no statutory form, before any page or font."""

    kind: Kind
    rows: int
    columns: int
    header_rows: int
    cells: tuple[MadeCell, ...]


def make_table(seed: int, kind: Kind) -> MadeTable:
    """Make the table of a seed: 3 to 12 rows, 2 to 8 columns."""
    rng = random.Random(f"generic/{kind}/{seed}")
    columns = rng.randint(2, 8)
    header = 2 if columns >= 4 and rng.random() < 0.5 else 1
    rows = rng.randint(header + 2, 12)
    heading = list(_header(rng, columns, header))
    body = list(_body(rng, kind, columns, header, rows))
    cells = sorted((*heading, *body), key=lambda cell: (cell.row, cell.column))
    return MadeTable(kind=kind, rows=rows, columns=columns, header_rows=header, cells=tuple(cells))


def as_html(cells: tuple[MadeCell, ...] | list[MadeCell], rows: int) -> str:
    """Return cells as a plain table of td, white space left out of their texts."""
    lines = []
    for row in range(rows):
        own = sorted((cell for cell in cells if cell.row == row), key=lambda cell: cell.column)
        lines.append("<tr>" + "".join(_td(cell) for cell in own) + "</tr>")
    return "<html><body><table>" + "".join(lines) + "</table></body></html>"


def _td(cell: MadeCell) -> str:
    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    spans += f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    return f"<td{spans}>{escape(''.join(cell.text.split()))}</td>"


def _header(rng: random.Random, columns: int, rows: int) -> Iterator[MadeCell]:
    """Head the columns; of two rows the upper one groups two or three columns each."""
    topics = iter(rng.sample(_TOPICS, columns))
    groups = iter(rng.sample(_GROUPS, 4))
    corner = rng.choice(_CORNERS)
    yield MadeCell(row=0, column=0, row_span=rows, text=corner, role="heading")
    column = 1
    while column < columns:
        left = columns - column
        span = rng.choice((1, 2, 2, 3)) if rows == 2 else 1
        if rows == 2 and column == 1 and span == 1:
            span = 2  # a header of two rows has at least one group
        span = min(span, left)
        if span == 1:
            yield MadeCell(row=0, column=column, row_span=rows, text=next(topics), role="heading")
        else:
            yield MadeCell(
                row=0, column=column, column_span=span, text=next(groups), role="heading"
            )
            for at in range(column, column + span):
                yield MadeCell(row=1, column=at, text=next(topics), role="heading")
        column += span


def _body(
    rng: random.Random, kind: Kind, columns: int, header: int, rows: int
) -> Iterator[MadeCell]:
    """Fill the rows below the header; where lines show it, labels span rows and a note columns."""
    words = {at for at in range(1, columns) if columns > 2 and rng.random() < 0.2}
    nested = kind in SPANNED and columns >= 4 and rng.random() < 0.6
    noted = kind in SPANNED and rows - header >= 3 and rng.random() < 0.3
    row, last = header, rows - noted
    while row < last:
        span = min(rng.choice((1, 2, 3)), last - row) if nested else 1
        if nested:
            yield MadeCell(row=row, column=0, row_span=span, text=_place(rng), role="label")
        for at in range(row, row + span):
            if not nested:
                yield MadeCell(row=at, column=0, text=_label(rng, at == last - 1), role="label")
            yield from _values(rng, at, columns, words, nested=nested)
        row += span
    if noted:
        yield MadeCell(row=last, column=0, text="备注", role="label")
        text = "数据由各单位填报，截至年末。"
        yield MadeCell(row=last, column=1, column_span=columns - 1, text=text, role="word")


def _values(
    rng: random.Random, row: int, columns: int, words: set[int], *, nested: bool
) -> Iterator[MadeCell]:
    for column in range(1, columns):
        if nested and column == 1:
            yield MadeCell(row=row, column=1, text=rng.choice(_WORDS[:-1]), role="label")
        elif column in words:
            yield MadeCell(row=row, column=column, text=rng.choice(_WORDS), role="word")
        else:
            text = "" if rng.random() < _BLANK else _number(rng)
            yield MadeCell(row=row, column=column, text=text, role="number")


def _place(rng: random.Random) -> str:
    return rng.choice(_PLACES) + rng.choice(_UNITS)


def _label(rng: random.Random, last: bool) -> str:
    if last and rng.random() < 0.5:
        return rng.choice(("合计", "总计", "合　计"))
    return rng.choice(_LONG) if rng.random() < 0.15 else _place(rng)


def _number(rng: random.Random) -> str:
    number = int(10 ** rng.uniform(0, 5)) if rng.random() > 0.1 else 0
    return rng.choice((str(number),) * 4 + (f"{number:,}", f"{number % 100}.{number % 7}%"))

"""The form of 国办公开办函〔2019〕60号, for report years 2019 and 2020: 198 values.

Facts of the form (labels, order, spans, relations) follow the notice; keys are ours, and those of
the form of 2021 where both ask for the same thing.
"""

from collections.abc import Iterator

from schemas.form import Form, FormCell, FormTable
from schemas.forms.requests import request_relations, requests_table
from schemas.forms.review import REVIEW_RELATIONS, REVIEW_TABLE
from schemas.forms.sections import SECTIONS

OTHER_HANDLING = {"other_handling": "（六）其他处理"}

_Columns = dict[str, str]
_DOCUMENTS = {
    "made": "本年新制作数量",
    "published": "本年新公开数量",
    "published_total": "对外公开总数量",
}
_ITEMS = {"previous_items": "上一年项目数量", "change": "本年增/减"}
_DECIDED = {**_ITEMS, "decisions": "处理决定数量"}
_PROCUREMENT = {"projects": "采购项目数量", "amount": "采购总金额"}

# 第二十条第（…）项, its columns, its rows.
_BLOCKS: tuple[tuple[str, _Columns, dict[str, str]], ...] = (
    ("（一）", _DOCUMENTS, {"regulations": "规章", "normative_documents": "规范性文件"}),
    (
        "（五）",
        _DECIDED,
        {
            "administrative_licensing": "行政许可",
            "other_management_services": "其他对外管理服务事项",
        },
    ),
    (
        "（六）",
        _DECIDED,
        {"administrative_penalties": "行政处罚", "administrative_compulsory_measures": "行政强制"},
    ),
    ("（八）", _ITEMS, {"administrative_fees": "行政事业性收费"}),
    ("（九）", _PROCUREMENT, {"government_procurement": "政府集中采购"}),
)
# The form names no unit for 采购总金额; the evidence keeps the one printed.
_MONEY = ("元", "万元", "亿元")
_WIDTH = 4


def _proactive_disclosure() -> FormTable:
    cells: list[FormCell] = []
    row = 0
    for item, columns, rows in _BLOCKS:
        cells += _block(row, item, columns, rows)
        row += 2 + len(rows)
    return FormTable(
        name="proactive_disclosure", section=2, rows=row, columns=_WIDTH, cells=tuple(cells)
    )


def _block(row: int, item: str, columns: _Columns, rows: dict[str, str]) -> Iterator[FormCell]:
    article = f"第二十条第{item}项"
    yield FormCell(row=row, column=0, column_span=_WIDTH, kind="header", text=article)
    yield FormCell(row=row + 1, column=0, kind="header", text="信息内容")
    for column, span, (_, text) in _spread(columns):
        yield FormCell(row=row + 1, column=column, column_span=span, kind="header", text=text)
    for at, (key, text) in enumerate(rows.items(), start=row + 2):
        yield FormCell(row=at, column=0, kind="label", text=text)
        for column, span, (name, _) in _spread(columns):
            yield FormCell(
                row=at,
                column=column,
                column_span=span,
                kind="value",
                pointer=f"/proactive_disclosure/{key}/{name}",
                decimal=name == "amount",
                units=_MONEY if name == "amount" else (),
                signed=name == "change",
            )


def _spread(columns: _Columns) -> Iterator[tuple[int, int, tuple[str, str]]]:
    """Yield column, span and name: the last of two columns reaches over two."""
    named = list(columns.items())
    for column, name in enumerate(named, start=1):
        last = column == len(named)
        yield column, _WIDTH - column if last else 1, name


FORM = Form(
    template="2019",
    notice="国办公开办函〔2019〕60号",
    first_year=2019,
    last_year=2020,
    sections=SECTIONS,
    tables=(_proactive_disclosure(), requests_table(OTHER_HANDLING, None), REVIEW_TABLE),
    relations=(*request_relations(OTHER_HANDLING), *REVIEW_RELATIONS),
)

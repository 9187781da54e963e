"""The form of 国办公开办函〔2021〕30号, for report years from 2021: 200 values.

Facts of the form (labels, order, spans, relations) follow the notice; keys are ours.
"""

from schemas.form import Form, FormCell, FormTable
from schemas.forms.requests import request_relations, requests_table
from schemas.forms.review import REVIEW_RELATIONS, REVIEW_TABLE
from schemas.forms.sections import SECTIONS

OTHER_GROUP = "（六）其他处理"
OTHER_HANDLING = {
    "other_not_corrected": "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
    "other_fee_unpaid": "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
    "other_other": "3.其他",
}


def _proactive_disclosure() -> FormTable:
    columns = ("issued", "repealed", "in_force")
    kinds = (("regulations", "规章"), ("normative_documents", "行政规范性文件"))
    cells = [_article(0, "（一）")]
    for column, text in enumerate(("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")):
        cells.append(FormCell(row=1, column=column, kind="header", text=text))
    for row, (key, text) in enumerate(kinds, start=2):
        cells.append(FormCell(row=row, column=0, kind="label", text=text))
        for column, name in enumerate(columns, start=1):
            pointer = f"/proactive_disclosure/{key}/{name}"
            cells.append(FormCell(row=row, column=column, kind="value", pointer=pointer))
    decisions, fees = "本年处理决定数量", "本年收费金额（单位：万元）"
    cells += _wide(4, "（五）", decisions, {"administrative_licensing": "行政许可"})
    cells += _wide(
        7,
        "（六）",
        decisions,
        {"administrative_penalties": "行政处罚", "administrative_compulsory_measures": "行政强制"},
    )
    cells += _wide(
        11, "（八）", fees, {"administrative_fees_10k_yuan": "行政事业性收费"}, decimal=True
    )
    return FormTable(name="proactive_disclosure", section=2, rows=14, columns=4, cells=tuple(cells))


def _article(row: int, item: str) -> FormCell:
    return FormCell(row=row, column=0, column_span=4, kind="header", text=f"第二十条第{item}项")


def _wide(
    row: int, item: str, column_title: str, rows: dict[str, str], *, decimal: bool = False
) -> list[FormCell]:
    cells = [
        _article(row, item),
        FormCell(row=row + 1, column=0, kind="header", text="信息内容"),
        FormCell(row=row + 1, column=1, column_span=3, kind="header", text=column_title),
    ]
    for at, (key, text) in enumerate(rows.items(), start=row + 2):
        pointer = f"/proactive_disclosure/{key}"
        cells.append(FormCell(row=at, column=0, kind="label", text=text))
        cells.append(
            FormCell(
                row=at,
                column=1,
                column_span=3,
                kind="value",
                pointer=pointer,
                decimal=decimal,
                units=("万元",) if decimal else (),
            )
        )
    return cells


FORM = Form(
    template="2021",
    notice="国办公开办函〔2021〕30号",
    first_year=2021,
    last_year=None,
    sections=SECTIONS,
    tables=(
        _proactive_disclosure(),
        requests_table(OTHER_HANDLING, OTHER_GROUP),
        REVIEW_TABLE,
    ),
    relations=(*request_relations(OTHER_HANDLING), *REVIEW_RELATIONS),
)

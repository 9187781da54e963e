"""Table four, 政府信息公开行政复议、行政诉讼情况: the same in both notices."""

from schemas.form import FormCell, FormTable, Relation

RESULTS = {
    "upheld": "结果维持",
    "corrected": "结果纠正",
    "other": "其他结果",
    "pending": "尚未审结",
    "total": "总计",
}

REVIEWS = {
    "administrative_reconsideration": "行政复议",
    "litigation_direct": "未经复议直接起诉",
    "litigation_after_reconsideration": "复议后起诉",
}


def _table() -> FormTable:
    reviews = list(REVIEWS.items())
    cells = [
        FormCell(row=0, column=0, column_span=5, kind="header", text="行政复议"),
        FormCell(row=0, column=5, column_span=10, kind="header", text="行政诉讼"),
        FormCell(row=1, column=5, column_span=5, kind="header", text=reviews[1][1]),
        FormCell(row=1, column=10, column_span=5, kind="header", text=reviews[2][1]),
    ]
    for block, (key, _) in enumerate(reviews):
        for at, (name, text) in enumerate(RESULTS.items()):
            row, span = (1, 2) if block == 0 else (2, 1)
            column = 5 * block + at
            pointer = f"/review_and_litigation/{key}/{name}"
            cells.append(FormCell(row=row, column=column, row_span=span, kind="header", text=text))
            cells.append(FormCell(row=3, column=column, kind="value", pointer=pointer))
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return FormTable(
        name="review_and_litigation", section=4, rows=4, columns=15, cells=tuple(cells)
    )


def _sum(key: str, text: str) -> Relation:
    results = tuple(name for name in RESULTS if name != "total")
    return Relation(
        code="REV-SUM",
        severity="error",
        subject=text,
        subject_en=key.replace("_", " "),
        terms=tuple(f"/review_and_litigation/{key}/{name}" for name in results),
        totals=(f"/review_and_litigation/{key}/total",),
    )


REVIEW_TABLE = _table()
REVIEW_RELATIONS = tuple(_sum(key, text) for key, text in REVIEWS.items())

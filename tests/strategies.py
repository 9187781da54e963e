"""Reports for tests: consistent numbers, and the record, registration and pages that carry them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from schemas.evidence import Evidence
from schemas.form import Form, TableName
from schemas.forms.template_2021 import FORM
from schemas.page import Page, TextLine, TextSource
from schemas.record import Engine, Record, Source
from schemas.table import Cell, Table
from workers.pipeline.normalise import normalise
from workers.pipeline.numbers import Decision
from workers.pipeline.tables.register import LabelReading, Registration

Values = dict[str, int | str | None]

SOURCE = Source(
    filename="a.pdf", sha256="0" * 64, media_type="application/pdf", kind="scan", pages=3
)
ENGINE = Engine(gouji="0", ocr="none", models={})
LINES = (
    "云溪县林业局",
    "2023年政府信息公开工作年度报告",
    "本报告所列数据的统计期限为2023年1月1日至2023年12月31日。",
    "一、总体情况",
    "2023年，本局主动公开信息，办理依申请公开，管理政府信息，建设公开平台，监督保障到位。",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "人手不足，将加强培训。",
    "六、其他需要报告的事项",
    "本年度没有收取信息处理费。",
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What `validate` and `export` are given."""

    record: Record
    registration: Registration
    pages: tuple[Page, ...]


def values_of(cells: Mapping[str, Sequence[int]], form: Form = FORM) -> Values:
    """Complete rows of six applicants to all values of the form, every relation kept.

    Rows left out are zero; totals, 总计 and 结转 follow: what is carried forward is `carried_over`
    beyond what `new_requests` cannot balance, so give `new_requests` for the rest.
    """
    values: Values = dict.fromkeys(form.pointers, 0)
    values |= {pointer: "0" for pointer, cell in form.value_cells.items() if cell.decimal}
    for relation in form.relations:
        if relation.code == "REQ-ROW":
            row = relation.totals[0].split("/")[2]
            values.update(zip(relation.terms, cells.get(row, (0,) * 6), strict=True))
    for code in ("REQ-COL", "BALANCE", "REQ-ROW"):
        for relation in form.relations:
            if code == "BALANCE" and relation.code == "REQ-BALANCE":
                terms = sum(int(values[p] or 0) for p in relation.terms)
                handled = int(values[relation.totals[0]] or 0)
                values[relation.totals[1]] = max(terms - handled, 0)
                values[relation.terms[1]] = int(values[relation.terms[1]] or 0) + max(
                    handled - terms, 0
                )
            elif relation.code == code:
                values[relation.totals[0]] = sum(int(values[p] or 0) for p in relation.terms)
    return values


@st.composite
def consistent_values(draw: st.DrawFn) -> Values:
    """Draw the values of a report of the form that keeps every relation."""
    rows = sorted({p.split("/")[2] for p in FORM.pointers if p.startswith("/requests/")})
    counts = st.one_of(st.just(0), st.integers(0, 2000))
    free = [row for row in rows if row not in ("handled_total", "carried_forward")]
    cells = draw(st.fixed_dictionaries({row: st.tuples(*[counts] * 6) for row in free}))
    values = values_of(cells)
    for relation in FORM.relations:
        if relation.code == "REV-SUM":
            drawn = draw(st.tuples(*[counts] * len(relation.terms)))
            values.update(zip(relation.terms, drawn, strict=True))
            values[relation.totals[0]] = sum(drawn)
    return values


def evidence_of(value: int | str | None, **changes: object) -> Evidence:
    """Return the evidence of a clearly read value; null is a clear blank."""
    kind = "blank" if value is None else "zero" if value in (0, "0") else "number"
    clear = Evidence(
        kind=kind,
        text="" if value is None else str(value),
        source="ocr",
        confidence=0.999,
        page=2,
        box=None,
    )
    return clear.model_copy(update=changes)


def build_report(
    values: Mapping[str, int | str | None] | None = None,
    *,
    evidence: Mapping[str, Evidence] | None = None,
    lines: Sequence[str] = LINES,
    text_source: TextSource = "ocr",
    missing: Sequence[TableName] = (),
    source: Source = SOURCE,
    form: Form = FORM,
) -> Report:
    """Build a report read from a scan: tables on pages as the form lays them, text on page 1.

    `evidence` replaces what values imply; a pointer absent from `values` is missing in the report.
    """
    values = values_of({}) if values is None else values
    tables = {t.name: _table(t.name, values, form) for t in form.tables if t.name not in missing}
    cells = {
        (name, cell.row, cell.column): cell
        for name, table in tables.items()
        for cell in table.cells
    }
    decisions = {}
    for table in form.tables:
        for form_cell in table.values:
            pointer = str(form_cell.pointer)
            cell = cells.get((table.name, form_cell.row, form_cell.column))
            if pointer in values and cell is not None:
                found = evidence_of(values[pointer], page=cell.page, box=cell.box)
                found = (evidence or {}).get(pointer, found)
                decisions[pointer] = Decision(value=values[pointer], evidence=found)
    registration = Registration(
        form=form,
        values={
            str(c.pointer): cells.get((t.name, c.row, c.column))
            if str(c.pointer) in values
            else None
            for t in form.tables
            for c in t.values
        },
        labels=tuple(
            LabelReading(table=t.name, form_cell=c, cell=cells[(t.name, c.row, c.column)])
            for t in form.tables
            if t.name in tables
            for c in t.cells
            if c.kind != "value"
        ),
        tables=tuple(tables.values()),
        missing=tuple(missing),
    )
    pages = _pages(lines, text_source, list(tables.values()))
    record = normalise(pages, registration, decisions, source, ENGINE)
    return Report(record=record, registration=registration, pages=pages)


def with_label(report: Report, text: str, printed: str, *, seconded: bool = False) -> Report:
    """Return the report with one label printed otherwise; read so by two readers if `seconded`."""
    labels = tuple(
        replace(label, cell=label.cell.model_copy(update={"text": printed, "seconded": seconded}))
        if label.form_cell.text == text
        else label
        for label in report.registration.labels
    )
    return replace(report, registration=replace(report.registration, labels=labels))


_PAGE_OF: dict[TableName, int] = {
    "proactive_disclosure": 1,
    "requests": 2,
    "review_and_litigation": 3,
}


def _table(name: TableName, values: Mapping[str, int | str | None], form: Form) -> Table:
    layout, page = form.table(name), _PAGE_OF[name]
    height, width = 0.8 / layout.rows, 0.8 / layout.columns
    cells = tuple(
        Cell(
            row=c.row,
            column=c.column,
            row_span=c.row_span,
            column_span=c.column_span,
            text=c.text if c.pointer is None else str(values.get(c.pointer, "")),
            confidence=0.999,
            page=page,
            box=(
                0.1 + c.column * width,
                0.1 + c.row * height,
                0.1 + (c.column + c.column_span) * width,
                0.1 + (c.row + c.row_span) * height,
            ),
        )
        for c in layout.cells
    )
    return Table(
        pages=(page,),
        rows=layout.rows,
        columns=layout.columns,
        cells=cells,
        box=(0.1, 0.1, 0.9, 0.9),
        form=name,
    )


def _pages(lines: Sequence[str], source: TextSource, tables: Sequence[Table]) -> tuple[Page, ...]:
    box = source != "markup"
    placed = tuple(
        TextLine(
            text=text,
            confidence=0.99,
            box=(0.1, 0.1 + 0.02 * at, 0.9, 0.115 + 0.02 * at) if box else None,
            indent=2.0,
        )
        for at, text in enumerate(lines)
    )
    return tuple(
        Page(
            number=number,
            width=1240,
            height=1754,
            source=source,
            lines=placed if number == 1 else (),
            tables=tuple(table for table in tables if number in table.pages),
        )
        for number in (1, 2, 3)
    )

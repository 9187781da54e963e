"""STR-TABLE, STR-LABEL: is every table, row and column there, under its own label.

Missing is never zero. On a scan a table may be missing because we did not find it: the cause is
then `undetermined`, or `recognition` when its wording stands in the text or a page failed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from schemas.form import FormTable, TableName
from schemas.page import Page
from schemas.table import Cell
from schemas.validation import Cause, Checked, Finding
from workers.pipeline.paragraphs import text_lines
from workers.pipeline.places import TABLE_TITLES, TABLE_TITLES_EN, Place, places
from workers.pipeline.tables.labels import plain
from workers.pipeline.tables.register import LabelReading, Registration
from workers.pipeline.validate.outcome import Outcome, listed, listed_en, was_recognised
from workers.pipeline.wording import bare, distance, fold

# A label of a scan is held against the report only from this confidence on.
_SURE = 0.97
# One that is no scan is, unless some of its characters could not be decoded or are struck out.
_WHOLE = 0.9
# Longest side in pixels from which a scan shows the strokes by which characters differ: coarser,
# two readers agreed on 座 where 废 was printed (110 dpi; an A4 page at 128 dpi has 1,500).
_FINE_PX = 1500
# With more than this share of its characters off, and more than one, a label was read from the
# wrong place or not at all.
_MOST_OFF = 0.4
# Characters of a label that no other text holds by chance.
_TELLING = 4
_NUMBERING = re.compile(r"^(?:\([一二三四五六七八九十]\)|[一二三四五六七八九十]、|\d{1,2}[.、,])")


def check_tables(registration: Registration, pages: Sequence[Page]) -> Outcome:
    """Report every statutory table, row, column or cell that was not found."""
    where = places(registration.form)
    findings: list[Finding] = []
    for table in registration.form.tables:
        if table.name in registration.missing:
            findings.append(_missing_table(table, where, pages))
        else:
            findings += _missing_cells(registration, table, where, pages)
    tables = len(registration.form.tables)
    failed = len({finding.paths[0].split("/")[1] for finding in findings})
    checked = {"STR-TABLE": Checked(checked=tables, failed=failed)}
    return Outcome(findings=tuple(findings), checked=checked)


def _missing_table(table: FormTable, where: Mapping[str, Place], pages: Sequence[Page]) -> Finding:
    pointers = [pointer for pointer, place in where.items() if place.table == table.name]
    cause, why = _why_missing(table, pages)
    return _finding(
        cause,
        f"没有找到{TABLE_TITLES[table.name]}（第{'一二三四五六'[table.section - 1]}部分）{why}",
        f"the {TABLE_TITLES_EN[table.name]} (section {table.section}) was not found",
        pointers,
        None,
    )


def _why_missing(table: FormTable, pages: Sequence[Page]) -> tuple[Cause, str]:
    if any(page.failure is not None for page in pages):
        return "recognition", "：有的页没有读出"
    text = bare("".join(line.text for line in text_lines(pages)))
    named = [cell for cell in table.cells if cell.kind == "label"]
    named = named or [cell for cell in table.cells if cell.kind == "header"]
    labels = [bare(cell.text) for cell in named]
    if any(len(label) > 4 and label in text for label in labels):
        return "recognition", "：文中有该表的字样，但表格没有识别出来"
    if any(page.pictures for page in pages):
        return "recognition", "：文中有图片没有读取，该表很可能是图片；请提交 PDF 或扫描件"
    if was_recognised(pages):
        return "undetermined", "：可能缺表，也可能没有识别出来，请对照原件"
    return "source", ""


def _missing_cells(
    registration: Registration,
    table: FormTable,
    where: Mapping[str, Place],
    pages: Sequence[Page],
) -> Iterator[Finding]:
    """Yield one finding for the rows, one for the columns and one for single cells missing."""
    inside = [pointer for pointer, place in where.items() if place.table == table.name]
    gone = {pointer for pointer in inside if registration.values.get(pointer) is None}
    rows = _whole(inside, gone, where, by_row=True)
    columns = _whole([p for p in inside if p not in rows], gone, where, by_row=False)
    found_on = next((t.pages for t in registration.tables if t.form == table.name), ())
    for gap, pointers in (
        (_ROWS, [p for p in inside if p in rows]),
        (_COLUMNS, [p for p in inside if p in columns]),
        (_CELLS, [p for p in inside if p in gone - rows - columns]),
    ):
        if pointers:
            cause = _cause_of_gap([where[p] for p in pointers], registration, pages)
            message, message_en = _gap_in_words(table, gap, [where[p] for p in pointers], cause)
            yield _finding(cause, message, message_en, pointers, next(iter(found_on), None))


@dataclass(frozen=True, kw_only=True)
class _Gap:
    """What kind of part is missing, and what it is called by: attributes of a Place."""

    unit: str
    unit_en: str
    name: str
    name_en: str


_ROWS = _Gap(unit="行", unit_en="rows", name="row_title", name_en="row")
_COLUMNS = _Gap(unit="列", unit_en="columns", name="column_label", name_en="column")
_CELLS = _Gap(unit="格", unit_en="cells", name="label", name_en="label_en")


def _gap_in_words(
    table: FormTable, gap: _Gap, gone: Sequence[Place], cause: Cause
) -> tuple[str, str]:
    names = list(dict.fromkeys(str(getattr(place, gap.name)) for place in gone))
    names_en = list(dict.fromkeys(str(getattr(place, gap.name_en)) for place in gone))
    doubt = "；可能缺失，也可能没有识别出来，请对照原件" if cause != "source" else ""
    return (
        f"{TABLE_TITLES[table.name]}缺 {len(names)} {gap.unit}：{listed(names, gap.unit)}；"
        f"缺失不等于 0{doubt}",
        f"{TABLE_TITLES_EN[table.name]}: {len(names)} {gap.unit_en} missing: {listed_en(names_en)}",
    )


def _cause_of_gap(
    gone: Sequence[Place], registration: Registration, pages: Sequence[Page]
) -> Cause:
    """Blame the report only where lines part all cells, and no missing row's label is printed."""
    if any(page.failure is not None for page in pages):
        return "recognition"
    printed = {bare(cell.text) for table in registration.tables for cell in table.cells}
    printed |= {bare(line.text) for page in pages for line in page.lines}
    labels = {bare(place.row_label) for place in gone}
    seen = any(
        label == text or (len(label) >= _TELLING and label in text)
        for label in labels
        for text in printed
    )
    names = {place.table for place in gone}
    by_white = any(
        label.cell.confidence < _WHOLE for label in registration.labels if label.table in names
    )
    return "undetermined" if was_recognised(pages) or seen or by_white else "source"


def _whole(
    inside: Sequence[str], gone: set[str], where: Mapping[str, Place], *, by_row: bool
) -> set[str]:
    """Return the pointers of rows (or columns) of which nothing was found."""
    lines: dict[str, list[str]] = {}
    for pointer in inside:
        place = where[pointer]
        lines.setdefault(place.row if by_row else place.column, []).append(pointer)
    return {p for line in lines.values() if gone.issuperset(line) for p in line}


def _finding(
    cause: Cause, message: str, message_en: str, pointers: Sequence[str], page: int | None
) -> Finding:
    return Finding(
        code="STR-TABLE",
        severity="error",
        cause=cause,
        message=message,
        message_en=message_en,
        paths=tuple(pointers),
        page=page,
    )


def check_labels(registration: Registration, pages: Sequence[Page]) -> Outcome:
    """Report labels worded unlike the form; punctuation, width, spacing and numbering are free."""
    sources = {page.number: page.source for page in pages}
    too_coarse = {page.number for page in pages if max(page.width, page.height) < _FINE_PX}
    own = {
        (table.name, _wording(cell.text))
        for table in registration.form.tables
        for cell in table.cells
    }
    well = {
        (label.table, label.form_cell)
        for label in registration.labels
        if (label.table, _wording(label.cell.text)) in own
    }  # what is right in one place, found twice, is hardly misprinted in the other
    applied, findings = 0, []
    for reading in registration.labels:
        by_eye = sources.get(reading.cell.page, "ocr") == "ocr"
        least = _SURE if by_eye else _WHOLE
        if reading.form_cell.kind == "corner" or reading.cell.confidence < least:
            continue
        applied += 1
        known = (reading.table, _wording(reading.cell.text)) in own
        if reading.contradicts:  # a label of the form in another's place may be our misplacing
            findings.append(_contradiction(reading, by_eye=by_eye or known))
            continue
        if known:
            continue  # a label of the form, though perhaps not the one it was taken for
        weak = reading.cell.page in too_coarse or (reading.table, reading.form_cell) in well
        wordings = {words for table, words in own if table == reading.table}
        finding = _label_finding(reading, wordings, by_eye=by_eye, weak=weak)
        if finding is not None:
            findings.append(finding)
    for name, header in registration.beyond:
        by_eye = sources.get(header.page, "ocr") == "ocr"
        findings.append(_column_beyond(name, header, by_eye=by_eye))
    checked = Checked(checked=applied + len(registration.beyond), failed=len(findings))
    return Outcome(findings=tuple(findings), checked={"STR-LABEL": checked})


def _column_beyond(name: TableName, header: Cell, *, by_eye: bool) -> Finding:
    """Say that a table has a column more than the form; its numbers are not read."""
    text = fold(header.text)
    return Finding(
        code="STR-LABEL",
        severity="warning",
        cause="undetermined" if by_eye else "source",
        message=f"{TABLE_TITLES[name]}右侧多出“{text}”一列，规定格式没有此列；该列未计入",
        message_en=f"{TABLE_TITLES_EN[name]}: a column “{text}” stands right of the form's; the "
        "form has none, and its cells are not read",
        paths=(f"/{name}",),
        actual=text,
        page=header.page,
        box=header.box,
        suggestion="说明文字请写在表外。",
        suggestion_en="Put remarks outside of the table.",
    )


def _contradiction(reading: LabelReading, *, by_eye: bool) -> Finding:
    """Say that another label stands where the form has one; the numbers there are doubtful."""
    text = fold(reading.cell.text)
    return Finding(
        code="STR-LABEL",
        severity="warning",
        cause="undetermined" if by_eye else "source",
        message=f"{TABLE_TITLES[reading.table]}：应为“{reading.form_cell.text}”之处印的是“{text}”，"
        "其数字的归属存疑，请对照原件",
        message_en=f"{TABLE_TITLES_EN[reading.table]}: “{text}” is printed where the form has "
        f"“{reading.form_cell.text}”; whose the numbers there are is in doubt",
        paths=(f"/{reading.table}",),
        expected=reading.form_cell.text,
        actual=text,
        page=reading.cell.page,
        box=reading.cell.box,
    )


def _label_finding(
    reading: LabelReading, wordings: Set[str], *, by_eye: bool, weak: bool
) -> Finding | None:
    printed, stated = _wording(reading.cell.text), _wording(reading.form_cell.text)
    off = distance(printed, stated)
    if plain(reading.cell.text) == plain(reading.form_cell.text):
        return None  # the same but for punctuation, even that of its number
    if not printed or off == 0 or off > max(1, _MOST_OFF * len(stated)):
        return None
    text = fold(reading.cell.text)
    if by_eye and printed.rstrip("0123456789") == stated:
        return None  # a ruling was lost beside it: the number is told to be doubtful
    # Two readers hardly exchange a character alike; but both lose what is cut off, and both see
    # what stands beside where a ruling was lost.
    whole = len(printed) >= len(stated) and printed[0] == stated[0] and printed[-1] == stated[-1]
    alike = whole and len(printed) - len(stated) <= 1 and reading.cell.seconded
    ours = by_eye and (weak or not alike or not _is_simplified(printed))
    ours = (
        ours or printed.replace(stated, "", 1) in wordings
    )  # two labels no line was found between
    doubt = "；也可能是识别之误，请对照原件" if ours else ""
    return Finding(
        code="STR-LABEL",
        severity="warning",
        cause="undetermined" if ours else "source",
        message=f"{TABLE_TITLES[reading.table]}：“{text}”与规定格式“{reading.form_cell.text}”"
        f"不一致{doubt}",
        message_en=f"{TABLE_TITLES_EN[reading.table]}: “{text}” differs from the form's"
        f" “{reading.form_cell.text}”",
        paths=(f"/{reading.table}",),
        expected=reading.form_cell.text,
        actual=text,
        page=reading.cell.page,
        box=reading.cell.box,
    )


def _is_simplified(text: str) -> bool:
    """Say whether a text is written in characters that are in use: GB 2312 has them all.

    Readers know the traditional ones too, and take a blurred 数 for 數.
    """
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _wording(label: str) -> str:
    return bare(_NUMBERING.sub("", fold(label)))

"""STR-TEMPLATE: the tables are those of the report year, and no superseded notice is cited."""

from collections.abc import Iterator, Sequence

from schemas.form import Form
from schemas.forms import FORMS, form_for
from schemas.page import Page
from schemas.record import Record
from schemas.table import Table
from schemas.validation import Cause, Checked, Finding
from workers.pipeline.metadata import read_metadata
from workers.pipeline.paragraphs import flow, text_lines
from workers.pipeline.places import TABLE_TITLES, TABLE_TITLES_EN, places
from workers.pipeline.tables.template import foreign_tables
from workers.pipeline.validate.outcome import Outcome, was_recognised
from workers.pipeline.wording import bare

_SURE = 0.9
"""Score from which a notice's number read from pixels is taken for what is printed."""
_WITNESSES = 2
"""Places that must state a year read from pixels before it is held against the tables."""


def check_template(
    record: Record, form: Form, pages: Sequence[Page], tables: Sequence[Table] = ()
) -> Outcome:
    """Check the template; `tables` are those of the document, the statutory ones named."""
    if record.template is None:
        return Outcome()
    findings = [
        *_wrong_year(record, form, pages),
        *_mixed(form, pages, tables),
        *_superseded_notice(record, form, pages),
    ]
    checked = Checked(checked=1, failed=min(len(findings), 1))
    return Outcome(findings=tuple(findings), checked={"STR-TEMPLATE": checked})


def _wrong_year(record: Record, form: Form, pages: Sequence[Page]) -> Iterator[Finding]:
    year = record.year
    due = form_for(year) if year is not None else None
    if year is None or due is form:
        return
    cause = _cause_of_year(record, pages)
    doubt = "；也可能是年份识别之误，请对照原件" if cause != "source" else ""
    wanted = f"应为{due.notice}的表格" if due else "该年度尚无此格式，请核对年份"
    wanted_en = f"instead of {due.notice}" if due else "a year before any such form"
    yield Finding(
        code="STR-TEMPLATE",
        severity="error",
        cause=cause,
        message=f"{year} 年度的报告用了{form.notice}的表格（{_years(form)}使用），{wanted}{doubt}",
        message_en=f"a report for {year} set in the tables of {form.notice}, {wanted_en}",
        paths=("/template",),
        expected=due.notice if due else None,
        actual=form.notice,
    )


def _years(form: Form) -> str:
    return (
        f"{form.first_year} 年度起"
        if form.last_year is None
        else (f"{form.first_year}—{form.last_year} 年度")
    )


def _cause_of_year(record: Record, pages: Sequence[Page]) -> Cause:
    """Hold a year read from pixels against the tables only where two places state it."""
    if not was_recognised(pages):
        return "source"
    said = read_metadata(text_lines(pages), record.sections, record.source)
    alike = {statement.origin for statement in said.years if statement.value == str(record.year)}
    return "source" if len(alike) >= _WITNESSES else "undetermined"


def _mixed(form: Form, pages: Sequence[Page], tables: Sequence[Table]) -> Iterator[Finding]:
    """Yield the tables that are another form's than the others."""
    where = places(form)
    for name, template in foreign_tables(tables, form).items():
        other = FORMS[template]
        yield Finding(
            code="STR-TEMPLATE",
            severity="error",
            cause="undetermined" if was_recognised(pages) else "source",
            message=f"{TABLE_TITLES[name]}是{other.notice}的表格，"
            f"而本报告其余表格是{form.notice}的格式；对不上的数据格未能归位",
            message_en=f"the {TABLE_TITLES_EN[name]} is that of {other.notice}, the others are of "
            f"{form.notice}; cells without a counterpart were not placed",
            paths=tuple(pointer for pointer, place in where.items() if place.table == name),
            expected=form.notice,
            actual=other.notice,
            page=next(table.pages[0] for table in tables if table.form == name),
        )


def _superseded_notice(record: Record, form: Form, pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield the notice the text cites where a later one is due, and is not cited too."""
    due = (form_for(record.year) if record.year is not None else None) or form
    running = flow(text_lines(pages))
    text = bare(running.text)
    for older in FORMS.values():
        wanted = bare(older.notice.removeprefix("国办"))
        if older.first_year >= due.first_year or bare(due.notice) in text or wanted not in text:
            continue
        line = running.line_at(_find_bare(running.text, wanted))
        yield Finding(
            code="STR-TEMPLATE",
            severity="error",
            cause="undetermined" if line.source == "ocr" and line.confidence < _SURE else "source",
            message=f"正文引用的是已被取代的通知（{older.notice}），应为{due.notice}",
            message_en=f"the text cites the superseded notice instead of {due.notice}",
            paths=("/template",),
            expected=due.notice,
            actual=older.notice,
            page=line.page,
            box=line.box,
        )


def _find_bare(text: str, wanted: str) -> int:
    """Return where in `text` the wanted wording begins, punctuation not counted."""
    kept = [(at, char) for at, char in enumerate(text) if bare(char)]
    return kept["".join(char for _, char in kept).find(wanted)][0]

"""STR-TABLE, STR-SECTION, STR-LABEL, STR-TEMPLATE: the report against the form's build.

What is not found on a scan may be our omission: then the cause is `undetermined` and the message
says so. A single character exchanged in a scanned wording may be a misreading just as well.
"""

from collections.abc import Iterator, Sequence

from schemas.form import Form, SectionTitle
from schemas.page import Page
from schemas.record import Record
from schemas.validation import Cause, Checked, Finding
from workers.pipeline.paragraphs import PlacedLine, flow, text_lines
from workers.pipeline.sections import Heading, find_headings
from workers.pipeline.validate.outcome import Outcome, was_recognised
from workers.pipeline.wording import bare

_SURE = 0.9
"""Score from which a notice's number read from pixels is taken for what is printed."""
_DOUBT = "；也可能是识别之误，请对照原件"
_DOUBT_EN = "; this may be a misreading"
_SUPERSEDED = {"2021": "公开办函〔2019〕60号"}


def check_sections(form: Form, pages: Sequence[Page]) -> Outcome:
    """Check that every section is there, numbered, in order and titled like the form."""
    lines = text_lines(pages)
    headings = find_headings(lines, form)
    findings = [*_missing_sections(form, headings, pages), *_out_of_order(headings, lines)]
    for heading in headings:
        findings += _titled_unlike(form, heading, lines[heading.first])
    failed = min(len(findings), len(form.sections))
    checked = Checked(checked=len(form.sections), failed=failed)
    return Outcome(findings=tuple(findings), checked={"STR-SECTION": checked})


def _missing_sections(
    form: Form, headings: Sequence[Heading], pages: Sequence[Page]
) -> Iterator[Finding]:
    present = {heading.form_number or heading.number for heading in headings}
    unread = any(page.failure is not None for page in pages)
    cause: Cause = "undetermined" if was_recognised(pages) else "source"
    for section in form.sections:
        if section.number not in present:
            doubt = "；有的页没有读出" if unread else _DOUBT if cause != "source" else ""
            yield _section_finding(
                "recognition" if unread else cause,
                f"缺少第{_numeral(section.number)}部分“{section.title}”{doubt}",
                f"section {section.number} ({section.title}) was not found",
                expected=section.title,
            )


def _out_of_order(headings: Sequence[Heading], lines: Sequence[PlacedLine]) -> Iterator[Finding]:
    highest = 0
    for heading in headings:
        order = heading.form_number or heading.number or 0
        if order < highest:
            yield _section_finding(
                "source",
                f"“{heading.title}”的次序与规定格式不一致",
                f"“{heading.title}” stands out of the form's order",
                line=lines[heading.first],
                actual=heading.title,
            )
        highest = max(highest, order)


def _titled_unlike(form: Form, heading: Heading, line: PlacedLine) -> Iterator[Finding]:
    section = next((s for s in form.sections if s.number == heading.form_number), None)
    if section is None:
        section = next((s for s in form.sections if s.number == heading.number), None)
    if section is None:
        yield _section_finding(
            _cause(line),
            f"规定格式没有“{heading.title}”这一部分",
            f"the form has no section “{heading.title}”",
            line=line,
            actual=heading.title,
        )
        return
    if heading.number is None:
        yield _section_finding(
            _cause(line),
            f"“{heading.title}”没有编号，应为“{_numeral(section.number)}、{section.title}”",
            f"section {section.number} (“{heading.title}”) bears no number",
            line=line,
            expected=f"{_numeral(section.number)}、{section.title}",
            actual=heading.title,
        )
    elif heading.number != section.number:
        yield _section_finding(
            _cause(line),
            f"“{heading.title}”编号为{_numeral(heading.number)}，应为{_numeral(section.number)}",
            f"“{heading.title}” is numbered {heading.number}, not {section.number}",
            line=line,
            expected=str(section.number),
            actual=str(heading.number),
        )
    yield from _worded_unlike(form, section, heading, line)


def _worded_unlike(
    form: Form, section: SectionTitle, heading: Heading, line: PlacedLine
) -> Iterator[Finding]:
    wording = bare(heading.title)
    known = [bare(title) for title in (section.title, *section.variants)]
    if wording in known:
        return
    cause = _cause(line)
    doubt, doubt_en = ("", "") if cause == "source" else (_DOUBT, _DOUBT_EN)
    yield _section_finding(
        cause,
        f"第{_numeral(section.number)}部分标题为“{heading.title}”，"
        f"规定格式为“{section.title}”{doubt}",
        f"section {section.number} is titled “{heading.title}”, the form says"
        f" “{section.title}”{doubt_en}",
        line=line,
        expected=section.title,
        actual=heading.title,
    )


def _section_finding(
    cause: Cause,
    message: str,
    message_en: str,
    *,
    line: PlacedLine | None = None,
    expected: str | None = None,
    actual: str | None = None,
) -> Finding:
    return Finding(
        code="STR-SECTION",
        severity="warning",
        cause=cause,
        message=message,
        message_en=message_en,
        paths=("/sections",),
        expected=expected,
        actual=actual,
        page=line.page if line else None,
        box=line.box if line else None,
    )


def _cause(line: PlacedLine) -> Cause:
    """Leave the cause open on a scan: a character, or a line's beginning, may be our loss."""
    return "undetermined" if line.source == "ocr" else "source"


def _numeral(number: int) -> str:
    return "一二三四五六七八九十"[number - 1] if 1 <= number <= 10 else str(number)


def check_template(record: Record, form: Form, pages: Sequence[Page]) -> Outcome:
    """Check that the tables are those of the report year and no superseded notice is cited."""
    if record.template is None:
        return Outcome()
    findings = [*_wrong_year(record, form), *_superseded_notice(record, form, pages)]
    checked = Checked(checked=1, failed=min(len(findings), 1))
    return Outcome(findings=tuple(findings), checked={"STR-TEMPLATE": checked})


def _wrong_year(record: Record, form: Form) -> Iterator[Finding]:
    year = record.year
    if year is None or form.first_year <= year <= (form.last_year or year):
        return
    yield Finding(
        code="STR-TEMPLATE",
        severity="error",
        cause="undetermined" if record.source.kind in ("scan", "image", "mixed") else "source",
        message=f"{year} 年的报告用了{form.notice}的表格，该格式自 {form.first_year} 年度起使用；"
        "若年份识别有误，请对照原件",
        message_en=f"a report for {year} set in the tables of {form.notice},"
        f" which is for years from {form.first_year}",
        paths=("/template",),
        expected=str(form.first_year),
        actual=str(year),
    )


def _superseded_notice(record: Record, form: Form, pages: Sequence[Page]) -> Iterator[Finding]:
    running = flow(text_lines(pages))
    wanted, text = bare(_SUPERSEDED.get(form.template, "")), running.text
    at = _find_bare(text, wanted) if wanted else -1
    if at < 0 or bare(form.notice) in bare(text):
        return
    line = running.line_at(at)
    yield Finding(
        code="STR-TEMPLATE",
        severity="error",
        cause="undetermined" if line.source == "ocr" and line.confidence < _SURE else "source",
        message=f"正文引用的是已被取代的通知（{_SUPERSEDED[form.template]}），应为{form.notice}",
        message_en=f"the text cites the superseded notice instead of {form.notice}",
        paths=("/template",),
        expected=form.notice,
        actual=_SUPERSEDED[form.template],
        page=line.page,
        box=line.box,
    )


def _find_bare(text: str, wanted: str) -> int:
    """Return where in `text` the wanted wording begins, punctuation not counted; -1 if nowhere."""
    kept = [(at, char) for at, char in enumerate(text) if bare(char)]
    found = "".join(char for _, char in kept).find(wanted)
    return kept[found][0] if found >= 0 else -1

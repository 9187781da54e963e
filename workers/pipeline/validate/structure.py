"""STR-SECTION: the sections of the report against those of the form.

What is not found on a scan may be our omission: then the cause is `undetermined` and the message
says so. A single character exchanged in a scanned wording may be a misreading just as well.
"""

from collections.abc import Iterator, Sequence

from schemas.form import Form, SectionTitle
from schemas.page import Page
from schemas.validation import Cause, Checked, Finding
from workers.pipeline.paragraphs import PlacedLine, text_lines
from workers.pipeline.sections import Heading, find_headings
from workers.pipeline.validate.outcome import Outcome, was_recognised
from workers.pipeline.wording import bare

_WHOLE = 0.9
"""Confidence below which a line that is no scan was not decoded in full."""
_DOUBT = "；也可能是识别之误，请对照原件"
_DOUBT_EN = "; this may be a misreading"


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
    """Leave the cause open on a scan: a character, or a line's beginning, may be our loss.

    So it may be in a line some of which could not be decoded.
    """
    return "undetermined" if line.source == "ocr" or line.confidence < _WHOLE else "source"


def _numeral(number: int) -> str:
    return "一二三四五六七八九十"[number - 1] if 1 <= number <= 10 else str(number)

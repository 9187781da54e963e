"""STR-ASPECT: what section one and section six must say.

Generous with wording: an aspect is missing only when nothing in section one speaks of it.
"""

import re
from collections.abc import Iterator, Sequence

from schemas.page import Page
from schemas.record import Record, Section
from schemas.validation import Cause, Checked, Finding
from workers.pipeline.paragraphs import text_lines
from workers.pipeline.places import form_of
from workers.pipeline.sections import find_headings
from workers.pipeline.validate.outcome import Outcome, was_recognised
from workers.pipeline.wording import fold

AT_MOST = 1000
"""Characters section one may have, by the form's “about 1,000”; white space is not counted."""
_ASPECTS = {
    "主动公开": (r"主动公开|公开.{0,12}信息|发布.{0,12}信息", "proactive disclosure"),
    "依申请公开": (r"依申请|申请公开|公开申请|信息公开申请|信息申请", "disclosure on request"),
    "政府信息管理": (
        r"信息.{0,6}管理|管理.{0,10}信息|信息.{0,8}(?:审核|审查|清理|更新|梳理)|(?:审核|审查).{0,10}信息"
        r"|保密审查|三审|公文.{0,6}(?:管理|属性)|文件.{0,6}(?:管理|清理|失效)|发布审核",
        "management of information",
    ),
    "政府信息公开平台建设": (
        r"平台|网站|网页|门户|新媒体|公众号|微信|微博|专栏|栏目|专区|查阅点|公报",
        "platforms",
    ),
    "监督保障": (r"监督|保障|考核|培训|评议|评估|责任追究|检查|督查|督导|领导小组", "supervision"),
}
_PATTERNS = {aspect: re.compile(pattern) for aspect, (pattern, _) in _ASPECTS.items()}
# One character may be misread; any that remains of the word will do.
_FEE = re.compile(
    r"信息处.费|信息处理.|.息处理费|信.处理费|信息.理费|处理费|公开(?:收费|费用)|收(?:取)?.{0,8}费用?|收费"
)


def check_aspects(record: Record, pages: Sequence[Page]) -> Outcome:
    """Check the five aspects and the length of section one, and the fee statement of section six.

    Sections that were not found are STR-SECTION's; where a page could not be read, or the
    file broke off, nothing is said.
    """
    if any(page.failure is not None or page.cut for page in pages):
        return Outcome()
    first = _text_of(record, 1)
    last = _text_of(record, 6)
    cause: Cause = "undetermined" if was_recognised(pages) else "source"
    findings = [*_first_findings(first, cause)] if first else []
    if last is not None and not _FEE.search(last):
        findings.append(_fee_finding(record, pages, cause))
    applied = (len(_ASPECTS) + 1) * bool(first) + (last is not None)
    checked = Checked(checked=applied, failed=min(len(findings), applied))
    return Outcome(findings=tuple(findings), checked={"STR-ASPECT": checked})


def _text_of(record: Record, number: int) -> str | None:
    """Return the folded text of a section of the form; None when it was not found."""
    title = next(s.title for s in form_of(record).sections if s.number == number)
    found = [s for s in record.sections if s.number == number or _is(s, title)]
    return fold("".join(section.text for section in found)) if found else None


def _is(section: Section, title: str) -> bool:
    return section.number is None and fold(section.title) == fold(title)


def _first_findings(text: str, cause: Cause) -> Iterator[Finding]:
    missing = [aspect for aspect, pattern in _PATTERNS.items() if not pattern.search(text)]
    if missing:
        yield _finding(
            cause,
            f"第一部分没有写到{'、'.join(f'“{aspect}”' for aspect in missing)}"
            f"；规定应写五个方面：{'、'.join(_ASPECTS)}",
            "section 1 does not speak of " + ", ".join(_ASPECTS[aspect][1] for aspect in missing),
            expected="、".join(_ASPECTS),
            actual="、".join(aspect for aspect in _ASPECTS if aspect not in missing) or "无",
        )
    if len(text) > AT_MOST:
        yield _finding(
            cause,
            f"第一部分 {len(text)} 字，规定一般不超过 {AT_MOST} 字",
            f"section 1 has {len(text)} characters; the form asks for at most about {AT_MOST}",
            expected=str(AT_MOST),
            actual=str(len(text)),
        )


def _fee_finding(record: Record, pages: Sequence[Page], cause: Cause) -> Finding:
    form = form_of(record)
    lines = text_lines(pages)
    heading = next(
        (h for h in find_headings(lines, form) if h.form_number == 6), None
    )  # section six
    line = lines[heading.first] if heading else None
    return _finding(
        cause,
        "第六部分没有写明信息处理费的收取情况",
        "section 6 says nothing of the information processing fee",
        expected="信息处理费",
    ).model_copy(update={"page": line.page if line else None, "box": line.box if line else None})


def _finding(
    cause: Cause,
    message: str,
    message_en: str,
    *,
    expected: str | None = None,
    actual: str | None = None,
) -> Finding:
    doubt = "" if cause == "source" else "；也可能没有识别出来，请对照原件"
    return Finding(
        code="STR-ASPECT",
        severity="info",
        cause=cause,
        message=message + doubt,
        message_en=message_en,
        paths=("/sections",),
        expected=expected,
        actual=actual,
    )

"""META-ISSUER, META-YEAR, META-PERIOD: missing, or title, text and file contradict each other."""

import re
from collections.abc import Iterator, Sequence

from schemas.form import Form
from schemas.page import Page
from schemas.record import Period, Record
from schemas.validation import Cause, Checked, Finding
from workers.pipeline.metadata import Metadata, Origin, Statement, read_metadata
from workers.pipeline.paragraphs import PlacedLine, text_lines
from workers.pipeline.periods import PeriodStatement
from workers.pipeline.validate.outcome import Outcome, was_recognised
from workers.pipeline.wording import bare, distance, is_abbreviation

_SURE = 0.9
_ORIGINS: dict[Origin, tuple[str, str]] = {
    "title": ("标题", "the title"),
    "text": ("正文", "the text"),
    "opening": ("总体情况开头", "the opening of section one"),
    "period": ("数据统计期限", "the period stated"),
    "signature": ("落款", "the signature"),
    "file": ("文件名", "the file name"),
}


def check_metadata(record: Record, form: Form, pages: Sequence[Page]) -> Outcome:
    """Compare what title, text, period, signature and file name say of the report."""
    said = read_metadata(text_lines(pages), record.sections, record.source)
    ours: Cause = "undetermined" if was_recognised(pages) else "source"
    families = {
        "META-ISSUER": [*_issuer_missing(said, ours), *_issuers_differ(said)],
        "META-YEAR": [*_year_missing(said, ours), *_years_differ(said)],
        "META-PERIOD": [*_period_missing(said, ours), *_periods_differ(said)],
    }
    return Outcome(
        findings=tuple(finding for found in families.values() for finding in found),
        checked={code: Checked(checked=1, failed=min(len(f), 1)) for code, f in families.items()},
    )


def _issuer_missing(said: Metadata, cause: Cause) -> Iterator[Finding]:
    if not said.issuers:
        text = "没有找到发布机关：标题、正文、落款都没有写明"
        yield _finding("META-ISSUER", cause, text, "no issuer is named in title, text or signature")
    elif said.issuers[0].origin != "title":
        first = said.issuers[0]
        origin, origin_en = _ORIGINS[first.origin]
        lack, lack_en = ("标题没有写明发布机关", "the title names no issuer")
        if said.title is None:
            lack, lack_en = ("报告没有标题", "the report bears no title")
        yield _finding(
            "META-ISSUER",
            cause,
            f"{lack}，发布机关“{first.value}”只见于{origin}",
            f"{lack_en}; the issuer {first.value} is named only in {origin_en}",
            line=first.line,
            actual=first.value,
        )


def _issuers_differ(said: Metadata) -> Iterator[Finding]:
    if not said.issuers:
        return
    first, *others = said.issuers
    told: set[str] = set()
    for other in others:
        if not _same_organ(first.value, other.value) and other.value not in told:
            told.add(other.value)
            yield _contradiction("META-ISSUER", "发布机关", "issuer", first, other)


def _same_organ(left: str, right: str) -> bool:
    """Say whether two names may mean one organ: one shortens the other, or a character is off."""
    names = [bare(re.sub(r"[（(][^）)]*[）)]", "", name)) for name in (left, right)]
    short, full = sorted(names, key=len)
    return is_abbreviation(short, full) or distance(short, full) <= 1


def _year_missing(said: Metadata, cause: Cause) -> Iterator[Finding]:
    if not said.years:
        text = "没有找到报告年度：标题、正文都没有写明"
        yield _finding("META-YEAR", cause, text, "no report year is stated in title or text")


def _years_differ(said: Metadata) -> Iterator[Finding]:
    if not said.years:
        return
    first, *others = said.years
    told: set[tuple[str, Origin]] = set()
    for other in others:
        key = (other.value, other.origin)
        if other.value != first.value and other.origin != "period" and key not in told:
            told.add(key)
            yield _contradiction("META-YEAR", "报告年度", "report year", first, other)


def _contradiction(
    code: str, what: str, what_en: str, first: Statement, other: Statement
) -> Finding:
    origin, origin_en = _ORIGINS[first.origin]
    against, against_en = _ORIGINS[other.origin]
    return _finding(
        code,
        _cause(first.line, other.line),
        f"{what}前后不一：{origin}为“{first.value}”，{against}为“{other.value}”",
        f"the {what_en} differs: {origin_en} says {first.value}, {against_en} {other.value}",
        line=other.line or first.line,
        expected=first.value,
        actual=other.value,
    )


def _period_missing(said: Metadata, cause: Cause) -> Iterator[Finding]:
    if not said.periods:
        yield _finding(
            "META-PERIOD", cause, "没有写明数据统计期限", "the period of the figures is not stated"
        )


def _periods_differ(said: Metadata) -> Iterator[Finding]:
    told: list[Period] = []
    for stated in said.periods:
        if stated.period in told:
            continue
        told.append(stated.period)
        if len(told) > 1:
            yield _period_finding(stated, _dates(told[0]), "前文", "an earlier statement")
        elif said.year is not None and said.years[0].origin != "period":
            whole = {stated.period.start.year, stated.period.end.year} == {said.year}
            if not whole:
                origin, origin_en = _ORIGINS[said.years[0].origin]
                yield _period_finding(stated, f"{said.year} 年", origin, origin_en)


def _period_finding(
    stated: PeriodStatement, expected: str, against: str, against_en: str
) -> Finding:
    """Blame the print only where both dates name the same year: one digit alone may be misread."""
    dates = _dates(stated.period)
    by_eye = stated.line is not None and stated.line.source == "ocr"
    lone = by_eye and stated.period.start.year != stated.period.end.year
    return _finding(
        "META-PERIOD",
        "undetermined" if lone else _cause(stated.line),
        f"数据统计期限为{dates}，与{against}（{expected}）不一致",
        f"the period {stated.period.start} to {stated.period.end} contradicts {against_en}",
        line=stated.line,
        expected=expected,
        actual=dates,
    )


def _dates(period: Period) -> str:
    days = (f"{day.year}年{day.month}月{day.day}日" for day in (period.start, period.end))
    return "至".join(days)


def _cause(*lines: PlacedLine | None) -> Cause:
    doubtful = (
        line is not None and line.source == "ocr" and line.confidence < _SURE for line in lines
    )
    return "undetermined" if any(doubtful) else "source"


def _finding(
    code: str,
    cause: Cause,
    message: str,
    message_en: str,
    *,
    line: PlacedLine | None = None,
    expected: str | None = None,
    actual: str | None = None,
) -> Finding:
    doubt = "" if cause == "source" else "；也可能没有识别出来，请对照原件"
    return Finding(
        code=code,
        severity="warning",
        cause=cause,
        message=message + doubt,
        message_en=message_en,
        paths=(f"/{code.removeprefix('META-').lower()}",),
        expected=expected,
        actual=actual,
        page=line.page if line else None,
        box=line.box if line else None,
    )

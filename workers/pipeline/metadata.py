"""Running text → what the report says of itself: title, issuer, year, period.

Every statement keeps its origin and line, so that contradictions can be shown; the record takes
the statement of the highest rank. Nothing is guessed: what is not settled is null.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from schemas.forms import FORMS
from schemas.page import Page
from schemas.record import Period, Section, Source
from workers.pipeline.paragraphs import Flow, PlacedLine, flow, paragraphs, text_lines
from workers.pipeline.periods import PeriodStatement, read_periods
from workers.pipeline.sections import read_sections
from workers.pipeline.title import Title, find_title, is_organ, parse_title
from workers.pipeline.wording import fold, year_number

Origin = Literal["title", "text", "opening", "period", "signature", "file"]

_YEAR = r"(20\d\d|二[〇○零O0][一二三四五六七八九〇○零]{2})"
# A sentence in which the report speaks of itself and not of last year's report.
_REPORTS = re.compile(
    rf"(?:现将|现依据|现根据|向社会|特此|报告如下|公布如下)[^。；]{{0,80}}?{_YEAR}年度?政府信息公开"
)
_REPORTING_ORGAN = re.compile(
    rf"(?:现将|报告|公布)《?([\u4e00-\u9fff()]{{4,30}}?){_YEAR}年度?政府信息公开"
)
# Sentences by which a report without a title says whose it is.
_NAMED = r"([\u4e00-\u9fff]{4,30}?(?:\([\u4e00-\u9fff]{2,6}\))?)"
_INTRODUCED = (
    re.compile(
        rf"本(?:年度)?报告(?:系?由|是){_NAMED}(?:按照|根据|依据|依照|按|负责|编|撰写|汇总|发布)"
    ),
    re.compile(
        rf"(?:^|[,。;:《“\"年]){_NAMED}\((?:以下|下文)?(?:统称|简称)[为:“\"‘]*[我本](?:局|委|办|厅|校|院"
        r"|中心|机关|单位|部门|县|市|区|镇|乡|街道|公司|所|站)"
    ),
    re.compile(
        rf"(?:^|[,。;:]){_NAMED}(?:编制|制作|撰写|形成|公布|发布)了?《?(?:本单位|本机关)?{_YEAR}年度?政府"
    ),
)
_NO_NAME = re.compile(r"规定|要求|条例|精神|通知|部署|文件|工作|报告|情况|根据|按照")
_WE = re.compile(r"[我本](?:局|委|办|厅|校|院|中心|机关|单位|县|市|区|镇|乡|街道|公司|所|站)$")
_OPENING_YEAR = re.compile(
    rf"{_YEAR}年度?[,，、]|{_YEAR}年(?=[\u4e00-\u9fff]{{2,12}}(?:局|委|厅|坚持|认真|全面))"
)
_DATE_LINE = re.compile(rf"{_YEAR}年[\d一二三四五六七八九十]+月[\d一二三四五六七八九十]+日")
_LAST_LINES = 4
_ORGAN_IN_TEXT = re.compile(
    r"(?:^|[,，。;；:：《“\"、\n年])([\u4e00-\u9fff]{2,8}?[省市县区旗州镇乡][\u4e00-\u9fff]{1,12}?"
    r"(?:局|委员会|厅|办公室|人民政府|街道办事处|管委会|中心)(?:\([\u4e00-\u9fff]{2,6}\))?)"
)
_LEADING = re.compile(r"^(?:根据|按照|依据|由|经|对|向|为|在|以|将|现将|今年|本年|度|来)+")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What one place of the document says: an issuer, or a year in figures."""

    value: str
    origin: Origin
    line: PlacedLine | None = None


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """All statements of a document about itself, those of the highest rank first."""

    title: Title | None
    issuers: tuple[Statement, ...]
    years: tuple[Statement, ...]
    periods: tuple[PeriodStatement, ...]

    @property
    def issuer(self) -> str | None:
        """The issuer by the statement of the highest rank."""
        return self.issuers[0].value if self.issuers else None

    @property
    def year(self) -> int | None:
        """The report year by the statement of the highest rank."""
        return int(self.years[0].value) if self.years else None

    @property
    def period(self) -> Period | None:
        """The first period stated."""
        return self.periods[0].period if self.periods else None


def read_metadata(
    lines: Sequence[PlacedLine], sections: Sequence[Section], source: Source
) -> Metadata:
    """Collect what title, text, period, signature and file name say."""
    running = flow(lines)
    title = find_title(lines)
    filed = parse_title(source.filename.rsplit(".", 1)[0])
    periods = tuple(read_periods(running))
    issuers = [*_title_issuer(title), *_text_issuers(running), *_signature(lines)]
    if not issuers:
        issuers += _introduced_issuer(running)
    if not issuers:
        issuers += _mentioned_issuer(running)
    years = [*_title_year(title), *_text_years(running), *_opening_year(sections)]
    years += [
        Statement(value=str(stated.period.end.year), origin="period", line=stated.line)
        for stated in periods
    ]
    if filed is not None:
        years.append(Statement(value=str(filed.year), origin="file"))
        if filed.issuer is not None and is_organ(filed.issuer):
            issuers.append(Statement(value=filed.issuer, origin="file"))
    return Metadata(title=title, issuers=tuple(issuers), years=tuple(years), periods=periods)


def stated_year(pages: Sequence[Page], source: Source) -> int | None:
    """Return the report year a document states, before anything is known of its tables."""
    lines = text_lines(pages)
    sections = read_sections(lines, next(iter(FORMS.values())))  # titled alike in all forms
    return read_metadata(lines, sections, source).year


def _title_issuer(title: Title | None) -> Iterator[Statement]:
    if title is not None and title.issuer is not None:
        yield Statement(value=title.issuer, origin="title", line=title.line)


def _title_year(title: Title | None) -> Iterator[Statement]:
    if title is not None:
        yield Statement(value=str(title.year), origin="title", line=title.year_line)


def _text_issuers(running: Flow) -> Iterator[Statement]:
    for found in _REPORTING_ORGAN.finditer(running.text):
        if _is_name(found[1]):
            line = running.line_at(found.start(1))
            yield Statement(value=_as_printed(found[1]), origin="text", line=line)


def _is_name(name: str) -> bool:
    """Say whether a text is an organ's name, and not 我局 or 本机关."""
    return is_organ(name) and not _WE.search(name)


def _introduced_issuer(running: Flow) -> list[Statement]:
    """Return the organ a sentence introduces as the one that reports; the first such."""
    for pattern in _INTRODUCED:
        for found in pattern.finditer(running.text):
            name = _LEADING.sub("", found[1])
            if _is_name(name) and not _NO_NAME.search(name):
                line = running.line_at(found.start(1))
                return [Statement(value=_as_printed(name), origin="text", line=line)]
    return []


def _signature(lines: Sequence[PlacedLine]) -> Iterator[Statement]:
    """Yield the organ that signs, when the last lines are an organ and a date."""
    last = list(lines[-_LAST_LINES:])
    if any(_DATE_LINE.fullmatch(fold(line.text)) for line in last):
        for line in last:
            if is_organ(fold(line.text)):
                yield Statement(value=_as_printed(fold(line.text)), origin="signature", line=line)


def _mentioned_issuer(running: Flow) -> list[Statement]:
    """Return the one organ the text names again and again; none when it has a rival."""
    counts: Counter[str] = Counter()
    for text in paragraphs(running.lines):
        for found in _ORGAN_IN_TEXT.finditer(fold(text)):
            name = _LEADING.sub("", found[1])
            counts.update([name] * is_organ(name))
    ranked = [*counts.most_common(2), ("", 0), ("", 0)]
    (name, named), (_, rival) = ranked[:2]
    at = running.text.find(name)
    if named < 2 or rival * 2 >= named or at < 0:
        return []
    return [Statement(value=_as_printed(name), origin="text", line=running.line_at(at))]


def _text_years(running: Flow) -> Iterator[Statement]:
    for found in _REPORTS.finditer(running.text):
        year = year_number(found[1])
        if year is not None:
            line = running.line_at(found.start(1))
            yield Statement(value=str(year), origin="text", line=line)


def _opening_year(sections: Sequence[Section]) -> Iterator[Statement]:
    """Yield the year with which section one opens: “2024年，我局……”."""
    first = next((s for s in sections if s.number in (1, None) and s.text), None)
    if first is not None and (found := _OPENING_YEAR.match(fold(first.text[:60]))):
        year = year_number(found[1] or found[2])
        if year is not None:
            yield Statement(value=str(year), origin="opening")


def _as_printed(name: str) -> str:
    return name.replace("(", "（").replace(")", "）")

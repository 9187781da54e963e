"""Sections → statements: the driver of the room."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from schemas.record import Section
from workers.pipeline.narrative import subjects
from workers.pipeline.narrative.alone import speaks_of_requests
from workers.pipeline.narrative.categories import Categories, categories_of, shares_named
from workers.pipeline.narrative.changes import changes_of
from workers.pipeline.narrative.counts import Count, Reader
from workers.pipeline.narrative.lists import Enumeration, enumerations_of, shares_of
from workers.pipeline.narrative.meaning import Topic
from workers.pipeline.narrative.nothing import all_closed, denies, nothings_of
from workers.pipeline.narrative.paragraph import Paragraph, paragraphs_of, sentences_of
from workers.pipeline.narrative.periods import Periods, read_periods
from workers.pipeline.narrative.quantities import Quantity, quantities_of
from workers.pipeline.narrative.statement import Kind, Statement
from workers.pipeline.narrative.words import TOPICS

_OVERVIEW, _REQUESTS, _COURTS, _OTHER_MATTERS = 1, 3, 4, 6
"""The sections of the form by number."""
_TITLE_AT_MOST = 30
"""A paragraph without a full stop and no longer than this is a title."""
_HEADING_AT_MOST = 24


@lru_cache(maxsize=8)
def read_statements(
    sections: tuple[Section, ...], year: int | None, issuer: str | None
) -> tuple[Statement, ...]:
    """Read what the sections state; the same sections are read once."""
    found: list[Statement] = []
    for at, section in enumerate(sections):
        carried: Topic | None = None
        before = ""
        for paragraph in paragraphs_of(section.text):
            if carried is None and section.number == _OVERVIEW:
                carried = "requests" if speaks_of_requests(paragraph.text, before) else None
            reading = _Reading.of(paragraph, at, section, year, issuer, carried)
            found += _apart(reading.statements())
            carried, before = reading.heads, paragraph.text
    return tuple(found)


def _apart(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Leave out statements whose span cuts that of one before."""
    spans: set[tuple[int, int]] = set()
    for statement in statements:
        start, end = statement.span
        if all((start, end) == span or end <= span[0] or span[1] <= start for span in spans):
            spans.add(statement.span)
            yield statement


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """A paragraph with what was found in it."""

    paragraph: Paragraph
    printed: str
    """The text of the section."""
    section: int
    sentences: list[tuple[int, int]]
    periods: Periods
    quantities: list[Quantity]
    counts: list[Count]
    topic: Topic | None
    year: int | None
    issuer: str | None
    courts: bool
    fees: bool

    @classmethod
    def of(
        cls,
        paragraph: Paragraph,
        at: int,
        section: Section,
        year: int | None,
        issuer: str | None,
        carried: Topic | None,
    ) -> "_Reading":
        """Find the quantities of a paragraph and what they are told of."""
        text = paragraph.text
        sentences = sentences_of(text)
        quantities = quantities_of(text)
        periods = read_periods(text, sentences, year, _matters)
        topic = _heading(text[:_HEADING_AT_MOST]) or carried
        if topic is None and section.number == _REQUESTS:
            topic = "requests"
        reader = Reader(
            paragraph=paragraph,
            periods=periods,
            quantities=quantities,
            sentences=sentences,
            issuer=issuer,
            section=section.number,
            year=year,
            topic=topic,
            disclosure=topic == "requests",
        )
        return cls(
            paragraph=paragraph,
            printed=section.text,
            section=at,
            sentences=sentences,
            periods=periods,
            quantities=quantities,
            counts=reader.read() if quantities else [],
            topic=topic,
            year=year,
            issuer=issuer,
            courts=section.number == _COURTS or topic == "requests",
            fees=section.number == _OTHER_MATTERS,
        )

    @property
    def heads(self) -> Topic | None:
        """The topic a title line gives to the paragraph under it."""
        text = self.paragraph.text
        return _heading(text) if len(text) <= _TITLE_AT_MOST and "。" not in text else None

    def statements(self) -> Iterator[Statement]:
        """Yield the statements of the paragraph."""
        text = self.paragraph.text
        yield from self._counted()
        yield from self._denied()
        if self.quantities or _CATEGORY.search(text):
            lists = [x for x in enumerations_of(text, self.quantities) if self._is_ours(x.total)]
            yield from self._lists(lists)
            yield from self._shares(lists)
            yield from self._changes()
            yield from self._approximate()

    def _counted(self) -> Iterator[Statement]:
        for count in self.counts:
            kind: Kind = "count"
            if count.readings == (subjects.INFORMATION_FEE,):
                kind = "information_fee"
            q = count.quantity
            yield self._state(
                kind,
                count.start,
                count.end,
                count.readings,
                q.value,
                q.half,
                q.unit,
                rounded=q.is_rounded,
            )

    def _denied(self) -> Iterator[Statement]:
        text = self.paragraph.text
        found = [
            *nothings_of(
                text,
                self.sentences,
                self.quantities,
                self.periods,
                issuer=self.issuer,
                courts=self.courts,
                fees=self.fees,
            ),
            *all_closed(text, self.sentences, self.counts),
        ]
        for nothing in found:
            for expression in nothing.expressions:
                kind: Kind = "none"
                if expression == subjects.INFORMATION_FEE:
                    kind = "information_fee"
                yield self._state(kind, nothing.start, nothing.end, (expression,), Decimal(0))

    def _lists(self, lists: Sequence[Enumeration]) -> Iterator[Statement]:
        for listed in lists:
            total = listed.total
            yield self._state(
                "list",
                self._clause(total),
                total.end,
                (subjects.LIST,),
                total.value,
                total.half,
                total.unit,
                parts=listed.as_parts,
                closed=listed.closed,
            )

    def _shares(self, lists: Sequence[Enumeration]) -> Iterator[Statement]:
        text = self.paragraph.text
        totals = [count.quantity for count in self.counts if count.is_total]
        for share in shares_of(text, self.quantities, lists, totals):
            yield self._share(share.percent, share.count.value, share.bases, sure=share.sure)
        for categories in categories_of(text):
            yield self._categories(categories)
            total = next((x for x in reversed(lists) if x.total.start < categories.start), None)
            if total is not None and total.total.value:
                parts = {part.name: part.value for part in total.as_parts}
                for percent, value in shares_named(categories, self.quantities, parts):
                    counted = categories.given in categories.listed
                    yield self._share(percent, value, (total.total.value,), sure=counted)

    def _share(
        self, percent: Quantity, value: Decimal, bases: tuple[Decimal, ...], *, sure: bool
    ) -> Statement:
        half = percent.half or Decimal("0.5")
        return self._state(
            "share",
            self._clause(percent),
            percent.end,
            (subjects.SHARE,),
            percent.value,
            half,
            "%",
            bases=(value, *bases),
            sure_base=sure,
        )

    def _categories(self, found: Categories) -> Statement:
        stated = found.announced if found.announced is not None else found.listed[0]
        return self._state(
            "categories",
            found.start,
            found.end,
            (subjects.CATEGORIES,),
            Decimal(stated),
            announced=found.announced,
            listed=found.listed,
            given=found.given,
        )

    def _changes(self) -> Iterator[Statement]:
        for change in changes_of(self.paragraph.text, self.quantities, self.counts, self.year):
            readings = tuple(subjects.GROWTH + reading for reading in change.count.readings)
            yield self._state(
                "growth",
                change.start,
                change.end,
                readings,
                change.value,
                change.half,
                change.unit,
                bases=(change.count.quantity.value,),
            )

    def _approximate(self) -> Iterator[Statement]:
        for q in self.quantities:
            if q.vague and self._is_ours(q):
                start = self._clause(q)
                yield self._state(
                    "approximate", start, q.end, (subjects.APPROXIMATE,), q.value, q.half, q.unit
                )

    def _is_ours(self, quantity: Quantity) -> bool:
        """Say whether a quantity is of this year and of the disclosure of information."""
        words = self.paragraph.text[self._clause(quantity) : quantity.start]
        return self.periods.is_own(quantity.start) and not _FOREIGN.search(words)

    def _clause(self, quantity: Quantity) -> int:
        """Return where the words that lead to a quantity begin."""
        told = next((count.start for count in self.counts if count.quantity is quantity), None)
        if told is not None:
            return told
        text = self.paragraph.text
        before = max(text.rfind(mark, 0, quantity.start) + 1 for mark in "，。；：（）！？")
        inside = [q.end for q in self.quantities if q.end <= quantity.start]
        start = max(before, inside[-1] if inside else 0)
        words = text[start : quantity.start]
        return quantity.start - len(words.lstrip("、和及与"))

    def _state(
        self,
        kind: Kind,
        start: int,
        end: int,
        readings: tuple[str, ...],
        value: Decimal,
        half: Decimal = Decimal(0),
        unit: str | None = None,
        **details: object,
    ) -> Statement:
        begin, stop = next(((b, e) for b, e in self.sentences if b <= start < e), (start, end))
        span = self.paragraph.span(start, end)
        return Statement(
            kind=kind,
            section=self.section,
            span=span,
            text=self.printed[slice(*span)],
            sentence=self.printed[slice(*self.paragraph.span(begin, stop))],
            readings=readings,
            value=value,
            half=half,
            unit=unit,
            **details,  # type: ignore[arg-type]  # the fields of one kind
        )


_COUNTED = re.compile(r"[\d余多一二两三四五六七八九十百千万][件份起宗条项次元篇个部例封]|%|倍|持平")


def _matters(text: str, begin: int, end: int) -> bool:
    """Say whether it matters what period a sentence speaks of."""
    return _COUNTED.search(text, begin, end) is not None or denies(text, begin, end)


_CATEGORY = re.compile(r"类|栏目|板块|领域|种")
_FOREIGN = re.compile(
    r"信访|来信|来访|来电|热线|12345|留言|咨询|建议|提案|议案|工单|公文|收文|发文|会议|培训|检查|力争|计划|拟(?![制定稿])|预计|目标"
)


def _heading(text: str) -> Topic | None:
    """Return the topic of a title or of the words that open a paragraph."""
    if "主动公开" in text:
        return "other"
    found = TOPICS.search(text)
    topics: dict[str | None, Topic] = {
        "requests": "requests",
        "review": "review",
        "litigation": "litigation",
    }
    return topics.get(found.lastgroup) if found else None

"""The quantities of a paragraph → statements about values of the form.

The paragraph is walked once from left to right. What the sentence is about so far (the topic), the
last total told and the period decide with the words around each number which value it is.
"""

import re
from dataclasses import dataclass, field

from workers.pipeline.narrative.disclosure_words import kind_of
from workers.pipeline.narrative.elsewhere import is_elsewhere, is_passed_on
from workers.pipeline.narrative.meaning import Place, Readings, Setting, Topic, before, behind
from workers.pipeline.narrative.paragraph import Paragraph
from workers.pipeline.narrative.periods import Periods
from workers.pipeline.narrative.quantities import MONEY, Quantity
from workers.pipeline.narrative.request_words import is_for_one_reason
from workers.pipeline.narrative.review_words import LAWSUIT_PATHS, LAWSUITS
from workers.pipeline.narrative.subjects import HANDLED, LITIGATION, NEW, RECEIVED
from workers.pipeline.narrative.words import (
    AS_KNOWN,
    LABELS,
    NOT_OURS,
    SEVERALLY,
    TOPICS,
    is_partial,
)

_STOP = re.compile(r"[，。；！？（）]")
_TAIL_STOP = re.compile(r"[，。；：！？（）、]")
_QUOTES = re.compile(r"[“”]")
_LEAD = re.compile(r"^(?:、|和|与|及|并|以及|其中|：|○)*")
_MODAL = re.compile(
    r"力争|争取|计划(?!生育)|拟(?![制定稿])|预计|目标|不少于|不低于|不得|至少|每(?:年|月|季|周|日|个|人)|平均|[人月日周季年]均|最[多少高低]的?|单[日月周]|当[日月]|应当|要求各|名额"
)
_COMPARED = re.compile(
    r"同比|环比|增长|增加|上升|下降|减少|降低|提高|[较比](?:上|去|20)|占(?!用)|比例|比重"
)
_OTHER_YEAR = re.compile(r"，(?:均)?(?:为|系|是|属于?)(?:20\d\d年|上一?年|去年|次年|下一?年)")


_BETWEEN = ("、", "，", "和", "及", "与", "以及", "、和")


@dataclass(frozen=True, kw_only=True)
class Count:
    """A quantity told of a value of the form; `start` to `end` prints the statement."""

    quantity: Quantity
    readings: Readings
    start: int
    end: int

    @property
    def is_total(self) -> bool:
        """Say whether it is a total of requests, of which applicants and outcomes are parts."""
        return self.readings[0] in _TOTALS


_TOTALS = (NEW, HANDLED)


@dataclass(kw_only=True)
class Reader:
    """Where the walk through a paragraph stands."""

    paragraph: Paragraph
    periods: Periods
    quantities: list[Quantity]
    sentences: list[tuple[int, int]]
    issuer: str | None
    section: int | None
    """The number of the section, as the form counts."""
    year: int | None
    topic: Topic | None = None
    disclosure: bool = False
    """Whether the text so far is about 政府信息公开 by name."""
    kind: str | None = None
    """The kind of rule the sentence is about."""
    total: Readings = RECEIVED
    """The readings of the last total of requests, which applicants are parts of."""
    lawsuits: Readings = (LITIGATION,)
    """The lawsuits spoken of last: all, or those of one path and, summed up behind it, all."""
    used: int = 0
    """Where the last quantity, with the words behind that belong to it, ends."""
    told: list[Count] = field(default_factory=list)
    labels: bool = False
    """Whether the sentence counts documents by whether they may be disclosed."""
    several: list[Quantity] = field(default_factory=list)
    """Quantities told together with one before."""

    def read(self) -> list[Count]:
        """Walk through the paragraph."""
        for begin, end in self.sentences:
            self._sentence(begin, end)
        return self.told

    def _sentence(self, begin: int, end: int) -> None:
        text = self.paragraph.text
        self.used = begin
        self.disclosure &= self.topic in ("requests", "review", "litigation")
        inside = [q for q in self.quantities if begin <= q.start < end]
        self.labels = bool(inside and LABELS.search(text, begin, end))
        named = inside and AS_KNOWN.search(text, begin, end)
        if named and not NOT_OURS.search(text, begin, end):
            self.topic = "requests"
        for at, quantity in enumerate(inside):
            following = inside[at + 1].start if at + 1 < len(inside) else end
            self._follow(self.used, quantity.start)
            if quantity not in self.several:
                self._quantity(quantity, begin, following)
            self.used = max(self.used, quantity.end)
        self._follow(self.used, end)

    def _follow(self, begin: int, end: int) -> None:
        """Follow the topic through a stretch of text."""
        for found in TOPICS.finditer(self.paragraph.text, begin, end):
            topic: Topic = found.lastgroup  # type: ignore[assignment]  # the groups are the topics
            if topic == "documents":
                self.kind = kind_of(found[0])
            self.topic = topic
        for found in LAWSUITS.finditer(self.paragraph.text, begin, end):
            self.lawsuits = LAWSUIT_PATHS[str(found.lastgroup)]
            self.topic = "litigation"
        if not self.disclosure:
            self.disclosure = bool(_DISCLOSURE.search(self.paragraph.text, begin, end))

    def _quantity(self, quantity: Quantity, begin: int, following: int) -> None:
        text = self.paragraph.text
        clause = max((m.end() for m in _STOP.finditer(text, begin, quantity.start)), default=begin)
        start = max(clause, self.used)
        start += len(_LEAD.match(text[start : quantity.start])[0])  # type: ignore[index]  # matches nothing too
        stop = _TAIL_STOP.search(text, quantity.end, following)
        tail_end = stop.start() if stop else following
        place = Place(
            head=_QUOTES.sub("", text[start : quantity.start]),
            tail=text[quantity.end : tail_end],
            clause=text[clause : quantity.start],
            sentence=text[begin : quantity.start],
            begin=begin,
            mark=text[tail_end : tail_end + 1],
        )
        if _OTHER_YEAR.match(text, tail_end) and "其中" in place.clause:
            return
        vague = quantity.approximate and not quantity.is_rounded
        if vague or not self.periods.is_own(quantity.start):
            return
        if _MODAL.search(place.clause) or (
            quantity.unit not in MONEY and _COMPARED.search(place.head)
        ):
            return
        self._tell(quantity, place, start, tail_end)

    def _tell(self, quantity: Quantity, place: Place, start: int, tail_end: int) -> None:
        if found := SEVERALLY.search(place.head):
            self._severally(quantity, place, found, start)
            return
        readings = before(quantity, place, self._setting)
        end = quantity.end
        if readings is None:
            readings = behind(quantity, place, self._setting)
            end = tail_end
        if readings is None or self._is_other(place, readings):
            return
        since = self.paragraph.text[max(place.begin, self.used) : quantity.start]
        if not (readings[0].endswith("_*") and is_for_one_reason(since)):
            self._count(quantity, readings, start, end)

    def _is_other(self, place: Place, readings: Readings) -> bool:
        """Say whether a number is told of documents, a theme, a part of the issuer, or others."""
        if readings[0].startswith("requests.") and (
            self.labels or is_passed_on(place.clause) or self._is_of_theme(place)
        ):
            return True
        told = [count.readings for count in self.told]
        return is_elsewhere(place, readings, issuer=self.issuer, total=self.total, told=told)

    def _count(self, quantity: Quantity, readings: Readings, start: int, end: int) -> None:
        count = Count(quantity=quantity, readings=readings, start=start, end=end)
        self.told.append(count)
        self.used = end
        if readings[0].startswith("requests."):
            self.topic = "requests"
        if count.is_total:
            self.total = readings

    def _severally(
        self, quantity: Quantity, place: Place, found: re.Match[str], start: int
    ) -> None:
        """Tell “行政复议、行政诉讼各1件” and “行政许可、行政处罚分别为12件、5件”."""
        names = re.split(r"、|和|及|与|以及", found["names"])
        alone = [before(quantity, place.named(name), self._setting) for name in names]
        numbers = self._run(quantity)
        if "分别" not in place.head[found.end("names") :]:
            numbers = [quantity] * len(names)
        self.several += numbers[1:]
        if len(names) < 2 or len(numbers) != len(names) or not all(alone):
            return
        for number, readings in zip(numbers, alone, strict=True):
            if readings is not None:
                first = number is quantity
                self._count(number, readings, start if first else number.start, number.end)

    def _run(self, first: Quantity) -> list[Quantity]:
        """Return a quantity and those that follow it with nothing but 、 or 和 between."""
        run = [first]
        for quantity in self.quantities[self.quantities.index(first) + 1 :]:
            if self.paragraph.text[run[-1].end : quantity.start] not in _BETWEEN:
                break
            run.append(quantity)
        return run

    def _is_of_theme(self, place: Place) -> bool:
        """Say whether a number is a part of requests of one theme or way: “涉及医疗120件，其中”."""
        first, _, _ = place.sentence.rpartition("其中")
        end = place.begin + len(first)
        before = [q for q in self.quantities if place.begin <= q.start and q.end <= end]
        if not before or any(count.quantity is before[-1] for count in self.told):
            return False
        words = _STOP.split(self.paragraph.text[place.begin : before[-1].start])[-1]
        return ("其中" in first or is_partial(words)) and not _COMPARED.search(words)

    @property
    def _setting(self) -> Setting:
        return Setting(
            topic=self.topic,
            kind=self.kind,
            total=self.total,
            lawsuits=self.lawsuits,
            courts=self.disclosure or self.section == _COURTS,
            fees=self.section == _OTHER_MATTERS,
            year=self.year,
        )


_DISCLOSURE = re.compile(r"信息公开|依申请|申请公开|公开申请")
_COURTS, _OTHER_MATTERS = 4, 6
"""The sections about reviews and lawsuits, and about fees, by number."""

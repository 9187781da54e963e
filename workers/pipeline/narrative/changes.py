"""Changes against last year: “同比增长12.3%”, “较上年减少5件”, “与上年持平”."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workers.pipeline.narrative.counts import Count
from workers.pipeline.narrative.quantities import Quantity
from workers.pipeline.narrative.subjects import RECEIVED

_LAST = r"(?:上年度?|上一年度?|去年(?:度)?|20\d\d年度?)(?:同期|全年|同比)?"
_AGAINST = rf"(?:同比|与{_LAST}(?:相比|相较|比)|[较比]{_LAST}(?:相比)?|相[较比](?:于)?{_LAST})"
_UP = r"增长|增加|上升|提高|增多|上涨|增幅|多|新增"
_DOWN = r"下降|减少|降低|下滑|回落|降幅|少|减"
_CHANGE = re.compile(
    rf"^(?:申请)?[，（、]?(?P<what>[^，。；（）]{{0,14}}?)[，]?(?P<against>{_AGAINST})[，]?(?P<what2>[^，。；（）]{{0,10}}?)"
    rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?:了|率|幅度|幅|为|达到?|约)*$"
)
_SAME = re.compile(
    rf"^(?:申请)?[，（、。]?(?P<what>[^，。；（）]{{0,10}}?)(?P<against>与{_LAST}(?:相比)?|同{_LAST}(?:相比)?|[较比]{_LAST}(?:相比)?|同比)[，]?(?:保持)?(?:持平|相同|一致|无变化|没有变化|未发生变化)"
)
_WHOLE = re.compile(
    r"^(?:的)?(?:申请|收件|受理|申请件|办件|办理|受理申请|政府信息公开申请|依申请公开)?(?:总)?(?:数量|数|量|总量|总数|件数)?$"
)
_YEAR = re.compile(r"20\d\d")


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of a total told: its value signed, `start` to `end` printing it."""

    count: Count
    value: Decimal
    half: Decimal
    unit: str | None
    start: int
    end: int


def changes_of(
    text: str, quantities: Sequence[Quantity], told: Sequence[Count], year: int | None
) -> list[Change]:
    """Return the changes told right behind a total of the form, or of its name."""
    found: list[Change] = []
    for count in told:
        behind = _past_brackets(text, count.end)
        later = next((q for q in quantities if q.start >= behind), None)
        if later is not None and not later.approximate:
            change = _change(text, count, later, behind, year)
            if change is not None:
                found.append(change)
        if same := _same(text, count, year):
            found.append(same)
    ends = {change.end for change in found}
    named = _named_changes(text, quantities, told, year)
    return [*found, *(change for change in named if change.end not in ends)]


def _past_brackets(text: str, at: int) -> int:
    """Return where the text goes on behind brackets that open right at `at`."""
    closing = text.find("）", at)
    if text[at : at + 1] == "（" and closing > 0 and "（" not in text[at + 1 : closing]:
        return closing + 1
    return at


def _change(
    text: str, count: Count, quantity: Quantity, behind: int, year: int | None
) -> Change | None:
    if quantity.unit not in ("%", "倍", count.quantity.unit):
        return None
    words = text[behind : quantity.start]
    found = _CHANGE.match(words)
    if found is None or not _is_last_year(found["against"], year):
        return None
    if not _WHOLE.match(found["what"]) or not _WHOLE.match(found["what2"]):
        return None
    return _signed(quantity, count, behind + _lead(words), down=found["down"] is not None)


def _signed(quantity: Quantity, count: Count, start: int, *, down: bool) -> Change:
    scale = 100 if quantity.unit == "倍" else 1
    value, half = quantity.value * scale, quantity.half * scale
    if quantity.unit in ("%", "倍") and not half:
        half = Decimal(scale) / 2  # a whole per cent is printed to the per cent
    return Change(
        count=count,
        value=-value if down else value,
        half=half,
        unit="%" if quantity.unit == "倍" else quantity.unit,
        start=start,
        end=quantity.end,
    )


def _lead(words: str) -> int:
    return len(words) - len(words.lstrip("，（、。"))


def _same(text: str, count: Count, year: int | None) -> Change | None:
    words = text[count.end : count.end + 40]
    found = _SAME.match(words)
    if (
        found is None
        or not _is_last_year(found["against"], year)
        or not _WHOLE.match(found["what"])
    ):
        return None
    start = count.end + _lead(words)
    zero = Decimal(0)
    return Change(
        count=count, value=zero, half=zero, unit=None, start=start, end=count.end + found.end()
    )


_NAMED = re.compile(
    rf"(?:^|[，。；])(?P<what>(?:收件|受理|申请|依申请公开|政府信息公开申请)(?:申请|件)?(?:总)?(?:数量|量|数|总量|件数))(?P<against>{_AGAINST})"
    rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?:了|约)*$"
)


def _named_changes(
    text: str, quantities: Sequence[Quantity], told: Sequence[Count], year: int | None
) -> Iterator[Change]:
    """Yield “申请量同比增长103%” where a total of requests was told earlier."""
    for quantity in quantities:
        found = _NAMED.search(text, max(0, quantity.start - 40), quantity.start)
        totals = [c for c in told if c.end <= quantity.start and c.readings == RECEIVED]
        if (
            not found
            or not totals
            or quantity.unit not in ("%", "倍", "件")
            or quantity.approximate
        ):
            continue
        behind = totals[-1].end
        already = text[behind : quantity.start]
        direct = _CHANGE.match(already)
        if _is_last_year(found["against"], year) and not (direct and _WHOLE.match(direct["what"])):
            yield _signed(quantity, totals[-1], found.start("what"), down=found["down"] is not None)


def _is_last_year(against: str, year: int | None) -> bool:
    named = _YEAR.search(against)
    return named is None or (year is not None and int(named[0]) == year - 1)

"""Which stretches of a paragraph speak of the report year, and which of another time.

“2023年收到3件，2024年收到5件”: the first number is last year's. “上年结转” and “较上年” name
last year without leaving this one; “上半年” is a part of it.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

_Y = r"20\d\d年(?:度|底|末)?"
_LAST = r"上年度?|上一年度?|去年(?:度|底)?|往年"
_MARK = re.compile(
    rf"(?P<neutral>(?:[较比同与和]|相较于?|对比|相比)(?:于)?(?:{_Y}|{_LAST}|上年)(?:同期|全年)?(?:相比|相较|比)?"
    rf"|(?:{_Y}|{_LAST})(?:末|底)?(?:未办结)?(?:结转|转结|旧存|转入|遗留|留存|滚存|接转|转接|转来|跨年|存案)"
    rf"|(?:结转|转结)(?:自)?(?:{_LAST})"
    rf"|(?:结转|转结|转入|转至|转到|转|跨入?|延至|顺延至)(?:至|到|入)?(?:{_Y}|下一?年度?|次年度?|明年|下个年度)"
    r"|因20\d\d年度?|(?:部门|单位|财政|年度)?20\d\d年(?:度)?(?:部门|单位|财政)?(?:预算|决算))"
    r"|(?P<own>本年度?|今年|截[至止]到?(?:目前|年底|12月(?!\d{4})))"
    rf"|(?P<upto>截[至止]到?)(?P<upto_year>20\d\d)年(?P<upto_month>\d{{1,2}})?月?(?:\d{{1,2}}日)?"
    r"|(?P<many>[自从]20\d\d年(?!1月1日)[^，。；]{0,12}?(?:以来|起|至今|实施)|近[两三四五六七八九十\d]+年"
    r"|历年|[两三四五六七八九十]年来|20\d\d年?[-—~至到]20\d\d年|20\d\d年度?(?:[、和及与]20\d\d年度?)+)"
    r"|(?P<part>20\d\d年(?!1月1日)(?:[1-9]|1[01])月|上半年|下半年|[第前][一二三四]个?季度|[一二三四]季度|(?!1月?份?[-—~至到]12月)\d{1,2}月?份?[-—~至到]\d{1,2}月(?!\d)"
    r"|(?<![年\d])(?:[1-9]|1[01])月(?:份|底|末|初)?(?!\d)|每[年月季周日])"
    r"|(?P<year>20\d\d)年"
    rf"|(?P<last>{_LAST})|(?P<next>下一步|下一?年度?|明年|来年|今后|下阶段|接下来)"
)


@dataclass(frozen=True)
class Periods:
    """Where the text changes its period, and whether it then speaks of the report year."""

    starts: tuple[int, ...]
    own: tuple[bool, ...]

    def is_own(self, offset: int) -> bool:
        """Say whether the text at `offset` speaks of the whole report year."""
        at = bisect_right(self.starts, offset) - 1
        return at < 0 or self.own[at]


def read_periods(
    text: str,
    sentences: list[tuple[int, int]],
    year: int | None,
    matters: Callable[[str, int, int], bool],
) -> Periods:
    """Follow the periods through a paragraph; without a report year any one year is its own.

    A period reaches to the end of its sentence; one that opens its sentence reaches on. Sentences
    whose period does not matter are looked at for that only.
    """
    changes: list[tuple[int, bool]] = []
    standing = True
    for begin, end in sentences:
        changes.append((begin, standing))
        whole = matters(text, begin, end)
        opening = _MARK.match(text, begin, end)
        for mark in _MARK.finditer(text, begin, end) if whole else [opening] if opening else []:
            own = _is_own(mark, year)
            if own is None:
                continue
            changes.append((mark.start(), own))
            if own or (mark.start() == begin and mark.lastgroup in ("year", "last")):
                standing = own
    return Periods(tuple(at for at, _ in changes), tuple(own for _, own in changes))


def _is_own(mark: re.Match[str], year: int | None) -> bool | None:
    """Return whether a mark leads into the report year; None when it changes nothing."""
    if mark["neutral"]:
        return None
    if mark["own"]:
        return True
    if mark["year"]:
        return year is None or int(mark["year"]) == year
    if mark["upto"]:
        month = int(mark["upto_month"] or 12)
        return month == 12 and (year is None or int(mark["upto_year"]) == year)
    return False

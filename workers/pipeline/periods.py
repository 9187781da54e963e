"""The period of the figures, in the ways reports state it: by days, by months, by the year."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schemas.record import Period
from workers.pipeline.paragraphs import Flow, PlacedLine

_TO = r"(?:起|开始|始)?,?(?:至|到|[-—–―~])+"
_TIME = r"(?:0{0,2}|零|24|二十四)?[时点]?"
_DAYS = re.compile(
    rf"(?P<year>20\d\d)[年./-](?P<month>\d{{1,2}})[月./-](?P<day>\d{{1,2}})日?{_TIME}{_TO}"
    r"(?:(?P<end_year>20\d\d)[年./-])?(?P<end_month>\d{1,2})[月./-](?P<end_day>\d{1,2})(?:日|(?!\d))"
)
_MONTHS = re.compile(
    rf"(?P<year>20\d\d)年(?P<month>0?1)月?(?:份)?{_TO}(?:(?P<end_year>20\d\d)年)?(?P<end_month>12)月"
    r"(?:份|底|末)?(?!\d)"
)
_YEAR = re.compile(
    r"(?:期限|时限|时段|区间|范围|期间|时间|统计期|报告期)(?:均)?(?:为|是|系|:)(?P<year>20\d\d)年"
    r"(?:度|全年)?(?=[,。;)])"
)
_SPOKEN = re.compile(
    r"期限|所列数据|数据统计|统计数据|报告期|时间范围|起止|统计期|统计时|时限|统计口径"
)


@dataclass(frozen=True, kw_only=True)
class PeriodStatement:
    """A period of figures as one place of the document states it."""

    period: Period
    line: PlacedLine


def read_periods(running: Flow) -> Iterator[PeriodStatement]:
    """Yield the periods a text states for its figures; other spans of dates are none."""
    found = [
        match for pattern in (_DAYS, _MONTHS, _YEAR) for match in pattern.finditer(running.text)
    ]
    for match in sorted(found, key=lambda match: match.start()):
        period = _period(match)
        around = running.text[max(0, match.start() - 40) : match.end() + 20]
        if period is not None and (_is_told_by_days(match, period) or _SPOKEN.search(around)):
            yield PeriodStatement(period=period, line=running.line_at(match.start()))


def _period(match: re.Match[str]) -> Period | None:
    said = {key: int(value) for key, value in match.groupdict().items() if value}
    try:
        start = date(said["year"], said.get("month", 1), said.get("day", 1))
        end = date(
            said.get("end_year", said["year"]), said.get("end_month", 12), said.get("end_day", 31)
        )
    except ValueError:
        return None
    return Period(start=start, end=end) if start <= end else None


def _is_told_by_days(match: re.Match[str], period: Period) -> bool:
    """Say whether a whole year is given from its first day to its last: that is the period."""
    whole = (period.start.month, period.start.day, period.end.month, period.end.day)
    return "day" in match.groupdict() and whole == (1, 1, 12, 31)

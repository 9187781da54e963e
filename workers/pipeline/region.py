"""Issuer → administrative division, where the text settles it; null rather than wrong.

A name that several divisions bear (朝阳区, 鼓楼区) is settled by the division named before it, in
the issuer or in the text, and by nothing else.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from schemas.record import Region
from workers.pipeline.divisions import FIRST_YEAR, LAST_YEAR, Division, Divisions, divisions
from workers.pipeline.wording import fold

_ABOVE = re.compile(
    r"^(?:国家税务总局|国家统计局|中国共产党|中共|共青团|中国人民政治协商会议|新疆生产建设兵团"
    r"(?:第[一二三四五六七八九十]+师)?)"
)
"""What may stand before the place in an organ's name."""
_TOWNSHIP = re.compile(r"街道|办事处|[镇乡](?:人民)?政府")
"""Behind the name of a district: it is a township's own name (西区街道), not the district's."""
_OTHER_WORD = re.compile(r"市场|区域|县城")
"""Words that begin with the last letter of a name: 东方市场监督管理局 names no 东方市."""
_ZONE = re.compile(r"(?:管委会|管理委员会)$")
_TELLING = 3
"""Letters from which a district's name tells which: many cities have a 东区 or 郊区."""
_UNKNOWN = re.compile(r"[\u4e00-\u9fff]{1,5}?[区县旗]|[\u4e00-\u9fff]{2,4}市(?!场)")
_NO_DIVISION = re.compile(
    r"(?:开发|高新|新|园|示范|景|名胜|保税|社|校|院|片|厂|林|库|港|工业|综合|商务|试验|实验|合作|经济"
    r"|产业|技术|旅游|农业|科技|度假|功能|管理|街|小|辖|市|经开|老|灾|山|地|保护|自贸|物流|航空"
    r"|机场|生态)区|城市"
)
"""How a word ends that names no division: a zone, or none at all."""


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What one year's divisions say; `several` bear the issuer's place and none is settled."""

    division: Division | None = None
    several: bool = False


def region_of(issuer: str | None, year: int | None, text: Callable[[], str]) -> Region | None:
    """Return the division an issuer belongs to; `text` is the report's, asked for when needed.

    Divisions are those of the report year, or of the year after, in which it is published; where
    no year is stated, every year must say the same.
    """
    if issuer is None:
        return None
    name = _ABOVE.sub("", fold(issuer))
    found: dict[str, Division] = {}
    for known in _years(year):
        answer = _answer(name, known, text)
        if answer.several:
            return None
        if answer.division is not None:
            found[answer.division.code] = answer.division
            if year is not None:
                break
    if len(found) != 1:
        return None
    (only,) = found.values()
    return Region(code=only.code, name=only.full_name)


def _years(year: int | None) -> Iterator[Divisions]:
    if year is None:
        yield from (divisions(known) for known in range(FIRST_YEAR, LAST_YEAR + 1))
        return
    yield divisions(year)
    if year < LAST_YEAR:
        yield divisions(year + 1)


def _answer(name: str, known: Divisions, text: Callable[[], str]) -> _Answer:
    word, found = known.at_start(name)
    rest = name[len(word) :]
    if not found or _OTHER_WORD.match(name, len(word) - 1):
        word, found, rest = _below_short_name(name, known)
        named = True
    else:
        named = False
    while len(found) == 1:
        below, inside = _inside(rest, found[0], known)
        if not inside:
            break
        word, found, rest, named = below, inside, rest[len(below) :], True
    if not found:
        return _Answer()
    if len(found) > 1 or (not named and _says_little(found[0])):
        settled = _by_text(word, found, text())
        return _Answer(division=settled, several=settled is None)
    return _Answer(division=found[0] if _is_whole(found[0], rest, named=named) else None)


def _inside(rest: str, place: Division, known: Divisions) -> tuple[str, tuple[Division, ...]]:
    """Return the division inside a place with whose name the rest of the issuer begins."""
    word, found = known.at_start(rest)
    inside = tuple(d for d in found if d.full_name.startswith(place.full_name) and d != place)
    if not word or _OTHER_WORD.match(rest, len(word) - 1):
        return "", ()
    return word, inside


def _below_short_name(name: str, known: Divisions) -> tuple[str, tuple[Division, ...], str]:
    """Return the division named behind the short name of what it lies in: 广州南沙区."""
    for length in (4, 3, 2):
        for above in known.by_bare.get(name[:length], ()):
            word, inside = _inside(name[length:], above, known)
            if len(inside) == 1:
                return word, inside, name[length + len(word) :]
    return "", (), name


def _says_little(place: Division) -> bool:
    """Say whether a district's name is a common word: the same is said of other places."""
    return place.name.endswith("区") and len(place.name) < _TELLING


def _by_text(word: str, found: Sequence[Division], text: str) -> Division | None:
    """Return the one of several divisions that the text names together with what it lies in."""
    told = [
        place
        for place in found
        if any(f"{above}{word}" in text for above in (*place.parents, *place.bare_parents))
    ]
    return told[0] if len(told) == 1 else None


def _is_whole(place: Division, rest: str, *, named: bool) -> bool:
    """Say whether the issuer's place ends with this division, and it is the organ's own.

    `named`: what the division lies in is named too.
    """
    if place.name.endswith("区") and _TOWNSHIP.match(rest):
        return False
    if _ZONE.search(rest) and (not place.parents or (not named and place.name.endswith("区"))):
        return False
    unknown = _UNKNOWN.match(rest) if not place.is_county else None
    if unknown is None or _NO_DIVISION.search(unknown[0]) or _ZONE.search(rest):
        return True
    return _TOWNSHIP.match(rest, unknown.end()) is not None

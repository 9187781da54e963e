"""Automatic numbers of a DOCX (ECMA-376 part 1, 17.9): what Word prints before a paragraph.

Section titles and labels often get theirs this way; in the text they stand nowhere.
"""

import re
from dataclasses import dataclass, field

from workers.pipeline.read.ooxml import Element, attribute, child, children, is_on, number

_LEVELS = 9
_MOST_LETTERS = 780
"""The last number Word writes in letters: thirty z."""
_PLACE = re.compile(r"%([1-9])")
_CLOSED = tuple("、）)．。：:")
_CHINESE = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_LEGAL = str.maketrans("零一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟")
_SEQUENCES = {
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedFullstop": "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
    "decimalEnclosedParen": "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
    "ideographEnclosedCircle": "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
}
_COUNTING = frozenset({
    "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting",
    "taiwaneseCountingThousand", "ideographDigital", "japaneseDigitalTenThousand"
})  # fmt: skip
_LEGAL_FORMATS = frozenset({"chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"})
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Level:
    """One level of a list; `restart` is the level after which it begins anew, None for any."""

    start: int = 1
    style: str = "decimal"
    text: str = ""
    gap: bool = True
    restart: int | None = None
    plain: bool = False
    """True where all numbers of the text are figures (w:isLgl)."""


@dataclass
class _List:
    """A list in use: the abstract definition it counts by, and starts of its own."""

    abstract: str
    starts: dict[int, int]
    levels: dict[int, _Level]
    begun: set[int] = field(default_factory=set)


class Numbering:
    """The counters of a document's lists; ask in the order of its paragraphs."""

    def __init__(self, part: Element | None) -> None:
        abstract = {attribute(one, "abstractNumId"): one for one in children(part, "abstractNum")}
        styled = {attribute(child(one, "styleLink")): one for one in abstract.values()}
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, list[int | None]] = {}
        self._by_style: dict[tuple[str, str], int] = {}
        for one in children(part, "num"):
            number_id = attribute(one, "numId") or ""
            key = attribute(child(one, "abstractNumId")) or ""
            definition = abstract.get(key)
            linked = attribute(child(definition, "numStyleLink"))
            if linked is not None:
                definition = styled.get(linked, definition)
                key = attribute(definition, "abstractNumId") or key
            self._add(number_id, key, definition, one)

    def _add(self, number_id: str, key: str, definition: Element | None, use: Element) -> None:
        levels = {}
        for one in children(definition, "lvl"):
            at = number(one, "ilvl") or 0
            levels[at] = _level(one)
            style = attribute(child(one, "pStyle"))
            if style is not None:
                self._by_style[number_id, style] = at
        starts = {}
        for override in children(use, "lvlOverride"):
            at = number(override, "ilvl") or 0
            own, start = child(override, "lvl"), number(child(override, "startOverride"))
            if own is not None:
                levels[at] = _level(own)
            if start is not None:
                starts[at] = start
        self._lists[number_id] = _List(abstract=key, starts=starts, levels=levels)

    def level_of(self, number_id: str, style: str) -> int:
        """Return the level a paragraph style stands for in a list."""
        return self._by_style.get((number_id, style), 0)

    def next(self, number_id: str, at: int) -> str:
        """Count a paragraph and return what is printed before it, with a space where one shows."""
        used = self._lists.get(number_id)
        if used is None or at not in used.levels or not 0 <= at < _LEVELS:
            return ""
        counters = self._counters.setdefault(used.abstract, [None] * _LEVELS)
        level = used.levels[at]
        before = counters[at]
        if at in used.starts and at not in used.begun:
            counters[at] = used.starts[at]
        else:
            counters[at] = level.start if before is None else before + 1
        used.begun.add(at)
        for deeper in range(at + 1, _LEVELS):
            restart = used.levels[deeper].restart if deeper in used.levels else None
            if restart is None or at < restart:
                counters[deeper] = None
        return _printed(used, counters, level)


def _level(element: Element) -> _Level:
    start = number(child(element, "start"))
    return _Level(
        start=1 if start is None else start,
        style=attribute(child(element, "numFmt")) or "decimal",
        text=attribute(child(element, "lvlText")) or "",
        gap=(attribute(child(element, "suff")) or "tab") != "nothing",
        restart=number(child(element, "lvlRestart")),
        plain=bool(is_on(child(element, "isLgl"))),
    )


def _printed(used: _List, counters: list[int | None], level: _Level) -> str:
    if level.style in ("bullet", "none"):
        return ""

    def value(found: re.Match[str]) -> str:
        at = int(found[1]) - 1
        other = used.levels.get(at, _Level())
        count = counters[at]
        style = "decimal" if level.plain else other.style
        return numeral(other.start if count is None else count, style)

    text = _PLACE.sub(value, level.text)
    return text + (" " if text and level.gap and not text.endswith(_CLOSED) else "")


def numeral(value: int, style: str) -> str:
    """Write a number in one of the styles of ECMA-376 17.18.59; those not known as figures."""
    if style in _SEQUENCES and 0 < value <= len(_SEQUENCES[style]):
        return _SEQUENCES[style][value - 1]
    if style in _COUNTING:
        return _chinese(value)
    if style in _LEGAL_FORMATS:
        return _chinese(value, one_ten=True).translate(_LEGAL)
    if style in ("upperLetter", "lowerLetter") and 0 < value <= _MOST_LETTERS:
        letters = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letters.upper() if style == "upperLetter" else letters
    if style in ("upperRoman", "lowerRoman") and 0 < value < 4000:
        return _roman(value).upper() if style == "upperRoman" else _roman(value)
    if style == "decimalZero":
        return f"{value:02d}"
    if style == "decimalFullWidth":
        return str(value).translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    return str(value)


def _chinese(value: int, *, one_ten: bool = False) -> str:
    """Write a number up to 9,999 in characters: 十, 十一, 二十, 一百零一."""
    if not 0 <= value < 10_000:
        return str(value)
    if value == 0:
        return _CHINESE[0]
    text, gap = "", False
    for place in range(len(_UNITS) - 1, -1, -1):
        digit = value // 10**place % 10
        if digit:
            text += (_CHINESE[0] if gap and text else "") + _CHINESE[digit] + _UNITS[place]
        gap = not digit
    return text.removeprefix("一") if not one_ten and 10 <= value < 20 else text


def _roman(value: int) -> str:
    text = ""
    for worth, letters in _ROMAN:
        text += letters * (value // worth)
        value %= worth
    return text

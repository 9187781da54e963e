"""Folded text → its quantities: number, unit, and whether it is given as exact or about."""

import re
from dataclasses import dataclass
from decimal import Decimal

from workers.pipeline.narrative.numerals import CHARACTERS, FIGURES, read_numeral

_ABOUT = re.compile(r"(?:将近|接近|大约|超过|不足|至少|不少于|不低于|约|近|逾|超|达上|上)$")
_ROUNDED = ("约", "大约")
_NEARLY = ("约", "近", "大约", "将近", "接近")
_UNIT = (
    r"(?P<unit>万元|亿元|元(?!素|旦)|%|个百分点|倍|人次|件次|条次|件(?!率|式)|条(?!例|线|款|理)"
    r"|个(?!人|体|别|性|工作日|月|小时|自然日)|次(?!性|年|日|月|会|序)|篇|份(?!额)|项(?!目)"
    r"|宗|起(?!草|诉|来|到|步|源|点)|例(?!会|行|如|外|子)|部(?!门|分|署|委|队)|期(?!限|间|刊)|场(?!所)"
    r"|封|批|则|幅)"
)
_QUANTITY = re.compile(
    rf"(?<![\d.,/A-Za-z])(?P<number>{FIGURES}(?:[百千]?[万亿](?!元))?|{CHARACTERS})"
    rf"(?P<more>余|多|来)?(?P<scale>[万亿](?!元))?(?P<more2>余|多)?{_UNIT}"
    r"(?P<bound>以上|以下|以内|之多|左右|上下)?"
)
_NO_COUNT_BEFORE = re.compile(r"(?:[第每逐某任数几哪另同统单专唯之这那]|[\d十][-~—–至到])$")
_QUOTED = re.compile(r"“[^”]*”")
CASES = frozenset({"件", "件次", "宗", "起", "例", "份", "条", "项", "个", "次", "封"})
"""Units in which requests and cases are counted."""
MONEY = {"元": Decimal("0.0001"), "万元": Decimal(1), "亿元": Decimal(10_000)}
"""Units of money in 万元."""


@dataclass(frozen=True)
class Quantity:
    """A number with its unit; `start` to `end` is all of it, offsets in the folded text."""

    start: int
    end: int
    value: Decimal
    half: Decimal
    unit: str
    approximate: bool
    bound: bool
    """True where it is only said to be less or more than the number."""
    vague: bool
    """True for 56余: approximate, though told to the last unit."""

    @property
    def is_rounded(self) -> bool:
        """Say whether it is an amount told to its last digit or so: 约1.2万元."""
        return self.approximate and not self.bound and self.unit in MONEY


def quantities_of(text: str) -> list[Quantity]:
    """Return the quantities of a folded text in order."""
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    found = (_quantity(match, text) for match in _QUANTITY.finditer(text))
    return [
        quantity
        for quantity in found
        if quantity and not any(a < quantity.start < b for a, b in quoted)
    ]


def _quantity(match: re.Match[str], text: str) -> Quantity | None:
    start = match.start()
    if _NO_COUNT_BEFORE.search(text, max(0, start - 2), start):
        return None
    numeral = read_numeral(match["number"] + (match["scale"] or ""))
    if numeral is None:
        return None
    about = _ABOUT.search(text, max(0, start - 3), start)
    called = about[0] if about else ""
    more = bool(match["more"] or match["more2"])
    return Quantity(
        start=start - len(called),
        end=match.end(),
        value=numeral.value,
        half=numeral.half,
        unit=match["unit"],
        approximate=more or bool(called or match["bound"]),
        bound=more or called not in ("", *_ROUNDED) or match["bound"] not in (None, "左右"),
        vague=_is_vague(match, numeral.value, called, more=more),
    )


def _is_vague(match: re.Match[str], value: Decimal, called: str, *, more: bool) -> bool:
    """Say whether a number told to the last unit is called approximate."""
    about = more or called in _NEARLY or match["bound"] == "左右"
    if not about or match["unit"] in ("%", "倍", "个百分点", *MONEY) or match["scale"]:
        return False
    number = match["number"]
    if not number[-1].isdigit() or "." in number:
        return False
    return value % 10 != 0 and (more or value > 10)

"""Chinese numerals and figures → exact decimals with the precision they are printed at."""

from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_TENS = {"廿": 20, "卅": 30}
_LARGE = {"万": 10_000, "亿": 100_000_000}

FIGURES = r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,13})(?:\.\d{1,8})?"
CHARACTERS = (
    r"(?<![零〇一二两三四五六七八九十百千万亿廿卅])[零〇一二两三四五六七八九十百千万亿廿卅]{1,16}"
)


@dataclass(frozen=True, kw_only=True)
class Numeral:
    """A number as printed: its value, and half of the last unit printed."""

    value: Decimal
    half: Decimal
    """0.05 for 12.3, 500 for 1.2 万, and 0 for a whole number, which is exact."""


def read_numeral(printed: str) -> Numeral | None:
    """Read figures (1,234 · 1.2万) or characters (一千二百); None when it is no number."""
    if printed[:1].isdigit():
        return _figures(printed)
    value = _characters(printed)
    return None if value is None else Numeral(value=Decimal(value), half=Decimal(0))


def _figures(printed: str) -> Numeral:
    scale = 1
    while printed[-1] in _LARGE or printed[-1] in _SMALL:
        scale *= _LARGE.get(printed[-1]) or _SMALL[printed[-1]]
        printed = printed[:-1]
    value = Decimal(printed.replace(",", ""))
    decimals = len(printed.partition(".")[2])
    exact = scale == 1 and decimals == 0
    half = Decimal(0) if exact else Decimal(scale) * Decimal(5).scaleb(-decimals - 1)
    return Numeral(value=value * scale, half=half)


def _characters(printed: str) -> int | None:
    if len(printed) > 1 and all(char in _DIGITS for char in printed):
        return int("".join(str(_DIGITS[char]) for char in printed))  # 二〇, digit by digit
    total = section = digit = 0
    for char in printed:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _TENS:
            section, digit = section + _TENS[char], 0
        elif char in _SMALL:
            section, digit = section + (digit or 1) * _SMALL[char], 0
        else:
            if not section + digit:
                return None  # 万 alone
            total, section, digit = (total + section + digit) * _LARGE[char], 0, 0
    return total + section + digit

"""Cells of a worksheet as SpreadsheetML, and the parts of a workbook packed into one file.

What is filled in here is the rest of a cell, after its place: `<c r="D9"` + ` s="4"><v>7</v></c>`.
Text is always inline text, so that none is ever taken for a formula (ECMA-376, part 1, 18.3.1.4).
"""

import io
import re
import zipfile
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from xml.sax.saxutils import escape

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOST_DIGITS = 15
"""A spreadsheet holds no more digits of a number; one that is longer stays text."""
_MOST_CHARACTERS = 32_767
"""Excel refuses a file with a longer text in a cell."""
MOST_DECIMALS = 6
"""An amount of more decimals than these stays text, exactly as printed."""
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_LEVEL = 1
"""Of deflate: the default takes three times as long for a fifth less."""


def amount(value: int | str | None) -> Decimal | None:
    """Return a value as the number a spreadsheet holds exactly; None for anything else."""
    if value is None or value == "":
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    exact = number.is_finite() and len(number.as_tuple().digits) <= _MOST_DIGITS
    return number if exact and decimals(number) <= MOST_DECIMALS else None


def decimals(number: Decimal) -> int:
    """Return how many decimals a number is printed with."""
    return max(0, -int(number.as_tuple().exponent))


def number_cell(value: int | float | Decimal, style: int = 0) -> str:
    """Return the rest of a cell with a number."""
    shown = f"{value:f}" if isinstance(value, Decimal) else repr(value)
    return f"{_style(style)}><v>{shown}</v></c>"


def text_cell(text: str | None, style: int = 0) -> str:
    """Return the rest of a cell with text, or of an empty one."""
    shown = plain(text or "")[:_MOST_CHARACTERS]
    if not shown:
        return f"{_style(style)}/>"
    kept = ' xml:space="preserve"' if shown != shown.strip() or "\n" in shown else ""
    return f'{_style(style)} t="inlineStr"><is><t{kept}>{escape(shown)}</t></is></c>'


def cell(item: object, style: int = 0) -> str:
    """Return the rest of a cell with a number, or with anything else as text."""
    if isinstance(item, float | Decimal):
        return number_cell(item, style)
    if isinstance(item, int) and abs(item) < 10**_MOST_DIGITS:
        return number_cell(item, style)
    return text_cell(None if item is None else str(item), style)


def plain(text: str) -> str:
    """Return text without the characters XML cannot hold."""
    return _ILLEGAL.sub("", text)


def packed(parts: Mapping[str, str | bytes], onto: bytes = b"") -> bytes:
    """Return parts as one file, after those of a file packed before; equal in, equal out."""
    file = io.BytesIO(onto)
    with zipfile.ZipFile(file, "a" if onto else "w") as archive:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, _FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, part, compresslevel=_LEVEL)
    return file.getvalue()


def _style(style: int) -> str:
    return f' s="{style}"' if style else ""

"""本年增/减: an integer with a sign, as a stroke or in words (“-3”, “+2”, “减2”, “增 1”)."""

import re
import unicodedata

_FEWER = ("减少", "下降", "降低", "减", "少", "降", "↓")
_MORE = ("增加", "增长", "上升", "增", "多", "升", "↑", "+")
# NFKC leaves the strokes apart; a lone 一 before figures is a stroke as recognition reads it.
_STROKES = "-−–—―‐‑一"
_SIGN = "|".join(map(re.escape, (*_FEWER, *_MORE, *_STROKES)))
_FIGURES = r"0|[1-9]\d{0,2}(?:,\d{3}){1,4}|[1-9]\d{0,14}"
_CHANGE = re.compile(
    rf"\s*+(?P<sign>{_SIGN})?\s*+:?\s*+(?P<figures>{_FIGURES})\s*(?:项|个|件|条)?\s*"
)


def read_change(text: str) -> int | None:
    """Return the change a cell states; None where it states none, or more than one number.

    A sign is never dropped: what is not wholly understood is no change.
    """
    found = _CHANGE.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        return None
    figures = int(found["figures"].replace(",", ""))
    return -figures if found["sign"] in (*_FEWER, *_STROKES) else figures


def is_signed(text: str) -> bool:
    """Say whether a text is a number with a sign."""
    found = _CHANGE.fullmatch(unicodedata.normalize("NFKC", text))
    return found is not None and found["sign"] is not None

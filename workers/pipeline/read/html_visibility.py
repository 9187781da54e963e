"""What a style written on an element of a web page says of whether its text is seen.

Style sheets are not run; what they say of colour and hiding is written onto the elements before
(`html_sheets`). Text that its own style surely hides is left out; text that may be unseen
(white, tiny, clipped, moved off the page, turned round) is read and doubted: where the colour
behind it comes from a style sheet, nobody can tell from the file.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from selectolax.lexbor import LexborNode

_GONE = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.I)
_HIDDEN = re.compile(
    r"visibility\s*:\s*(?:hidden|collapse)|(?<![\w-])opacity\s*:\s*0(?:\.0*)?%?(?![\d.])", re.I
)
_SIZELESS = re.compile(r"font-size\s*:\s*0(?:\.0*)?(?![\d.])", re.I)
_SIZED = "font-size"
_VEILED = re.compile(
    r"font-size\s*:\s*(?:0?\.\d+|[12](?:\.\d+)?)\s*(?:px|pt)"
    r"|(?:text-indent|left|top|right|bottom|margin[\w-]*)\s*:[^;]*-\s*\d{3,}"
    r"|clip(?:-path)?\s*:\s*(?:rect|inset|circle|polygon|path)"
    r"|(?:max-)?(?:height|width)\s*:\s*0(?![\d.])[^;]*;.*overflow[\w-]*\s*:\s*(?:hidden|clip)"
    r"|overflow[\w-]*\s*:\s*(?:hidden|clip).*(?:max-)?(?:height|width)\s*:\s*0(?![\d.])"
    r"|transform\s*:|unicode-bidi\s*:\s*(?:bidi|isolate)-override|text-fill-color"
    r"|(?<![\w-])opacity\s*:\s*(?:0?\.[0-2]\d*|[0-2]?\d%)",
    re.I | re.S,
)
_INK = re.compile(r"(?<![\w-])color\s*:\s*([^;!]+)", re.I)
_GROUND = re.compile(r"(?<![\w-])background(?:-color|-image)?\s*:\s*([^;!]+)", re.I)
_HEX = re.compile(r"#(?:([\da-f]{3})[\da-f]?|([\da-f]{6})(?:[\da-f]{2})?)", re.I)
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+([\d.]+%?))?", re.I)
_PALE = 230
"""Share (of 255) of each channel from which a colour is as good as white."""
_WHITES = frozenset({
    "white", "snow", "ivory", "azure", "ghostwhite", "floralwhite", "whitesmoke", "mintcream",
    "seashell", "aliceblue", "honeydew", "lavenderblush", "oldlace", "transparent"
})  # fmt: skip
_NO_GROUND = frozenset({"none", "inherit", "initial", "unset", "auto", "transparent"})
_UNSEEN_CLASSES = frozenset({
    "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "hidden", "hide",
    "invisible", "d-none", "is-hidden"
})  # fmt: skip

Attributes = Mapping[str, str | None]


def is_gone(attributes: Attributes) -> bool:
    """Say whether an element is not laid out at all: it takes no place."""
    return "hidden" in attributes or _matches(_GONE, attributes.get("style"))


def is_unseen(node: LexborNode, attributes: Attributes) -> bool:
    """Say whether nothing is surely seen of an element, though it may take its place."""
    style = attributes.get("style")
    if style is None:
        return "hidden" in attributes
    if is_gone(attributes) or _matches(_HIDDEN, style):
        return True
    return _matches(_SIZELESS, style) and not any(
        _SIZED in (inner.attributes.get("style") or "")
        for inner in node.css("[style]")
        if inner.mem_id != node.mem_id
    )


def may_be_unseen(node: LexborNode, attributes: Attributes) -> bool:
    """Say whether text of an element may not be seen, or not in the order it is stored."""
    if not attributes:
        return False
    style = attributes.get("style") or ""
    if node.tag == "bdo" and (attributes.get("dir") or "").lower() == "rtl":
        return True
    if _matches(_VEILED, style) or _UNSEEN_CLASSES & {*(attributes.get("class") or "").split()}:
        return True
    ink = _color(_INK, style) or (attributes.get("color") or "").strip().lower()
    return bool(ink) and (is_pale(ink) or ink == _color(_GROUND, style)) and not _on_ground(node)


def _on_ground(node: LexborNode) -> bool:
    """Say whether a colour or picture is laid behind an element, by itself or what it is in."""
    around: LexborNode | None = node
    while around is not None and around.tag not in ("html", "-undef"):
        attributes = around.attributes
        behind = _color(_GROUND, attributes.get("style") or "") or attributes.get("bgcolor")
        if behind and behind.strip().lower() not in _NO_GROUND:
            own = _color(_INK, node.attributes.get("style") or "")
            return not is_pale(behind.strip().lower()) and behind != own
        if attributes.get("background"):
            return True
        around = around.parent
    return False


def _color(pattern: re.Pattern[str], style: str) -> str:
    found = pattern.findall(style)
    return found[-1].strip().lower() if found else ""


@lru_cache(maxsize=1024)
def is_pale(color: str) -> bool:
    """Say whether a colour is white, nearly so, or none at all."""
    if (found := _HEX.match(color)) is not None:
        digits = found[2] or "".join(digit * 2 for digit in found[1])
        return all(int(digits[at : at + 2], 16) >= _PALE for at in (0, 2, 4))
    if (rgb := _RGB.match(color)) is not None:
        clear = rgb[4] is not None and float(rgb[4].rstrip("%")) == 0
        return clear or all(int(rgb[at]) >= _PALE for at in (1, 2, 3))
    return color in _WHITES


def _matches(pattern: re.Pattern[str], style: str | None) -> bool:
    return bool(style) and _found(pattern, style or "")


@lru_cache(maxsize=1024)  # a page repeats its styles, thousands of times where Word wrote it
def _found(pattern: re.Pattern[str], style: str) -> bool:
    return pattern.search(style) is not None

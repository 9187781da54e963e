"""What the style sheets in a web page say of whether text is seen, written onto its elements.

Sheets are not run: which rule wins, and what scripts change of it, is not known. So what a sheet
hides is not left out but read and doubted, as everything is that may be unseen
(`html_visibility`). Rules for some media or moments only (`@media`, `:hover`) are passed over.
"""

import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from workers.pipeline.read.html_visibility import is_pale

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.S)
_RULE = re.compile(r"([^{}@;]+)\{([^{}]*)\}")
_GROUPED = re.compile(r"@[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|@[^{};]*;")
_SIMPLE = re.compile(r"[\w\s.#>*-]{1,120}")
"""Selectors that name elements as they are stored."""
_HIDING = {
    "display": re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.I),
    "visibility": re.compile(r"visibility\s*:\s*(?:hidden|collapse)", re.I),
    "opacity": re.compile(r"(?<![\w-])opacity\s*:\s*(?:0?\.[0-2]\d*|0)(?![\d.])", re.I),
    "font-size": re.compile(r"font-size\s*:\s*0(?:\.0*)?(?![\d.])", re.I),
    "text-indent": re.compile(r"text-indent\s*:\s*-\s*\d{3,}", re.I),
    "clip": re.compile(r"clip(?:-path)?\s*:\s*(?:rect|inset|circle|polygon|path)", re.I),
}
"""Properties that can hide, and what they say then."""
_SET = {name: re.compile(rf"(?<![\w-]){name}\s*:", re.I) for name in _HIDING}
_COLOURS = re.compile(r"(?<![\w-])(?:background(?:-color|-image)?|color)\s*:\s*[^;]+", re.I)
_INK = re.compile(r"(?<![\w-])color\s*:\s*([^;!]+)", re.I)
_MOST_RULES, _MOST_LETTERS = 2_000, 500_000
_HIDDEN_CLASS = "hide"
"""A class that is taken to hide, whatever a sheet says of it."""


def write_sheets(page: LexborHTMLParser) -> None:
    """Write what the sheets in a page say of colour and hiding onto the elements they name."""
    sheets = "".join(sheet.text(deep=True) for sheet in page.css("style"))[:_MOST_LETTERS]
    rules = list(_rules(sheets))
    _write_colours(page, rules)
    _write_hiding(page, rules)


_Rules = Sequence[tuple[str, str]]
"""Selectors, each with what is declared of it, in their order."""


def _write_colours(page: LexborHTMLParser, rules: _Rules) -> None:
    """Write colours, and grounds behind them, where any figure is printed in a pale one."""
    if not any(_pales_figures(page, selector, said) for selector, said in rules):
        return
    written: dict[int, tuple[LexborNode, list[str]]] = {}
    for selector, said in rules:
        if found := _COLOURS.findall(said):
            for node in _named(page, selector):
                written.setdefault(node.mem_id, (node, []))[1].extend(found)
    for node, declared in written.values():
        own = node.attributes.get("style") or ""
        node.attrs["style"] = ";".join([*declared, own])  # what is written last wins


def _pales_figures(page: LexborHTMLParser, selector: str, said: str) -> bool:
    pale = any(is_pale(color.strip().lower()) for color in _INK.findall(said))
    return pale and any(
        any(map(str.isdigit, node.text(deep=True))) for node in _named(page, selector)
    )


def _write_hiding(page: LexborHTMLParser, rules: _Rules) -> None:
    hidden: dict[int, tuple[LexborNode, set[str]]] = {}
    for selector, said in rules:
        hiding = {name for name, pattern in _HIDING.items() if pattern.search(said)}
        shown = {name for name, pattern in _SET.items() if pattern.search(said)} - hiding
        for node in _named(page, selector) if hiding or (shown and hidden) else ():
            ways = hidden.setdefault(node.mem_id, (node, set()))[1]
            ways -= shown
            ways |= hiding
    for node, ways in hidden.values():
        if ways:
            node.attrs["class"] = f"{node.attributes.get('class') or ''} {_HIDDEN_CLASS}"


def _rules(sheets: str) -> Iterator[tuple[str, str]]:
    plain = _GROUPED.sub("", _COMMENT.sub("", sheets))
    for at, rule in enumerate(_RULE.finditer(plain)):
        if at >= _MOST_RULES:
            return
        for selector in rule[1].split(","):
            if _SIMPLE.fullmatch(selector.strip()):
                yield selector.strip(), rule[2]


def _named(page: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return page.css(selector)
    except (SelectolaxError, ValueError):  # no selector of this version
        return []

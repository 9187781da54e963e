"""A parsed HTML page → what a reader sees of it, in order: paragraphs and tables with their places.

White space collapses as in a browser; what is hidden or scripted is left out. A control in a cell
is taken for a picture: what stands in it is not part of the text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborNode

from workers.pipeline.read.html_visibility import is_gone, is_unseen, may_be_unseen
from workers.pipeline.read.markup_grid import Draft, Rows, lay
from workers.pipeline.read.markup_page import Block

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol",
    "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"
})  # fmt: skip
_UNSEEN = frozenset({
    "head", "script", "style", "template", "noscript", "button", "nav", "aside", "footer", "audio",
    "datalist", "map", "col", "colgroup", "title", "meta", "link", "rp", "rt"
})  # fmt: skip
_CONTROLS = frozenset({"select", "textarea", "iframe", "meter", "progress"})
"""Elements that show what is not in the text around them, or may be something else by now."""
_PLAIN = frozenset({"p", "div", "span", "font", "b", "strong", "center"})
_PICTURES = frozenset({"img", "svg", "canvas", "object", "embed", "video"})
_STRUCK = frozenset({"del", "s", "strike"})
_RAISED = frozenset({"sup", "sub", "small", "a"})
"""Elements beside a number that are no part of it: notes, and links to them."""
_RAISING = re.compile(
    r"vertical-align\s*:\s*(?:super|sub)|position\s*:\s*relative"
    r"|font-size\s*:\s*(?:smaller|x+-small|[1-7]\d%|0?\.[1-7]\d*r?em)",
    re.I,
)
_SMALL = re.compile(r"\s*(?:1|-\d)\s*")
"""A size of `<font>` that marks of notes have."""
_LINE_THROUGH = re.compile(r"text-decoration[\w-]*\s*:[^;]*line-through", re.I)
_WIDTH = re.compile(r"(?<![\w-])width\s*:\s*([\d.]+)\s*px", re.I)
_NO_HEIGHT = re.compile(r"(?<![\w-])height\s*:\s*0(?![\d.])", re.I)

_LEADING_DIGITS = re.compile(r"\s*\+?(\d{1,9})")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BREAK, _FOLD, _STEP = "\x1e", "\x1f", "\x1d"
"""Marks in collected text: a line break, a line end of the source, the edge of a raised figure."""
_WIDE = r"[\u2e80-\uffef“”‘’—…]"
_FOLDED = re.compile(rf"(?<={_WIDE})\x1f|\x1f(?={_WIDE})")
_PARTED = re.compile(r"(?<=\d)\x1d(?=\d)")
_BLANKS = re.compile(r" {2,}")

_DEEPEST = 200
"""Elements inside each other; browsers stop at 512, no page of text comes near."""
_SMALLEST_PICTURE = 120
"""Pixels of width below which a picture is an ornament."""
_NESTED = 4
_NUMERALS = re.compile(r"cjk|chin|simp|ideograph", re.I)


class TooDeepError(Exception):
    """Elements are nested deeper than any page of text needs."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A paragraph or table, the containers it stands in from the outside in, and its links.

    `linked` counts the characters that are links, `pictures` those large enough to hold text.
    """

    block: Block
    path: tuple[int, ...]
    linked: int = 0
    pictures: int = 0

    @property
    def text(self) -> str:
        """The paragraph; empty for a table."""
        return self.block if isinstance(self.block, str) else ""


def flow(body: LexborNode) -> list[Item]:
    """Return what is seen of a page, in order."""
    walk = _Walk()
    walk.children(body)
    walk.end_paragraph()
    return walk.items


class _Walk:
    """The walk through the elements, with the paragraph that is being collected."""

    def __init__(self, depth: int = 0) -> None:
        self.items: list[Item] = []
        self.picture = False
        self.struck = False
        self._path: list[int] = []
        self._text: list[str] = []
        self._depth = depth
        self._links = 0  # how many <a> we are inside
        self._linked = 0
        self._pictures = 0
        self._preformatted = 0

    def children(self, node: LexborNode) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise TooDeepError
        child = node.first_child
        while child is not None:
            if child.is_text_node:
                self._add(child.text_content or "")
            elif child.is_element_node:
                self._element(child, child.tag or "")
            child = child.next
        self._depth -= 1

    def end_paragraph(self) -> None:
        """Close the paragraph that was collected, if anything is seen of it."""
        if not self._text and not self._pictures:
            return
        text = _settled("".join(self._text))
        if text.strip() or self._pictures:
            self._keep(text)
        self._text, self._linked, self._pictures = [], 0, 0

    def _keep(self, block: Block) -> None:
        self.items.append(
            Item(
                block=block,
                path=tuple(self._path),
                linked=self._linked,
                pictures=self._pictures,
            )
        )

    def _add(self, text: str) -> None:
        if not text:
            return
        pre = self._preformatted > 0
        self._text.append(text.replace("\n", _BREAK) if pre else _SPACES.sub(_collapsed, text))
        if self._links:
            self._linked += len(text.strip())

    def _element(self, node: LexborNode, tag: str) -> None:
        if tag in _UNSEEN:
            return
        attributes = node.attributes
        style = attributes.get("style") or ""
        if is_unseen(node, attributes):
            return
        if tag == "br":
            self._text.append(_BREAK)
        elif tag == "table":
            self._table(node)
        elif tag in _PICTURES:
            self._picture(attributes, style)
        elif tag in _CONTROLS:
            self.picture = True
        elif tag == "input":
            if (attributes.get("type") or "text").lower() in ("text", "number"):
                self._add(attributes.get("value") or "")
        elif tag in _BLOCKS:
            self.struck = self.struck or _is_veiled(node, attributes)
            self._block(node, tag)
        else:
            self._inline(node, tag, style)

    def _inline(self, node: LexborNode, tag: str, style: str) -> None:
        before = len(self._text)
        self._links += tag == "a"
        doubted = tag in _STRUCK or _strikes(style) or _is_veiled(node, node.attributes)
        small = tag == "font" and _SMALL.fullmatch(node.attributes.get("size") or "") is not None
        apart = doubted or small or tag in _RAISED or _raises(style)
        self._text += [_STEP] * apart
        self.children(node)
        self._text += [_STEP] * apart
        self._links -= tag == "a"
        if doubted:
            shown = "".join(self._text[before:]).replace(_STEP, "").strip()
            self.struck = self.struck or bool(shown)

    def _block(self, node: LexborNode, tag: str) -> None:
        self.end_paragraph()
        self._path.append(node.mem_id)
        self._preformatted += tag == "pre"
        if tag == "ol":
            self._numbered(node)
        else:
            self.children(node)
        self._preformatted -= tag == "pre"
        self.end_paragraph()
        self._path.pop()

    def _numbered(self, node: LexborNode) -> None:
        """Walk a numbered list: its numbers are seen, though they stand nowhere in the source."""
        attributes = node.attributes
        style = f"{attributes.get('style') or ''} {attributes.get('type') or ''}"
        number = _integer(attributes.get("start"), 1)
        for item in _elements(node, ("li",)):
            number = _integer(item.attributes.get("value"), number)
            self.end_paragraph()
            self._text.append(_list_number(number, style))
            self._path.append(item.mem_id)
            self.children(item)
            self.end_paragraph()
            self._path.pop()
            number += 1

    def _picture(self, attributes: dict[str, str | None], style: str) -> None:
        width = _WIDTH.search(style)
        pixels = float(width[1]) if width else _integer(attributes.get("width"), 0)
        self.picture = self.picture or not 0 < pixels < 4  # else it only holds a place open
        self._pictures += pixels == 0 or pixels >= _SMALLEST_PICTURE

    def _table(self, node: LexborNode) -> None:
        self.end_paragraph()
        self._path.append(node.mem_id)
        if _is_layout(node):
            for part in _parts(node):
                self._block(part, part.tag or "")
        else:
            for caption in _elements(node, ("caption",)):
                self._block(caption, "caption")
            grid = lay(self._rows(node))
            if grid.cells:
                self._keep(grid)
        self._path.pop()

    def _rows(self, table: LexborNode) -> Iterator[Rows]:
        """Yield the row groups of a table as they are shown: heads first, feet last."""
        groups = list(_elements(table, ("thead", "tbody", "tfoot")))
        groups.sort(key=lambda group: ("thead", "tbody", "tfoot").index(group.tag or ""))
        for group in groups:
            yield [
                [self._cell(cell) for cell in _elements(row, ("td", "th"))]
                for row in _elements(group, ("tr",))
                if not _is_flat(row)
            ]

    def _cell(self, node: LexborNode) -> Draft:
        attributes = node.attributes
        spans = (
            _integer(attributes.get("rowspan"), 1),
            max(1, _integer(attributes.get("colspan"), 1)),
        )
        if is_unseen(node, attributes):  # it takes its place all the same
            return Draft(blocks=(), row_span=spans[0], column_span=spans[1], picture=True)
        veiled = _is_veiled(node, attributes)
        text = _only_text(node)
        if text is not None:
            shown = _settled(_SPACES.sub(_collapsed, text))
            return Draft(
                blocks=(shown,) if shown else (),
                row_span=spans[0],
                column_span=spans[1],
                struck=veiled,
            )
        inner = _Walk(self._depth)
        inner.children(node)
        inner.end_paragraph()
        return Draft(
            blocks=tuple(item.block for item in inner.items if item.block),
            row_span=spans[0],
            column_span=spans[1],
            picture=inner.picture,
            struck=inner.struck or veiled,
        )


def _is_veiled(node: LexborNode, attributes: dict[str, str | None]) -> bool:
    """Say whether an element has text that may not be seen."""
    return may_be_unseen(node, attributes) and bool(node.text().strip())


def _only_text(cell: LexborNode) -> str | None:
    """Return the text of a cell in which nothing else stands, as in most; None for others."""
    child = cell.first_child
    while child is not None and child.next is None:
        if child.is_text_node:
            return child.text_content or ""
        if child.tag not in _PLAIN or child.attributes:
            return None
        child = child.first_child
    return None


def _elements(node: LexborNode, tags: tuple[str, ...]) -> Iterator[LexborNode]:
    """Yield the children with one of the tags that take a place."""
    child = node.first_child
    while child is not None:
        if child.is_element_node and child.tag in tags and not is_gone(child.attributes):
            yield child
        child = child.next


def _parts(table: LexborNode) -> Iterator[LexborNode]:
    """Yield the caption and the cells of a table in order."""
    yield from _elements(table, ("caption",))
    for group in _elements(table, ("thead", "tbody", "tfoot")):
        for row in _elements(group, ("tr",)):
            yield from _elements(row, ("td", "th"))


def _is_layout(table: LexborNode) -> bool:
    """Say whether a table only lays out a page: whole tables in its cells, or one cell filled."""
    if any(
        inner.mem_id != table.mem_id and len(inner.css("td, th")) >= _NESTED
        for inner in table.css("table")
    ):
        return True
    filled = (part for part in _parts(table) if part.text().strip() or part.css_first("img"))
    return next(filled, None) is None or next(filled, None) is None


def _is_flat(row: LexborNode) -> bool:
    """Say whether a row has no height: Word writes one below a table, to fix its columns."""
    attributes = row.attributes
    flat = attributes.get("height") == "0" or _NO_HEIGHT.search(attributes.get("style") or "")
    return bool(flat) and not row.text().strip()


@lru_cache(maxsize=1024)  # a page repeats its styles, thousands of times where Word wrote it
def _strikes(style: str) -> bool:
    return _LINE_THROUGH.search(style) is not None


@lru_cache(maxsize=1024)
def _raises(style: str) -> bool:
    return _RAISING.search(style) is not None


def _collapsed(spaces: re.Match[str]) -> str:
    return _FOLD if "\n" in spaces[0] or "\r" in spaces[0] else " "


def _settled(text: str) -> str:
    """Settle the marks of a collected paragraph: lines, spaces and raised figures."""
    if _STEP in text:
        text = _PARTED.sub(" ", text).replace(_STEP, "")
    if _FOLD in text:
        text = _FOLDED.sub("", text).replace(_FOLD, " ")
    return "\n".join(_BLANKS.sub(" ", line).strip(" ") for line in text.split(_BREAK))


def _integer(text: str | None, otherwise: int) -> int:
    """Read a number as HTML does: leading digits count, the rest does not."""
    found = _LEADING_DIGITS.match(text) if text else None
    return int(found[1]) if found else otherwise


def _list_number(number: int, style: str) -> str:
    if "none" in style or "disc" in style:
        return ""
    if _NUMERALS.search(style) and 0 < number <= 10:
        return "一二三四五六七八九十"[number - 1] + "、"
    return f"{number}."


def texts(items: Iterable[Item]) -> list[str]:
    """Return the paragraphs among the items."""
    return [item.text for item in items if item.text]

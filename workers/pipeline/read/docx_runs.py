"""The runs of a DOCX paragraph → the text that Word shows of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from workers.pipeline.read.docx_colours import is_tiny, is_white, lies_on_colour
from workers.pipeline.read.docx_styles import Styles
from workers.pipeline.read.ooxml import (
    Element,
    attribute,
    child,
    children,
    is_on,
    name_of,
    number,
    properties_of,
    within,
)

_WRAPPERS = frozenset({
    "ins", "moveTo", "smartTag", "customXml", "hyperlink", "sdtContent", "dir", "bdo", "oMath",
    "oMathPara", "rubyBase", "num", "den", "e", "sup", "sub", "f", "sSup", "sSub", "d", "nary"
})  # fmt: skip
_SIGNS = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_PICTURED = frozenset({"blip", "imagedata", "chart", "OLEObject"})
_UNKNOWN_SIGN = "□"

_EMU_PER_CM, _POINTS_PER_CM = 360_000, 72 / 2.54
_WIDE_CM, _HIGH_CM, _DOT_CM = 5.0, 1.5, 0.1
"""A picture smaller than the first two holds no table; one smaller than the last is nothing."""
_MEASURE = re.compile(r"(?<![\w-])(width|height)\s*:\s*([\d.]+)pt")

_STEP = "\x1d"
"""Marks the edge of a raised or lowered figure in collected text."""
_PARTED = re.compile(r"(?<=[\d０-９])\x1d(?=[\d０-９])")
_FIGURES = re.compile(r"[\d.,，．０-９\s]*")


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """What is shown of a paragraph; `boxes` are the contents of text boxes anchored in it.

    `pictures` counts those large enough for a table, `picture` tells of any at all.
    """

    text: str
    number: str = ""
    boxes: tuple[Element, ...] = ()
    pictures: int = 0
    picture: bool = False
    doubtful: bool = False
    """Text is struck out or may not be seen, or what seems a number may be that of a list."""

    def numbered(self, label: str) -> "Paragraph":
        """Return the paragraph with the number its list gives it."""
        if not label:
            return self
        figures = _FIGURES.fullmatch(self.text) is not None
        return replace(self, number=label, doubtful=self.doubtful or figures)


@dataclass
class _Field:
    """A field that is open: its instruction is collected first, its result is shown after."""

    instruction: str = ""
    shows: bool = False

    @property
    def is_silent(self) -> bool:
        """True for the instruction, and for a table of contents: its lines are no titles."""
        return not self.shows or _is_contents(self.instruction)


@dataclass
class _Collected:
    parts: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    pictures: int = 0
    picture: bool = False
    struck: bool = False
    shaded: bool = False
    pale: bool = False
    """The paragraph's style prints what is as good as unseen."""


class Runs:
    """Reads paragraphs one after the other: a field may begin in one and end in another."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._fields: list[_Field] = []

    def read(
        self, paragraph: Element, *, hidden: bool, shaded: bool = False, pale: bool = False
    ) -> Paragraph:
        """Return what is shown of a paragraph; `hidden`: its style hides its text.

        `shaded`: a colour is laid behind it, so that white text is seen; `pale`: its style's is.
        """
        found = _Collected(shaded=shaded, pale=pale)
        self._inline(paragraph, found, hidden=hidden)
        text = "".join(found.parts)
        if _STEP in text:
            text = _PARTED.sub(" ", text).replace(_STEP, "")
        return Paragraph(
            text=text,
            boxes=tuple(found.boxes),
            pictures=found.pictures,
            picture=found.picture,
            doubtful=found.struck,
        )

    def _inline(self, element: Element, found: _Collected, *, hidden: bool) -> None:
        for one in element:
            name = name_of(one)
            if name == "r":
                self._run(one, found, hidden=hidden)
            elif name == "sdt":
                content = child(one, "sdtContent")
                if content is not None:
                    self._inline(content, found, hidden=hidden)
            elif name in _WRAPPERS or (name == "fldSimple" and not _is_contents(_instruction(one))):
                found.struck = found.struck or (name == "bdo" and attribute(one) == "rtl")
                self._inline(one, found, hidden=hidden)
            elif name == "AlternateContent":
                self._inline(_chosen(one), found, hidden=hidden)

    def _run(self, run: Element, found: _Collected, *, hidden: bool) -> None:
        properties = properties_of(run, "rPr")
        if properties is None and not found.pale:
            self._content(run, found, hidden=hidden)
            return
        said = {name_of(one): one for one in properties} if properties is not None else {}
        own = is_on(said.get("vanish"))
        if own is None:
            style = attribute(said.get("rStyle"))
            own = hidden or self._styles.hides(style, paragraph=False)
        raised = attribute(said.get("vertAlign")) in ("superscript", "subscript") or (
            attribute(said.get("position")) not in (None, "", "0")
        )
        doubted = (
            bool(is_on(said.get("strike")) or is_on(said.get("dstrike")))
            or (self._is_pale(said, found) and not (found.shaded or _is_shaded(said)))
            or is_tiny(said.get("sz"))
        )
        before = len(found.parts)
        found.parts += [_STEP] * (raised or doubted)
        self._content(run, found, hidden=own)
        found.parts += [_STEP] * (raised or doubted)
        if doubted:
            struck = "".join(found.parts[before:]).replace(_STEP, "").strip()
            found.struck = found.struck or bool(struck)

    def _is_pale(self, said: Mapping[str, Element], found: _Collected) -> bool:
        """Say whether a run is white: by itself, else by its style, else by its paragraph's."""
        if "color" in said:
            return is_white(said["color"])
        style = attribute(said.get("rStyle"))
        by_style = self._styles.pales(style, paragraph=False) if style else None
        return found.pale if by_style is None else by_style

    def _content(self, run: Element, found: _Collected, *, hidden: bool) -> None:
        for one in run:
            name = name_of(one)
            if name == "fldChar":
                found.parts += self._field(one)
            elif name == "instrText":
                if self._fields:
                    self._fields[-1].instruction += one.text or ""
            elif not hidden and not any(each.is_silent for each in self._fields):
                self._shown(one, name, found)

    def _shown(self, one: Element, name: str, found: _Collected) -> None:
        if name == "t":
            found.parts.append((one.text or "").replace("\n", " "))
        elif name in _SIGNS:
            found.parts.append(_SIGNS[name])
        elif name == "sym":
            found.parts.append(_sign(one))
            found.struck = found.struck or found.parts[-1] == _UNKNOWN_SIGN
        elif name == "ruby":
            self._inline(one, found, hidden=False)
        elif name in ("drawing", "pict", "object"):
            _look(one, found)
        elif name == "AlternateContent":
            self._content(_chosen(one), found, hidden=False)

    def _field(self, mark: Element) -> Iterator[str]:
        """Open, turn or close a field; yield what a drop-down list shows."""
        kind = attribute(mark, "fldCharType")
        if kind == "begin":
            self._fields.append(_Field())
            choices = child(mark, "ffData", "ddList")
            if choices is not None and not any(each.is_silent for each in self._fields[:-1]):
                entries = [attribute(one) or "" for one in children(choices, "listEntry")]
                chosen = number(child(choices, "result")) or 0
                yield entries[chosen] if 0 <= chosen < len(entries) else ""
        elif kind == "separate" and self._fields:
            self._fields[-1].shows = True
        elif kind == "end" and self._fields:
            self._fields.pop()


def _is_shaded(said: Mapping[str, Element]) -> bool:
    """Say whether a run has a colour behind it of its own."""
    marked = attribute(said.get("highlight")) not in (None, "none", "white")
    return marked or lies_on_colour(said.get("shd"))


def _is_contents(instruction: str) -> bool:
    return instruction.split()[:1] == ["TOC"]


def _instruction(simple: Element) -> str:
    return attribute(simple, "instr") or ""


def _chosen(alternatives: Element) -> Element:
    """Return the alternative Word shows: the first, made for it, not the one for older programs."""
    first = child(alternatives, "Choice")
    if first is None:
        first = child(alternatives, "Fallback")
    return first if first is not None else alternatives


def _sign(symbol: Element) -> str:
    """Return a character given by its place in a font; what only the font knows is a box."""
    try:
        code = int(attribute(symbol, "char") or "", 16)
    except ValueError:
        return _UNKNOWN_SIGN
    if 0xF000 <= code <= 0xF0FF:
        font = (attribute(symbol, "font") or "").casefold()
        plain = font == "symbol" and 0x20 <= code - 0xF000 < 0x40  # figures and marks as in ASCII
        return chr(code - 0xF000) if plain else _UNKNOWN_SIGN
    return chr(code) if 0x20 <= code < 0xD800 or 0xF900 <= code <= 0xFFFD else _UNKNOWN_SIGN


def _look(drawing: Element, found: _Collected) -> None:
    """Note the text boxes, word art and pictures of a drawing."""
    boxes = list(within(drawing, "txbxContent"))
    inner = {id(one) for box in boxes for one in within(box, "txbxContent")}
    found.boxes += [box for box in boxes if id(box) not in inner]
    found.parts += [attribute(path, "string") or "" for path in within(drawing, "textpath")]
    shows = name_of(drawing) == "object" or any(
        name_of(one) in _PICTURED for one in drawing.iterdescendants()
    )
    if boxes or not shows:
        return
    width, height = _size_cm(drawing)
    found.picture = found.picture or width is None or width > _DOT_CM
    found.pictures += width is None or height is None or (width >= _WIDE_CM and height >= _HIGH_CM)


def _size_cm(drawing: Element) -> tuple[float | None, float | None]:
    """Return width and height of a picture in centimetres, where they are told."""
    for extent in within(drawing, "extent"):
        across, down = number(extent, "cx"), number(extent, "cy")
        if across is not None and down is not None:
            return across / _EMU_PER_CM, down / _EMU_PER_CM
    for shape in drawing.iterdescendants():
        told = dict(_MEASURE.findall(attribute(shape, "style") or ""))
        if len(told) == 2:
            return float(told["width"]) / _POINTS_PER_CM, float(told["height"]) / _POINTS_PER_CM
    return None, None

"""The styles of a DOCX (ECMA-376 part 1, 17.7), as far as they number or hide text."""

from collections.abc import Iterator
from dataclasses import dataclass

from workers.pipeline.read.docx_colours import is_tiny, is_white, lies_on_colour
from workers.pipeline.read.ooxml import Element, attribute, child, children, is_on

_DEEPEST = 30
"""Styles based on each other; a circle ends here."""


@dataclass(frozen=True, kw_only=True)
class _Style:
    based_on: str | None
    number_id: str | None
    level: str | None
    hidden: bool | None
    pale: bool | None
    """White, or too small to be seen; None where the style says neither."""
    parts: dict[str, bool]
    """Of a table's style: whether what it prints in a part of a table is as good as unseen."""


WHOLE_TABLE = "wholeTable"


class Styles:
    """What a style, or one it is based on, says of its paragraphs and runs."""

    def __init__(self, part: Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._default: str | None = None
        self._lists: dict[str | None, tuple[str, str | None, str] | None] = {}
        self._hidden: dict[str | None, bool] = {}
        self._pale: dict[str | None, bool | None] = {}
        self._unseen: dict[str, frozenset[str]] = {}
        for one in children(part, "style"):
            name = attribute(one, "styleId") or ""
            numbering = child(one, "pPr", "numPr")
            self._styles[name] = _Style(
                based_on=attribute(child(one, "basedOn")),
                number_id=attribute(child(numbering, "numId")),
                level=attribute(child(numbering, "ilvl")),
                hidden=is_on(child(one, "rPr", "vanish")),
                pale=_is_pale(one),
                parts=dict(_parts(one)) if attribute(one, "type") == "table" else {},
            )
            if attribute(one, "type") == "paragraph" and attribute(one, "default") in ("1", "true"):
                self._default = name

    def list_of(self, name: str | None) -> tuple[str, str | None, str] | None:
        """Return the list a paragraph style belongs to: id, level and the style that says so."""
        start = name or self._default
        if start not in self._lists:
            self._lists[start] = self._list_of(start)
        return self._lists[start]

    def _list_of(self, start: str | None) -> tuple[str, str | None, str] | None:
        for own, style in self._chain(start):
            if style.number_id is not None:
                return style.number_id, style.level, own
        return None

    def hides(self, name: str | None, *, paragraph: bool) -> bool:
        """Say whether a style hides its text."""
        start = name or (self._default if paragraph else None)
        if start not in self._hidden:
            said = (style.hidden for _, style in self._chain(start) if style.hidden is not None)
            self._hidden[start] = next(said, False)
        return self._hidden[start]

    def pales(self, name: str | None, *, paragraph: bool) -> bool | None:
        """Say whether a style prints what is as good as unseen; None where it says nothing."""
        start = name or (self._default if paragraph else None)
        if start not in self._pale:
            said = (style.pale for _, style in self._chain(start) if style.pale is not None)
            self._pale[start] = next(said, None)
        return self._pale[start]

    def unseen_parts(self, name: str | None) -> frozenset[str]:
        """Return the parts of a table (ST_TblStyleOverrideType) its style prints as good as unseen.

        What a style itself says of a part goes before what the one says that it is based on.
        """
        if name is None:
            return frozenset()
        if name not in self._unseen:
            told: dict[str, bool] = {}
            for _, style in self._chain(name):
                told = style.parts | told
            self._unseen[name] = frozenset(part for part, unseen in told.items() if unseen)
        return self._unseen[name]

    def _chain(self, name: str | None) -> Iterator[tuple[str, _Style]]:
        for _ in range(_DEEPEST):
            style = self._styles.get(name) if name is not None else None
            if style is None or name is None:
                return
            yield name, style
            name = style.based_on


def _is_pale(style: Element) -> bool | None:
    """Say whether a style prints white on no colour of its own, or tiny; None if neither is told.

    A size alone says nothing of colour, so that what a style is based on is asked for that.
    """
    run, paragraph = child(style, "rPr"), child(style, "pPr")
    if is_tiny(child(run, "sz")):
        return True
    color = child(run, "color")
    if color is None:
        return None
    shaded = lies_on_colour(child(run, "shd")) or lies_on_colour(child(paragraph, "shd"))
    return is_white(color) and not shaded


def _parts(style: Element) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a table whose print a style tells, and whether it is as good as unseen."""
    own = lies_on_colour(child(style, "tcPr", "shd")) or lies_on_colour(
        child(style, "tblPr", "shd")
    )
    told = [(WHOLE_TABLE, style), *((_part(one), one) for one in children(style, "tblStylePr"))]
    for name, part in told:
        hidden, pale = is_on(child(part, "rPr", "vanish")), _is_pale(part)
        if hidden is not None or pale is not None:
            coloured = own or lies_on_colour(child(part, "tcPr", "shd"))
            yield name, bool(hidden) or bool(pale and not coloured)


def _part(element: Element) -> str:
    return attribute(element, "type") or WHOLE_TABLE

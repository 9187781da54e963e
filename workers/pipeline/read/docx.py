"""A DOCX file → Page: paragraphs and tables as Word shows them.

What is shown counts: automatic numbers, fields' results and inserted text; not deleted or hidden
text, bookmarks, comments, headers or footers.
"""

from collections.abc import Iterator, Sequence

from schemas.page import Page
from workers.pipeline.read.docx_colours import lies_on_colour
from workers.pipeline.read.docx_numbering import Numbering
from workers.pipeline.read.docx_package import Package, open_package
from workers.pipeline.read.docx_runs import Paragraph, Runs
from workers.pipeline.read.docx_styles import Styles
from workers.pipeline.read.markup_grid import snapped
from workers.pipeline.read.markup_page import Block, Grid, GridCell, page_of_blocks
from workers.pipeline.read.ooxml import (
    Element,
    attribute,
    child,
    children,
    is_on,
    name_of,
    number,
    properties_of,
)

_HOLDERS = frozenset({
    "sdtContent", "customXml", "smartTag", "ins", "moveTo"
})  # fmt: skip
"""Elements around paragraphs, rows or cells that change nothing about them."""
_MOST_COLUMNS = 1000


def read_docx(content: bytes) -> Page:
    """Read the document; PackageError where the file is damaged, locked or made to blow up."""
    package = open_package(content)
    reader = _Reader(package)
    blocks = reader.blocks(child(package.document, "body"))
    return page_of_blocks(blocks, pictures=reader.pictures)


class _Reader:
    """The walk through a document; lists count and fields open as paragraphs go by."""

    def __init__(self, package: Package) -> None:
        self._numbering = Numbering(package.numbering)
        self._styles = Styles(package.styles)
        self._runs = Runs(self._styles)
        self._shaded = False  # the cell we are in has a colour of its own
        self._unseen: frozenset[str] = frozenset()  # parts of the table we are in, by its style
        self._pale = False  # the cell we are in is of such a part
        self.pictures = 0

    def blocks(self, container: Element | None) -> list[Block]:
        """Return the paragraphs and grids of a body, a cell or a text box."""
        return [block for paragraph in self._shown(container) for block in _blocks(paragraph)]

    def _shown(self, container: Element | None) -> Iterator[Paragraph | Grid]:
        for name, one in _held(container):
            if name == "p":
                yield from self._paragraph(one)
            elif name == "tbl":
                yield self._grid(one)
            elif name == "altChunk":
                self.pictures += 1  # another file put in whole: not read, and not passed over

    def _paragraph(self, element: Element) -> Iterator[Paragraph | Grid]:
        """Yield a paragraph with its number, and what stands in its text boxes."""
        properties = properties_of(element, "pPr")
        said = _said(properties)
        style = attribute(said.get("pStyle"))
        pale = self._styles.pales(style, paragraph=True)
        shown = self._runs.read(
            element,
            hidden=self._styles.hides(style, paragraph=True),
            pale=self._pale if pale is None else pale,
            shaded=self._shaded or lies_on_colour(said.get("shd")),
        )
        self.pictures += shown.pictures
        marks = said.get("rPr")
        gone = child(marks, "del") is not None or is_on(child(marks, "vanish"))
        if shown.text.strip() or not gone:
            shown = shown.numbered(self._number(said.get("numPr"), style))
        yield shown
        for box in shown.boxes:
            yield from self._shown(box)

    def _number(self, own: Element | None, style: str | None) -> str:
        """Count a paragraph in its list and return the number Word prints."""
        number_id, level = attribute(child(own, "numId")), attribute(child(own, "ilvl"))
        inherited = self._styles.list_of(style)
        if number_id is None and inherited is not None:
            number_id, styled, name = inherited
            if level is None:
                level = styled or str(self._numbering.level_of(number_id, name))
        if number_id is None or not (level or "0").isdecimal():
            return ""
        return self._numbering.next(number_id, int(level or "0"))

    def _grid(self, table: Element) -> Grid:
        cells: list[GridCell] = []
        merging: dict[int, int] = {}  # column → place in `cells` of the cell that goes on there
        rows = [row for name, row in _held(table) if name == "tr" and not _is_gone(row)]
        around = self._unseen
        self._unseen = self._styles.unseen_parts(attribute(child(table, "tblPr", "tblStyle")))
        for at, row in enumerate(rows):
            self._row(row, at, cells, merging)
        self._unseen = around
        widths = [number(one, "w") or 0 for one in children(child(table, "tblGrid"), "gridCol")]
        return snapped(cells, widths)

    def _row(self, row: Element, at: int, cells: list[GridCell], merging: dict[int, int]) -> None:
        """Add a row's cells; one that goes on from above makes that one longer."""
        column = _count(child(row, "trPr", "gridBefore"), 0)
        begun = len(cells)
        for name, one in _held(row):
            if name != "tc":
                continue
            said = _said(properties_of(one, "tcPr"))
            span = _count(said.get("gridSpan"), 1)
            down, across = _merge(said.get("vMerge")), _merge(said.get("hMerge"))
            above = merging.get(column)
            if across == "continue" and len(cells) > begun:
                cells[-1] = _longer(cells[-1], across=span)
            elif down == "continue" and above is not None and _ends(cells[above]) == at:
                cells[above] = _longer(cells[above], down=1)
            else:
                if down is not None:
                    merging[column] = len(cells)
                else:
                    merging.pop(column, None)
                coloured = lies_on_colour(said.get("shd"))
                cells.append(self._cell(one, at, column, span, coloured=coloured))
            column += span

    def _cell(
        self, element: Element, row: int, column: int, span: int, *, coloured: bool
    ) -> GridCell:
        around = self._shaded, self._pale
        self._shaded = self._shaded or coloured
        self._pale = any(_holds(part, row, column) for part in self._unseen)
        shown = list(self._shown(element))
        self._shaded, self._pale = around
        paragraphs = [one for one in shown if isinstance(one, Paragraph)]
        return GridCell(
            row=row,
            column=column,
            column_span=span,
            blocks=tuple(block for one in shown for block in _blocks(one, in_cell=True)),
            picture=any(one.picture for one in paragraphs),
            struck=any(one.doubtful for one in paragraphs),
        )


def _holds(part: str, row: int, column: int) -> bool:
    """Say whether a cell may be of a part of a table; of the last row any may be."""
    return {"firstRow": row == 0, "firstCol": column == 0}.get(part, True)


def _said(properties: Element | None) -> dict[str, Element]:
    """Return properties by name; of two of a name the first counts."""
    return {} if properties is None else {name_of(one): one for one in reversed(properties)}


def _held(container: Element | None) -> Iterator[tuple[str, Element]]:
    """Yield what a container holds with its name, through the elements that only wrap it."""
    for one in container if container is not None else ():
        name = name_of(one)
        if name == "sdt":
            yield from _held(child(one, "sdtContent"))
        elif name in _HOLDERS:
            yield from _held(one)
        else:
            yield name, one


def _blocks(shown: Paragraph | Grid, *, in_cell: bool = False) -> Sequence[Block]:
    if isinstance(shown, Grid):
        return (shown,) if shown.cells else ()
    if shown.text.strip():
        return (shown.number + shown.text,)
    return (shown.number,) if in_cell and shown.number else ()


def _is_gone(row: Element) -> bool:
    """Say whether a row is hidden, or deleted by a change that is tracked."""
    properties = child(row, "trPr")
    return child(properties, "del") is not None or bool(is_on(child(properties, "hidden")))


def _merge(element: Element | None) -> str | None:
    return None if element is None else attribute(element) or "continue"


def _count(element: Element | None, otherwise: int) -> int:
    return min(_MOST_COLUMNS, max(otherwise, number(element) or 0))


def _ends(cell: GridCell) -> int:
    return cell.row + cell.row_span


def _longer(cell: GridCell, *, down: int = 0, across: int = 0) -> GridCell:
    return cell._replace(row_span=cell.row_span + down, column_span=cell.column_span + across)

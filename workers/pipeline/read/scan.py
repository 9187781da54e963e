"""A scanned page → Page: upright, tables by their rulings, every line of ink read once."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from schemas.page import Page, TextLine
from schemas.table import Cell, Table
from workers.pipeline.read.cell_ink import RuledTable, Sheet, ink_of
from workers.pipeline.read.cells import CellReading, read_cells
from workers.pipeline.read.clean import Pixels, binarise, coloured, flatten, ink_threshold
from workers.pipeline.read.ink import InkLine, rims
from workers.pipeline.read.loose import find_loose
from workers.pipeline.read.prose import read_prose
from workers.pipeline.read.recognition import Gray, Recogniser
from workers.pipeline.read.upright import Attitude, attitude, stand
from workers.pipeline.tables.grid import GridCell, build_grid
from workers.pipeline.tables.inferred import inferred
from workers.pipeline.tables.low_row import low_rows
from workers.pipeline.tables.regions import find_regions
from workers.pipeline.tables.rulings import Region, Rulings, find_rulings, letter_size
from workers.pipeline.tables.straighten import LEVEL, straighten
from workers.pipeline.tables.thick import thinned


@dataclass(frozen=True, kw_only=True)
class ScanReading:
    """A page, and its pixels as they came with how they lie."""

    page: Page
    given: Pixels
    lies: Attitude

    def upright(self) -> Pixels:
        """Return the page's pixels upright, as its boxes refer to them."""
        return stand(self.given, self.lies, method=cv2.INTER_LINEAR)


def read_scan(pixels: Pixels, number: int, recogniser: Recogniser) -> ScanReading:
    """Read a page of pixels (height × width × 3, blue-green-red)."""
    colour = coloured(pixels)
    flat = flatten(pixels, colour)
    lies = attitude(flat, recogniser)
    flat = stand(flat, lies)
    threshold = ink_threshold(flat)
    ink = binarise(flat, threshold)
    letter = letter_size(ink)
    seals = stand(colour, lies, paper=0, method=cv2.INTER_NEAREST)
    sheet = Sheet(flat=flat, colour=seals, threshold=threshold, letter=letter)
    rulings = find_rulings(flat, letter)
    regions = find_regions(rulings, letter)
    laid = [_ruled(sheet, rulings, region) for region in regions]
    for row in low_rows(flat, rulings, regions, letter):
        laid.append(_ruled(replace(sheet, letter=row.letter), row.rulings, row.region))
    ruled = [table for table in laid if table is not None]
    bare = _without_tables(flat, [table.straight.region for table in ruled])
    loose, bare = find_loose(sheet, rulings, bare)
    tables = [_read_table(sheet, table, number, recogniser) for table in ruled]
    for found in loose:
        read = _read_table(sheet, found.ruled, number, recogniser)
        tables.append(inferred(read, counted=found.counted))
    lines = _read_lines(sheet, bare, recogniser)
    page = Page(
        number=number,
        width=flat.shape[1],
        height=flat.shape[0],
        source="ocr",
        rotation=lies.rotation,
        skew_degrees=lies.skew_degrees,
        lines=tuple(lines),
        tables=tuple(tables),
    )
    return ScanReading(page=page, given=pixels, lies=lies)


def _ruled(sheet: Sheet, rulings: Rulings, region: Region) -> RuledTable | None:
    straight = straighten(sheet.flat, rulings, region, margin=round(0.5 * sheet.letter))
    level = straight.across == LEVEL == straight.down  # only cut out: so are its rulings
    thin = thinned(straight.flat, sheet.threshold, sheet.letter)
    if thin is not None:
        straight, level = replace(straight, flat=thin), False
    own = rulings.within(straight.region) if level else find_rulings(straight.flat, sheet.letter)
    ink = binarise(straight.flat, sheet.threshold)
    grid = build_grid(own, ink, sheet.letter)
    if grid is None:
        return None
    both = np.asarray(cv2.bitwise_or(own.across, own.down), np.uint8)
    return RuledTable(straight=straight, ruled=rims(both), grid=grid)


def _read_table(sheet: Sheet, table: RuledTable, number: int, recogniser: Recogniser) -> Table:
    found = [(cell, *ink_of(sheet, table, cell)) for cell in table.grid.cells]
    readings = read_cells([lines for _, lines, _ in found], sheet.letter, recogniser)
    cells = [
        _cell(sheet, table, cell, lines, read, number, hidden)
        for (cell, lines, hidden), read in zip(found, readings, strict=True)
    ]
    grid = table.grid
    outline = table.straight.box_on_page(
        grid.columns[0], grid.rows[0], grid.columns[-1], grid.rows[-1]
    )
    return Table(
        pages=(number,),
        rows=len(grid.rows) - 1,
        columns=len(grid.columns) - 1,
        cells=tuple(cells),
        box=sheet.box(*outline),
    )


def _cell(
    sheet: Sheet,
    table: RuledTable,
    cell: GridCell,
    lines: list[InkLine],
    reading: CellReading,
    number: int,
    hidden: bool,
) -> Cell:
    place = {
        "row": cell.row,
        "column": cell.column,
        "row_span": cell.row_span,
        "column_span": cell.column_span,
        "page": number,
        "box": sheet.box(*table.straight.box_on_page(*table.grid.box(cell))),
    }
    if not lines:
        unseen = {"text": "", "confidence": 0.0 if hidden else 1.0, "ink": hidden}
        return Cell.model_validate({**place, **unseen})
    only = lines[0] if len(lines) == 1 and not lines[0].mark else None
    return Cell.model_validate(
        {
            **place,
            "text": reading.text,
            "confidence": round(reading.confidence, 4),
            "candidates": reading.candidates,
            "seconded": reading.seconded and not (hidden or any(line.frayed for line in lines)),
            "glyphs": only.blobs if only is not None else None,
            "obstructed": not reading.whole and (hidden or any(line.clipped for line in lines)),
        }
    )


def _without_tables(flat: Gray, regions: list[Region]) -> Gray:
    bare = flat.copy()
    for region in regions:
        bare[region.top : region.bottom, region.left : region.right] = 255
    return bare


def _read_lines(sheet: Sheet, bare: Gray, recogniser: Recogniser) -> list[TextLine]:
    return [
        TextLine(
            text=line.text,
            confidence=round(line.confidence, 4),
            box=sheet.box(*line.place),
            indent=round(line.indent, 1),
        )
        for line in read_prose(bare, sheet.threshold, sheet.letter, recogniser)
    ]

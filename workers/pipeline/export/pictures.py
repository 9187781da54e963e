"""Pictures of the places findings point at, cut from the upright pages."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from schemas.evidence import Evidence
from schemas.record import Record
from schemas.table import Table, Tables
from schemas.validation import Finding
from schemas.value import Box

# Pixels of a picture at most; a larger cut is scaled down.
_MOST_WIDTH, _MOST_HEIGHT = 1000, 360
# Fractions of the page kept around the place.
_MARGIN_X, _MARGIN_Y = 0.02, 0.012
# A place higher than this fraction of the page is shown by its first value only.
_TALL = 0.3
# Findings beyond this many go without a picture, so that the file stays one to mail.
_MOST_PICTURES = 60
# Colours of a cut at most that is kept as it is: a page drawn in shades, with its frames.
_FEW_COLOURS = 32
_RED, _AMBER = (200, 0, 0), (230, 150, 0)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A cut of a page, as a data: URI."""

    uri: str
    width: int
    height: int
    page: int


def pictures(
    findings: Sequence[Finding],
    record: Record,
    tables: Tables,
    image: Callable[[int], bytes],
) -> dict[int, Picture]:
    """Return the pictures by number of the finding (from 1); pages are fetched once each."""
    placed = [(n, f) for n, f in enumerate(findings, start=1) if f.page and f.box]
    wanted = sorted(placed[:_MOST_PICTURES], key=lambda item: item[1].page or 0)
    found: dict[int, Picture] = {}
    opened: tuple[int, Image.Image] | None = None
    for number, finding in wanted:
        page = finding.page or 0
        if opened is None or opened[0] != page:
            opened = (page, Image.open(io.BytesIO(image(page))).convert("RGB"))
        found[number] = _picture(opened[1], finding, record, tables)
    return dict(sorted(found.items()))


def _picture(upright: Image.Image, finding: Finding, record: Record, tables: Tables) -> Picture:
    page, box = finding.page or 0, finding.box or (0.0, 0.0, 1.0, 1.0)
    others = _boxes(finding.paths, page, record.evidence)
    cut = _around(box, others, _table_at(tables, page, box))
    width, height = upright.size
    pixels = (
        max(0, round(cut[0] * width)),
        max(0, round(cut[1] * height)),
        min(width, round(cut[2] * width) + 1),
        min(height, round(cut[3] * height) + 1),
    )
    piece = upright.crop(pixels)
    draw = ImageDraw.Draw(piece)
    line = max(2, width // 500)
    for other, colour in [*((other, _AMBER) for other in others if other != box), (box, _RED)]:
        draw.rectangle(_within(other, upright.size, pixels), outline=colour, width=line)
    piece.thumbnail((_MOST_WIDTH, _MOST_HEIGHT))
    uri = "data:image/webp;base64," + base64.b64encode(_coded(piece)).decode("ascii")
    return Picture(uri=uri, width=piece.width, height=piece.height, page=page)


def _coded(piece: Image.Image) -> bytes:
    """Return a cut as WebP: print in few shades is smaller without loss, and sooner done."""
    coded = io.BytesIO()
    if piece.getcolors(_FEW_COLOURS) is None:
        piece.save(coded, "WEBP", quality=75, method=4)
    else:
        piece.save(coded, "WEBP", lossless=True, quality=0, method=0)
    return coded.getvalue()


def _boxes(paths: Sequence[str], page: int, evidence: Mapping[str, Evidence]) -> list[Box]:
    found = (evidence.get(path) for path in paths)
    return [e.box for e in found if e is not None and e.page == page and e.box is not None]


def _around(box: Box, others: Sequence[Box], table: Table | None) -> Box:
    """Return what to cut: all values on the page, or the first one's row when they stand tall."""
    union = _union([box, *others])
    if union[3] - union[1] > _TALL:
        height = box[3] - box[1]
        union = (union[0], box[1] - 2 * height, union[2], box[3] + 2 * height)
    left, top, right, bottom = union
    if table is not None and table.box is not None:
        left, right = min(left, table.box[0]), max(right, table.box[2])
    elif table is None:
        left, right = min(left, 0.08), max(right, 0.92)
    return (left - _MARGIN_X, top - _MARGIN_Y, right + _MARGIN_X, bottom + _MARGIN_Y)


def _union(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def _table_at(tables: Tables, page: int, box: Box) -> Table | None:
    """Return the table a place lies in; its own box is that of its first page only."""
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    for table in tables.tables:
        cells = [c.box for c in table.cells if c.page == page and c.box is not None]
        if cells:
            extent = _union(cells)
            inside = extent[0] <= middle[0] <= extent[2] and extent[1] <= middle[1] <= extent[3]
            if inside:
                return table.model_copy(update={"box": extent})
    return None


def _within(
    box: Box, size: tuple[int, int], cut: tuple[int, int, int, int]
) -> tuple[float, float, float, float]:
    width, height = size
    left, top = box[0] * width - cut[0] - 1, box[1] * height - cut[1] - 1
    right, bottom = box[2] * width - cut[0] + 1, box[3] * height - cut[1] + 1
    return (left, top, max(right, left + 1), max(bottom, top + 1))

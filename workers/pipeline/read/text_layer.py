"""A page with a good text layer → Page: characters as they stand, tables by their vector rulings.

The rulings are drawn into a mask and go the same way as those of a scan; nothing is recognised.
The page's picture only says what of the text is seen, and what is seen beside it.
"""

from schemas.page import Page
from workers.pipeline.read.clean import Pixels
from workers.pipeline.read.text_layer_characters import TextLayer
from workers.pipeline.read.text_layer_lines import lines, words
from workers.pipeline.read.text_layer_picture import darkest, with_ink
from workers.pipeline.read.text_layer_tables import is_ruled, read_tables


def read_text_layer(layer: TextLayer, number: int, picture: Pixels | None = None) -> Page:
    """Read a page by its text layer; its `picture`, at any scale, shows which cells hold ink."""
    tables, taken = read_tables(layer, number)
    if picture is not None and tables:
        dark = darkest(picture)
        tables = [with_ink(table, layer, dark) for table in tables]
    free = [c for c, used in zip(layer.characters, taken, strict=True) if not used]
    return Page(
        number=number,
        width=round(layer.width),
        height=round(layer.height),
        source="text_layer",
        lines=tuple(lines(free, layer)),
        tables=tuple(tables),
        words=() if is_ruled(layer) else tuple(words(layer)),
    )

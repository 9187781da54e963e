"""What is done of a document inside the confined process: all that parses, unpacks or draws it.

What comes out is plain: values of ours, and pixels. Models are not loaded here: recognition sees
pixels only, in the process that asked.
"""

from schemas import failures
from schemas.environment import Conversion
from schemas.formats import sniff
from schemas.page import Page
from workers.confined.messages import Opened, failed_page
from workers.engines.inspect_office import office_failure
from workers.engines.office import OfficeError, as_docx
from workers.engines.render import RenderError, let_go, opened, render
from workers.engines.text_layer import load_page, text_layer
from workers.pipeline.read.markup import MARKUP_KINDS, read_markup
from workers.pipeline.read.text_layer import read_text_layer
from workers.pipeline.read.text_layer_characters import is_good
from workers.pipeline.read.text_layer_picture import leaves_out, seen

SHOWN_DPI = 96
"""Resolution at which a drawn page is compared with its text, and shown to a person."""


def open_page(content: bytes, kind: str, number: int) -> Opened:
    """Open page `number` (from 1) of a document.

    Of a PDF each page is decided by itself: a good text layer is noticed, and so is its absence.
    """
    if kind in MARKUP_KINDS:
        return Opened(page=_markup(content, kind))
    try:
        with opened(content) as document:
            page = load_page(document, number)
            layer = text_layer(page)
            if layer is not None and is_good(layer):
                picture = render(page, dpi=SHOWN_DPI)
                layer = seen(layer, picture)
                reading = read_text_layer(layer, number, picture)
                if not leaves_out(layer, reading, picture):
                    return Opened(page=reading, pixels=picture)
            pixels = render(page)
        let_go()
    except RenderError:
        return Opened(page=failed_page(number, failures.page_unreadable(number)))
    return Opened(page=None, pixels=pixels)


def _markup(content: bytes, kind: str) -> Page:
    """Read a document without pages, after converting it where it is an old one."""
    found = sniff(content, "")
    if found is None or found.role != "convertible":
        return read_markup(content, kind)
    settings = Conversion()
    try:
        return read_markup(as_docx(content, found, settings), kind)
    except OfficeError as error:
        failure = office_failure(error, found, settings)
        return Page(number=1, width=1, height=1, source="markup", failure=failure)

"""A web page, or one saved as MHTML (RFC 2557), → Page: the report in it, as a browser shows it."""

from email import message_from_bytes

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from schemas.page import Page
from schemas.table import Table
from workers.pipeline.read.encoding import EncodingUnknownError, declared_encoding, decode
from workers.pipeline.read.html_article import article
from workers.pipeline.read.html_flow import flow
from workers.pipeline.read.html_sheets import write_sheets
from workers.pipeline.read.markup_page import page_of_blocks

_ENVELOPE = b"MIME-Version:"
_ENVELOPE_WITHIN = 2048


def read_html(content: bytes) -> Page:
    """Read a page as it is stored; EncodingUnknownError or TooDeepError where it cannot be read."""
    page = parsed(markup_of(content))
    write_sheets(page)
    body = page.body
    items = article(flow(body)) if body is not None else []
    return page_of_blocks(
        [item.block for item in items], pictures=sum(item.pictures for item in items)
    )


def read_tables(markup: str) -> tuple[Table, ...]:
    """Return the tables of a piece of HTML; TooDeepError where it cannot be read."""
    body = parsed(markup).body
    blocks = [item.block for item in flow(body)] if body is not None else []
    return page_of_blocks(blocks).tables


def parsed(markup: str) -> LexborHTMLParser:
    """Parse a page; whatever it holds is a page, so that only memory can be wanting."""
    try:
        return LexborHTMLParser(markup)
    except SelectolaxError as error:
        raise MemoryError from error


def markup_of(content: bytes) -> str:
    """Return the text of a page, out of its envelope; EncodingUnknownError where it is none."""
    markup, declared = _unwrapped(content)
    return decode(markup, declared or declared_encoding(markup)).text


def _unwrapped(content: bytes) -> tuple[bytes, str | None]:
    """Take a page out of its envelope, with the encoding that names; a plain page as it is."""
    if _ENVELOPE not in content[:_ENVELOPE_WITHIN]:
        return content, None
    for part in message_from_bytes(content).walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and payload.strip():
                return payload, part.get_content_charset()
    raise EncodingUnknownError

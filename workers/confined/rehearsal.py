"""What documents have in common, read once before any of them is.

A fork begins with all its parent remembers: patterns compiled, the form's labels compared, colours
of MuPDF converted. Without a rehearsal every document would pay for these again, a fifth of its
reading. What is read here is the blank form, made here.
"""

import io
import zipfile
from collections.abc import Iterator
from html import escape
from itertools import groupby

import pymupdf

from schemas.form import Form, FormCell, FormTable
from schemas.forms import FORMS
from schemas.record import DocumentKind
from workers.confined.opening import open_page
from workers.engines.inspect import inspect
from workers.engines.inspection import Inspection, Limits
from workers.engines.render import let_go
from workers.pipeline.read.markup import read_markup

_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>'
)

_OPENINGS: dict[DocumentKind, str] = {"text": "", "markdown": "| "}
"""What begins a row of a table."""


def rehearse() -> None:
    """Read the blank forms in every form of text, and a page as text and as a picture."""
    for form in FORMS.values():
        for kind, content in _blank(form):
            read_markup(content, kind)
    for content in (_printed(), _pictured()):
        found = inspect(content, "", Limits(max_bytes=len(content), max_pages=1))
        assert isinstance(found, Inspection)
        open_page(content, found.kind, 1)
    let_go()


def _blank(form: Form) -> Iterator[tuple[DocumentKind, bytes]]:
    parts = [(s.title, [t for t in form.tables if t.section == s.number]) for s in form.sections]
    titles = [
        f"{numeral}、{title}" for numeral, (title, _) in zip("一二三四五六", parts, strict=True)
    ]
    tables = [own for _, own in parts]
    yield "html", _web_page(titles, tables).encode()
    yield "docx", _word_file(titles, tables)
    for kind, opening in _OPENINGS.items():
        lines = [
            line
            for title, own in zip(titles, tables, strict=True)
            for line in (title, *(opening + row for table in own for row in _lines(table)))
        ]
        yield kind, "\n".join(lines).encode()


def _rows(table: FormTable) -> Iterator[list[FormCell]]:
    for _, cells in groupby(table.cells, key=lambda cell: cell.row):
        yield list(cells)


def _lines(table: FormTable) -> Iterator[str]:
    return (" | ".join(cell.text or "0" for cell in cells) + " |" for cells in _rows(table))


def _web_page(titles: list[str], tables: list[list[FormTable]]) -> str:
    def row(cells: list[FormCell]) -> str:
        return "".join(
            f'<td rowspan="{cell.row_span}" colspan="{cell.column_span}">'
            f"<p>{cell.text or 0}</p></td>"
            for cell in cells
        )

    body = "".join(
        f"<p>{title}</p>"
        + "".join(
            f"<table>{''.join(f'<tr>{row(cells)}</tr>' for cells in _rows(table))}</table>"
            for table in own
        )
        for title, own in zip(titles, tables, strict=True)
    )
    return f"<html><head><title>{titles[0]}</title></head><body>{body}</body></html>"


def _word_file(titles: list[str], tables: list[list[FormTable]]) -> bytes:
    def paragraph(text: str) -> str:
        return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"

    def row(cells: list[FormCell]) -> str:
        inside = (f"<w:tc>{paragraph(cell.text or '0')}</w:tc>" for cell in cells)
        return f"<w:tr>{''.join(inside)}</w:tr>"

    body = "".join(
        paragraph(title)
        + "".join(f"<w:tbl>{''.join(map(row, _rows(table)))}</w:tbl>" for table in own)
        for title, own in zip(titles, tables, strict=True)
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{_WORDS}"><w:body>{body}</w:body></w:document>',
        )
    return held.getvalue()


def _printed() -> bytes:
    """Return a PDF of one page with some text and a line."""
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 72), "0 1 2 3 4 5 6 7 8 9")
        page.draw_line((72, 80), (200, 80))
        return bytes(document.tobytes())


def _pictured() -> bytes:
    """Return a PDF of one page with a picture over all of it."""
    grey = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 60, 80))
    grey.clear_with(255)
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_image(page.rect, pixmap=grey)
        return bytes(document.tobytes())

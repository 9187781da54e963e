"""Whole files of every kind that is read, as small as they can be, and ways to break them."""

import io
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator

import pymupdf
from PIL import Image

LINE = "本年新收政府信息公开申请 3 件。"
HTML = (
    "<html><head><meta charset='utf-8'></head><body><h1>报告</h1>"
    + f"<p>{LINE}</p>" * 20
    + "<table><tr><td colspan=2>甲</td></tr><tr><td>1</td><td>2</td></tr></table></body></html>"
).encode()


def pdf(**options: object) -> bytes:
    """Return a PDF of a page of text and a page of a scan."""
    with pymupdf.open() as document:
        page = document.new_page()
        for line in range(20):
            page.insert_text((72, 72 + 20 * line), LINE, fontname="china-s")
        document.new_page().insert_image((0, 0, 595, 842), stream=saved("JPEG"))
        return bytes(document.tobytes(no_new_id=True, **options))


def raw_pdf(*objects: bytes, trailer: bytes = b"trailer<</Root 1 0 R>>\n%%EOF\n") -> bytes:
    """Return a PDF written by hand, without cross-references; objects are numbered from 1."""
    numbered = (b"%d 0 obj%b endobj\n" % (at, body) for at, body in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + b"".join(numbered) + trailer


def page_pdf(drawn: bytes, resources: bytes = b"", *more: bytes, box: bytes = b"600 800") -> bytes:
    """Return a PDF of one page with this content, deflated; `more` are objects from 5."""
    packed = zlib.compress(drawn, 9)
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %b]/Contents 4 0 R/Resources<<%b>>>>"
        % (box, resources),
        stream(b"/Filter/FlateDecode", packed),
        *more,
    )


def stream(entries: bytes, content: bytes) -> bytes:
    """Return a stream object of a PDF."""
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(content), content)


def picture(mode: str = "RGB", size: tuple[int, int] = (200, 260)) -> Image.Image:
    """Return noise, which does not compress to nothing."""
    noise = Image.frombytes("L", size, random.Random(7).randbytes(size[0] * size[1]))
    return noise.convert("I").convert("I;16") if mode == "I;16" else noise.convert(mode)


def saved(kind: str, mode: str = "RGB", **options: object) -> bytes:
    """Return a picture as a file."""
    coded = io.BytesIO()
    picture(mode).save(coded, kind, **options)
    return coded.getvalue()


_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BODY = f"<w:p><w:r><w:t>{LINE}</w:t></w:r></w:p>" * 20 + (
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc>"
    "<w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)


def word(body: str = BODY, prolog: str = "") -> str:
    """Return the main part of a DOCX."""
    opening = f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<w:document xmlns:w="{_WORD}">'
    return f"{opening}<w:body>{body}</w:body></w:document>"


def docx(
    main: str | bytes | None = None,
    *,
    relations: str = _RELATIONS,
    more: dict[str, str | bytes] | None = None,
    packing: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Return a DOCX; its parts may be given."""
    coded = io.BytesIO()
    with zipfile.ZipFile(coded, "w", packing) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", relations)
        archive.writestr("word/document.xml", word() if main is None else main)
        for name, part in (more or {}).items():
            archive.writestr(name, part)
    return coded.getvalue()


WHOLE: dict[str, Callable[[], bytes]] = {
    "pdf": pdf,
    "pdf of object streams": lambda: pdf(use_objstms=1, garbage=3, deflate=True),
    "docx": docx,
    "png": lambda: saved("PNG"),
    "jpeg": lambda: saved("JPEG"),
    "tiff": lambda: saved("TIFF", compression="tiff_lzw"),
    "bmp": lambda: saved("BMP"),
    "html": lambda: HTML,
    "markdown": lambda: b"# \xe6\x8a\xa5\n\n" + b"|a|b|\n|--|--|\n|1|2|\n" * 60,
    "text": lambda: f"{LINE}\n".encode() * 60,
}


def cuts(content: bytes, every: int = 1024) -> Iterator[bytes]:
    """Yield a file cut at every so many bytes."""
    return (content[:at] for at in range(every, len(content), every))


def flipped(content: bytes, seed: int, bits: int = 8) -> bytes:
    """Return a file with some of its bits turned over."""
    chosen, broken = random.Random(seed), bytearray(content)
    for _ in range(bits):
        at = chosen.randrange(len(broken) * 8)
        broken[at // 8] ^= 1 << at % 8
    return bytes(broken)

"""Files to be inspected, and what comes of it."""

import io
import re
import struct
import zlib

import pymupdf
from PIL import Image, ImageDraw

from workers.engines.inspect import Inspection, Limits, inspect

LIMITS = Limits(max_bytes=4_000_000, max_pages=6, max_page_pixels=2_000_000)
FORM = "本年新收政府信息公开申请数量 12 件，结转下年度继续办理 3 件。"


def picture(width: int = 300, height: int = 200, mode: str = "RGB") -> Image.Image:
    """Return a picture that does not compress to nothing: truncation must hurt."""
    noise = Image.effect_noise((width, height), 60)
    ImageDraw.Draw(noise).rectangle((2, 2, width - 2, height - 2), outline=0, width=3)
    if mode == "I;16":
        return noise.convert("I").convert("I;16")
    return noise.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


JPEG = saved(picture(), "JPEG")
PNG = saved(picture(), "PNG")
TIFF = saved(picture(mode="1"), "TIFF", compression="group4")
BMP = saved(picture(), "BMP")


def pdf(*pages: str, **options: object) -> bytes:
    """Return a PDF of pages: scan, text, searchable (scan with invisible text), both, blank."""
    document = pymupdf.open()
    for kind in pages:
        page = document.new_page()
        if kind in ("scan", "searchable", "both"):
            page.insert_image(page.rect, stream=JPEG)
        if kind in ("text", "searchable", "both"):
            layer = 3 if kind == "searchable" else 0
            for line in range(4):
                place = (72, 72 + 20 * line)
                page.insert_text(place, FORM, fontname="china-s", render_mode=layer)
    content: bytes = document.tobytes(**options)
    document.close()
    return content


def code(content: bytes, name: str = "报告.pdf", limits: Limits = LIMITS) -> str:
    """Return the failure's code, or `ok`."""
    outcome = inspect(content, name, limits)
    if isinstance(outcome, Inspection):
        return "ok"
    assert not outcome.retryable
    assert re.search(r"[。]$", outcome.message)
    assert outcome.message_en.endswith(".")
    return outcome.code


def accepted(content: bytes, name: str = "报告.pdf") -> Inspection:
    outcome = inspect(content, name, LIMITS)
    assert isinstance(outcome, Inspection), outcome
    return outcome


def raw_pdf(*objects: bytes, trailer: bytes = b"trailer<</Root 1 0 R>>\n%%EOF\n") -> bytes:
    """Return a hand-made PDF without cross-reference table; objects are numbered from 1."""
    numbered = b"".join(
        b"%d 0 obj%bendobj\n" % (number, body) for number, body in enumerate(objects, start=1)
    )
    return b"%PDF-1.4\n" + numbered + trailer


# What a document is


def png_of(header: bytes, data: bytes, *extra: tuple[bytes, bytes]) -> bytes:
    chunks = [(b"IHDR", header), *extra, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
        for kind, body in chunks
    )


SCAN = pdf("scan", "scan")

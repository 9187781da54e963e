"""What is accepted although odd, what is refused and under which code; all files are made here."""

import hashlib
import io
import re
import struct
import zipfile
import zlib

import pymupdf
import pytest
from PIL import Image

from schemas.failure import Failure
from tests.inspected import (
    BMP,
    JPEG,
    LIMITS,
    PNG,
    SCAN,
    TIFF,
    accepted,
    code,
    pdf,
    picture,
    png_of,
    raw_pdf,
    saved,
)
from workers.engines.inspect import Inspection, Limits, inspect


@pytest.mark.parametrize(
    ("pages", "kind"),
    [
        (("scan", "scan"), "scan"),
        (("text", "text"), "born_digital"),
        (("text", "scan"), "mixed"),
        (("searchable", "searchable"), "scan"),
        (("both", "text"), "born_digital"),
        (("text", "blank"), "born_digital"),
        (("blank",), "scan"),
    ],
)
def test_kind_of_pdf_follows_what_its_pages_show(pages: tuple[str, ...], kind: str) -> None:
    content = pdf(*pages)
    assert accepted(content) == Inspection(
        sha256=hashlib.sha256(content).hexdigest(),
        media_type="application/pdf",
        kind=kind,  # type: ignore[arg-type]
        pages=len(pages),
    )


def test_text_that_means_nothing_is_no_text_layer() -> None:
    """A font without a map yields private-use codes: the page must be recognised, not copied."""
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((72, 72), "\ue001\ue002\ue003\ue004" * 20, fontname="china-s")
    content = document.tobytes()
    document.close()
    assert accepted(content).kind == "scan"


ODD_IMAGES: dict[str, tuple[bytes, str, int]] = {
    "cmyk jpeg": (saved(picture(mode="CMYK"), "JPEG"), "image/jpeg", 1),
    "grey jpeg": (saved(picture(mode="L"), "JPEG"), "image/jpeg", 1),
    "progressive jpeg": (saved(picture(), "JPEG", progressive=True), "image/jpeg", 1),
    "jpeg without end mark": (JPEG.removesuffix(b"\xff\xd9"), "image/jpeg", 1),
    "jpeg with half an end mark": (JPEG[:-1], "image/jpeg", 1),
    "jpeg with junk after it": (JPEG + b"\0junk" * 100, "image/jpeg", 1),
    "jpeg with fill bytes": (JPEG[:2] + b"\xff" * 50 + JPEG[2:], "image/jpeg", 1),
    "16 bit png": (saved(picture(mode="I;16"), "PNG"), "image/png", 1),
    "1 bit png": (saved(picture(mode="1"), "PNG"), "image/png", 1),
    "palette png": (saved(picture(mode="P"), "PNG"), "image/png", 1),
    "transparent png": (saved(picture(mode="RGBA"), "PNG"), "image/png", 1),
    "png without end chunk": (PNG[:-12], "image/png", 1),
    "png with junk after it": (PNG + b"junk", "image/png", 1),
    "1 bit tiff": (TIFF, "image/tiff", 1),
    "lzw tiff": (saved(picture(), "TIFF", compression="tiff_lzw"), "image/tiff", 1),
    "jpeg tiff": (saved(picture(), "TIFF", compression="jpeg"), "image/tiff", 1),
    "cmyk tiff": (saved(picture(mode="CMYK"), "TIFF"), "image/tiff", 1),
    "16 bit tiff": (saved(picture(mode="I;16"), "TIFF"), "image/tiff", 1),
    "multi-page tiff": (
        saved(picture(), "TIFF", save_all=True, append_images=[picture(), picture()]),
        "image/tiff",
        3,
    ),
    "bmp": (BMP, "image/bmp", 1),
    "1 bit bmp": (saved(picture(mode="1"), "BMP"), "image/bmp", 1),
}


@pytest.mark.parametrize("name", ODD_IMAGES)
def test_valid_but_odd_image_is_accepted_and_opens(name: str) -> None:
    content, media_type, pages = ODD_IMAGES[name]
    found = accepted(content, "扫描.bin")
    assert (found.kind, found.media_type, found.pages) == ("image", media_type, pages)
    with pymupdf.open(stream=content) as document:
        assert len(document) == pages


def test_rotated_photograph_is_accepted() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert accepted(saved(picture(), "JPEG", exif=exif)).kind == "image"


def test_interlaced_png_is_measured_pass_by_pass() -> None:
    """5 × 5 grey in Adam7 (first column, first row, column and row steps of the norm):
    passes of 1×1, 1×1, 2×1, 1×2, 3×1, 2×3 and 5×2 pixels have 1, 1, 1, 2, 1, 3 and 2 rows,
    so 11 filter bytes and 25 pixels: 36 bytes.
    """
    header = struct.pack(">LLBBBBB", 5, 5, 8, 0, 0, 0, 1)
    assert code(png_of(header, zlib.compress(bytes(36)))) == "ok"
    assert code(png_of(header, zlib.compress(bytes(35)))) == "damaged"


ODD_PDFS: dict[str, bytes] = {
    "junk before the header": b"HTTP/1.1 200 OK\r\n\r\n" + b"\xfe" * 900 + SCAN,
    "junk after the end": SCAN + b"\0" * 1500,
    "no header": SCAN[SCAN.index(b"\n") + 1 :],
    "wrong cross-references": re.sub(rb"startxref\s+\d+", b"startxref\n7", SCAN),
    "no cross-references": SCAN[: SCAN.rindex(b"startxref")],
    "owner's password only": pdf(
        "scan", encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="keeper", permissions=0
    ),
    "compressed objects": pdf("scan", "text", use_objstms=1, garbage=3, deflate=True),
}


@pytest.mark.parametrize("name", ODD_PDFS)
def test_valid_but_odd_pdf_is_accepted(name: str) -> None:
    assert accepted(ODD_PDFS[name]).pages >= 1


def test_rebuilt_pdf_says_so() -> None:
    assert accepted(ODD_PDFS["wrong cross-references"]).repaired
    assert not accepted(SCAN).repaired


def test_name_does_not_decide() -> None:
    assert accepted(SCAN, "照片.jpg").media_type == "application/pdf"
    assert accepted(PNG, "报告.pdf").media_type == "image/png"
    assert accepted("你好".encode(), "报告.pdf").kind == "text"


TEXTS: list[tuple[str, str, str]] = [
    ("# 报告\n\n|a|b|\n|---|---|\n", "utf-8", "markdown"),
    ("甲 | 乙\n--- | ---\n", "utf-8", "markdown"),
    ("一、总体情况\n", "gb18030", "text"),
    ("一、总体情况\n", "utf-16", "text"),
    ("规章 |\n0 |\n|||\n0 |\n", "utf-8", "text"),  # cells a line, merged ones gone
]


@pytest.mark.parametrize(("text", "encoding", "kind"), TEXTS)
def test_text_is_accepted_in_any_known_encoding_as_what_it_is(
    text: str, encoding: str, kind: str
) -> None:
    found = accepted(text.encode(encoding), "a.txt")
    assert (found.kind, found.pages) == (kind, 1)


# What is refused


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return stream.getvalue()


NOT_READ: list[tuple[str, bytes, str, str]] = [
    ("xlsx", zipped("[Content_Types].xml", "xl/workbook.xml"), "unsupported_type", "XLSX"),
    ("ofd", zipped("OFD.xml", "Doc_0/Document.xml"), "unsupported_type", "OFD"),
    ("odt", zipped("mimetype", "content.xml"), "unsupported_type", "OpenDocument"),
    ("doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unsupported_type", "WPS"),
    ("svg", b'<?xml version="1.0"?><svg xmlns="x"/>', "unsupported_type", "SVG"),
    ("xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
     "unsupported_type", "XML"),
    ("webp", saved(picture(), "WEBP"), "unsupported_type", "WebP"),
    ("gif", saved(picture(mode="P"), "GIF"), "unsupported_type", "GIF"),
    ("heic", b"\0\0\0\x18ftypheic" + bytes(100), "unsupported_type", "HEIC"),
    ("zip", zipped("报告.pdf"), "archive_as_document", "ZIP"),
    ("zip", zipped(), "archive_as_document", "ZIP"),
    ("rar", b"Rar!\x1a\x07\x01\0" + bytes(50), "archive_as_document", "RAR"),
    ("7z", b"7z\xbc\xaf\x27\x1c" + bytes(50), "archive_as_document", "7Z"),
    ("gz", b"\x1f\x8b\x08" + bytes(50), "archive_as_document", "GZIP"),
    ("docx", zipped("[Content_Types].xml", "word/document.xml"), "damaged", "DOCX"),
    ("html", b"<html><p>" + bytes(range(128, 256)) * 60, "encoding_unknown", "HTML"),
    ("exe", b"MZ\x90\0\x03" + bytes(range(256)), "not_a_document", "PDF"),
    ("zeros", bytes(5000), "not_a_document", "PDF"),
    ("txt", b" \r\n\t\n", "empty_file", "只有空白"),
    ("html", b"\xef\xbb\xbf\n", "empty_file", "只有空白"),
    ("txt", "一、总体情况\n收到申请 12 件。\n".encode("utf-16-le"), "unsupported_type", "UTF-8"),
    ("txt", "一、总体情况\n收到申请 12 件。\n".encode("utf-16-be"), "unsupported_type", "UTF-16"),
]  # fmt: skip


@pytest.mark.parametrize(("suffix", "content", "expected", "named"), NOT_READ)
def test_what_is_not_read_is_named(suffix: str, content: bytes, expected: str, named: str) -> None:
    outcome = inspect(content, f"报告.{suffix}", LIMITS)
    assert isinstance(outcome, Failure)
    assert outcome.code == expected
    assert named in outcome.message


def test_empty_file() -> None:
    assert code(b"") == "empty_file"


def test_bytes_over_the_limit_are_not_looked_at() -> None:
    outcome = inspect(SCAN + bytes(4_000_000), "a.pdf", LIMITS)
    assert isinstance(outcome, Failure)
    assert outcome.code == "too_large"
    assert "3.8 MB" in outcome.message


def test_limits_hold_at_their_edges() -> None:
    assert code(pdf(*["blank"] * 6)) == "ok"
    assert code(pdf(*["blank"] * 7)) == "too_many_pages"
    many = saved(picture(8, 8), "TIFF", save_all=True, append_images=[picture(8, 8)] * 6)
    assert code(many) == "too_many_pages"
    assert code(SCAN, limits=Limits(max_bytes=len(SCAN))) == "ok"
    assert code(saved(picture(2000, 1000, "1"), "PNG")) == "ok"
    assert code(saved(picture(2001, 1000, "1"), "PNG")) == "page_too_large"


def test_password_is_asked_for_by_name() -> None:
    for method in (pymupdf.PDF_ENCRYPT_RC4_40, pymupdf.PDF_ENCRYPT_AES_256):
        assert code(pdf("scan", encryption=method, user_pw="x", owner_pw="y")) == "encrypted"


def test_encryption_of_an_unknown_kind_is_encryption() -> None:
    content = pdf("scan", encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="y")
    assert code(content.replace(b"/Standard", b"/Adobe.Pk")) == "encrypted"


def test_pdf_without_pages() -> None:
    empty = raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")
    assert code(empty) == "no_pages"


def test_pdf_that_lost_its_pages_is_damaged() -> None:
    lost = raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )
    assert code(lost) == "damaged"

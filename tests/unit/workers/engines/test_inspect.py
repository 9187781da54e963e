"""What is accepted although odd, what is refused and under which code; all files are made here."""

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from schemas.failure import Failure
from workers.engines.inspect import Inspection, Limits, inspect
from workers.engines.inspect_pdf import has_lost_end

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


def png_of(header: bytes, data: bytes, *extra: tuple[bytes, bytes]) -> bytes:
    chunks = [(b"IHDR", header), *extra, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
        for kind, body in chunks
    )


SCAN = pdf("scan", "scan")

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


@pytest.mark.parametrize("content", [JPEG, PNG, TIFF, BMP], ids=["jpeg", "png", "tiff", "bmp"])
def test_cut_image_is_truncated_wherever_it_is_cut(content: bytes) -> None:
    for share in (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97):
        assert code(content[: int(len(content) * share)]) == "truncated", share


def test_cut_progressive_jpeg_is_truncated() -> None:
    content = saved(picture(), "JPEG", progressive=True)
    assert code(content[: len(content) * 2 // 3]) == "truncated"


def test_cut_multi_page_tiff_is_truncated() -> None:
    content = saved(picture(), "TIFF", save_all=True, append_images=[picture(), picture()])
    assert code(content[: len(content) * 2 // 3]) == "truncated"


def test_cut_pdf_is_truncated_or_repaired() -> None:
    """Cut before any page's content nothing is left to read; later, what is left is read."""
    content = pdf("text", "scan")
    outcomes = [code(content[: len(content) * share // 100]) for share in range(1, 100, 3)]
    assert set(outcomes) == {"truncated", "ok"}
    assert outcomes == sorted(outcomes, reverse=True)
    assert {code(SCAN[: len(SCAN) * share // 100]) for share in (1, 20, 60)} == {"truncated"}


BREAKS: list[tuple[str, Callable[[bytes], bytes], bool]] = [
    ("whole", lambda whole: whole, False),
    ("padded", lambda whole: whole + bytes(5000), False),
    ("with junk behind", lambda whole: whole + b"<html>not found</html>" * 300, False),
    ("wrong cross-references", lambda whole: whole.replace(b"startxref", b"startxref 7 "), False),
    ("cut before its end", lambda whole: whole[: whole.rindex(b"startxref")], True),
    ("cut in a page", lambda whole: whole[: len(whole) * 2 // 3], True),
    ("cut in a second edition", lambda whole: whole + b"\n9 0 obj\n<< /Type /Page", True),
]


@pytest.mark.parametrize(("name", "change", "lost"), BREAKS)
def test_a_pdf_that_breaks_off_is_told_from_an_odd_one(
    name: str, change: Callable[[bytes], bytes], lost: bool
) -> None:
    assert has_lost_end(change(pdf("text", "scan"))) is lost
    assert not has_lost_end(PNG)


def test_garbage_in_a_frame_of_pdf_is_damaged() -> None:
    assert code(b"%PDF-1.4\n" + bytes(range(256)) * 8 + b"\n%%EOF\n") == "damaged"


def png_claiming(width: int, height: int, data: bytes = b"") -> bytes:
    header = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return png_of(header, data or zlib.compress(b"\0" * 100))


GIANTS: dict[str, Callable[[], bytes]] = {
    "png": lambda: png_claiming(2**31 - 1, 2**31 - 1),
    "jpeg": lambda: JPEG.replace(struct.pack(">HH", 200, 300), b"\xff\xdc\xff\xdc", 1),
    "bmp": lambda: BMP[:18] + struct.pack("<ll", 2**30, -(2**30)) + BMP[26:],
    "tiff": lambda: tiff_of([(256, 4, 2**31), (257, 4, 2**31), (273, 4, 8), (279, 4, 8)]),
}


@pytest.mark.parametrize("name", GIANTS)
def test_giant_header_is_refused_before_decoding(name: str) -> None:
    assert code(GIANTS[name]()) == "page_too_large"


def test_giant_page_and_giant_picture_in_pdf() -> None:
    catalog, pages = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s]/Resources<</XObject<</I 4 0 R>>>>>>"
    picture = (
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Length 1>>stream\nx\nendstream "
    )
    assert code(raw_pdf(catalog, pages, page % b"600 800", picture % (100, 100))) == "ok"
    assert code(raw_pdf(catalog, pages, page % b"9000 9000")) == "page_too_large"
    assert (
        code(raw_pdf(catalog, pages, page % b"600 800", picture % (60000, 60000)))
        == "page_too_large"
    )


def test_deep_pixels_weigh_more() -> None:
    """65,535 channels of one byte: 100 × 100 pixels want 655 MB."""
    fields = [(256, 3, 100), (257, 3, 100), (258, 3, 8), (277, 3, 65535), (273, 4, 8), (279, 4, 0)]
    assert code(tiff_of(fields)) == "page_too_large"


def tiff_of(fields: list[tuple[int, int, int]], following: int = 0) -> bytes:
    entries = b"".join(
        struct.pack("<HHLHH" if kind == 3 else "<HHLL", tag, kind, 1, value, *[0] * (kind == 3))
        for tag, kind, value in sorted(fields)
    )
    return b"II*\0" + struct.pack("<LH", 8, len(fields)) + entries + struct.pack("<L", following)


def test_circular_tiff_is_damaged() -> None:
    fields = [(256, 3, 8), (257, 3, 8), (273, 4, 8), (279, 4, 8)]
    assert code(tiff_of(fields)) == "ok"
    assert code(tiff_of(fields, following=8)) == "damaged"


def test_png_bombs() -> None:
    """More rows than claimed are not unpacked; a profile of 20 MB in 20 KB is refused."""
    header = struct.pack(">LLBBBBB", 10, 10, 8, 0, 0, 0, 0)
    zeros = zlib.compress(bytes(20_000_000))
    assert code(png_of(header, zeros)) == "ok"
    assert code(png_of(header, zeros, (b"iCCP", b"p\0\0" + zeros))) == "document_bomb"


def test_recursive_pdf_objects_end() -> None:
    catalog = b"<</Type/Catalog/Pages 2 0 R>>"
    own_child = raw_pdf(catalog, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")
    assert code(own_child) == "damaged"
    form = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 4 0 R>>>>"
        b"/Length 5>>stream\n/F Do\nendstream "
    )
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</F 4 0 R>>>>"
        b"/Contents 5 0 R>>"
    )
    draw = b"<</Length 5>>stream\n/F Do\nendstream "
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    assert code(raw_pdf(catalog, pages, page, form, draw)) == "ok"
    assert code(raw_pdf(b"1 0 R", b"3 0 R", b"2 0 R")) in ("damaged", "no_pages")


@pytest.mark.parametrize("count", [b"-5", b"999999999", b"99999999999999999999", b"/x", b"2 0 R"])
def test_lying_page_count_never_raises(count: bytes) -> None:
    content = raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count %s>>" % count,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )
    assert code(content) in ("ok", "damaged", "no_pages", "too_many_pages")


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    code(SCAN[:-700])
    code(b"%PDF-1.4\n" + bytes(1000))
    assert capfd.readouterr() == ("", "")


# Whatever the bytes


BASES: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: JPEG,
    "png": lambda: PNG,
    "tiff": lambda: TIFF,
    "bmp": lambda: BMP,
    "pdf": lambda: SMALL,
}
SMALL = pdf("text", garbage=3, deflate=True)
PREFIXES = [
    b"",
    b"%PDF-1.7\n",
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR",
    b"\xff\xd8\xff",
    b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08",
    b"BM" + bytes(12) + b"\x28\0\0\0",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF1234WEBP",
]


@settings(max_examples=300, deadline=None)
@given(prefix=st.sampled_from(PREFIXES), body=st.binary(max_size=600), name=st.text(max_size=9))
def test_random_bytes_never_raise(prefix: bytes, body: bytes, name: str) -> None:
    assert isinstance(inspect(prefix + body, name, LIMITS), (Inspection, Failure))


@settings(max_examples=150, deadline=None)
@given(base=st.sampled_from(sorted(BASES)), share=st.floats(0, 1))
def test_random_truncations_never_raise(base: str, share: float) -> None:
    content = BASES[base]()
    outcome = inspect(content[: int(len(content) * share)], "a", LIMITS)
    if isinstance(outcome, Failure):
        assert outcome.code in {"empty_file", "truncated", "damaged", "not_a_document",
                                "unsupported_type", "encrypted", "no_pages"}  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(base=st.sampled_from(sorted(BASES)), data=st.data())
def test_flipped_bits_never_raise(base: str, data: st.DataObject) -> None:
    content = bytearray(BASES[base]())
    places = st.integers(0, min(len(content), 2000) * 8 - 1)
    for bit in data.draw(st.lists(places, min_size=1, max_size=12)):
        content[bit // 8] ^= 1 << bit % 8
    assert isinstance(inspect(bytes(content), "a", LIMITS), (Inspection, Failure))

"""Files cut, garbled, giant or malicious are refused by name, and never raise."""

import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.failure import Failure
from tests.inspected import (
    BMP,
    JPEG,
    LIMITS,
    PNG,
    SCAN,
    TIFF,
    code,
    pdf,
    picture,
    png_of,
    raw_pdf,
    saved,
)
from workers.engines.inspect import Inspection, inspect
from workers.engines.inspect_pdf import has_lost_end


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

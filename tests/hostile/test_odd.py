"""Valid files that look broken or strange: to refuse them would be a failure, too."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from tests.hostile.conftest import Outcome
from tests.hostile.files import HTML, WHOLE, docx, pdf, picture, saved, word
from workers.confined.reader import Reader

PDF = pdf()
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def updated() -> bytes:
    """A PDF with its changes appended twice, as programs write it that only add."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.pdf")
        path.write_bytes(PDF)
        for text in ("one", "two"):
            with pymupdf.open(path) as document:
                document[0].insert_text((72, 700), text)
                document.saveIncr()
        content = path.read_bytes()
    assert content.startswith(PDF)
    assert content.count(b"%%EOF") == 3
    return content


def rotated(degrees: int) -> bytes:
    with pymupdf.open(stream=pdf()) as document:
        for page in document:
            page.set_rotation(degrees)
        return bytes(document.tobytes())


def mixed_sizes() -> bytes:
    coded = io.BytesIO()
    first, *rest = (picture("L", size) for size in ((200, 260), (30, 400), (500, 60)))
    first.save(coded, "TIFF", save_all=True, append_images=rest)
    return coded.getvalue()


def zip64() -> bytes:
    coded = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx())) as plain, zipfile.ZipFile(coded, "w") as archive:
        for entry in plain.infolist():
            with archive.open(entry.filename, "w", force_zip64=True) as part:
                part.write(plain.read(entry))
    return coded.getvalue()


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 8
    return saved("JPEG", exif=exif)


ODD: dict[str, Callable[[], bytes]] = {
    "pdf: junk before the header": lambda: b"HTTP/1.1 200 OK\r\n\r\n" + b"\xfe" * 900 + PDF,
    "pdf: junk after the end": lambda: PDF + bytes(1500),
    "pdf: no cross-references": lambda: PDF[: PDF.rindex(b"startxref")] + b"\n%%EOF\n",
    "pdf: wrong cross-references": lambda: PDF.replace(b"startxref\n", b"startxref\n1"),
    "pdf: object and cross-reference streams": WHOLE["pdf of object streams"],
    "pdf: linear breaks of old Macs": lambda: PDF.replace(b"%PDF-1.7\n", b"%PDF-1.7\r", 1),
    "pdf: an empty user password": lambda: pdf(
        encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="keeper", permissions=0
    ),
    "pdf: an empty user password of old": lambda: pdf(
        encryption=pymupdf.PDF_ENCRYPT_RC4_40, owner_pw="keeper"
    ),
    "pdf: with an update appended": updated,
    "pdf: upside down": lambda: rotated(180),
    "pdf: on its side": lambda: rotated(90),
    "docx: zip64": zip64,
    "docx: stored, not packed": lambda: docx(packing=zipfile.ZIP_STORED),
    "docx: strict": lambda: docx(
        word().replace("http://schemas.openxmlformats.org/wordprocessingml/2006/main", STRICT)
    ),
    "docx: in UTF-16": lambda: docx(word().replace("UTF-8", "UTF-16").encode("utf-16")),
    "docx: without styles, with much else": lambda: docx(
        more={"word/media/a.bin": b"\0" * 5000, "customXml/item1.xml": "<a/>"}
    ),
    "docx: comment behind the archive": lambda: _commented(docx()),
    "html: in UTF-16": lambda: HTML.decode().encode("utf-16"),
    "html: in GB18030, declared as GB2312": lambda: (
        HTML.decode().replace("utf-8", "gb2312").encode("gb18030")
    ),
    "html: tags never closed": lambda: b"<html><body><table><tr><td>1<td>2<tr><td>3<p>x",
    "text: in GB18030": lambda: "本年新收政府信息公开申请 3 件。\n".encode("gb18030") * 20,
    "text: lines of old Macs": lambda: "一、总体情况\r二、主动公开\r".encode() * 20,
    "png: 16 bits": lambda: saved("PNG", "I;16"),
    "png: one bit": lambda: saved("PNG", "1"),
    "png: palette": lambda: saved("PNG", "P"),
    "png: transparent": lambda: saved("PNG", "RGBA"),
    "jpeg: CMYK": lambda: saved("JPEG", "CMYK"),
    "jpeg: progressive": lambda: saved("JPEG", progressive=True),
    "jpeg: turned by its camera": turned,
    "tiff: CMYK": lambda: saved("TIFF", "CMYK"),
    "tiff: fax": lambda: saved("TIFF", "1", compression="group4"),
    "tiff: pages of mixed sizes": mixed_sizes,
    "bmp: one bit": lambda: saved("BMP", "1"),
    "bmp: palette": lambda: saved("BMP", "P"),
}


def _commented(content: bytes) -> bytes:
    coded = io.BytesIO(content)
    with zipfile.ZipFile(coded, "a") as archive:
        archive.comment = b"made by another program" * 20
    return coded.getvalue()


@pytest.mark.parametrize("name", ODD)
def test_it_is_accepted(outcome: Outcome, name: str) -> None:
    assert outcome(ODD[name]()) == "ok"


def test_every_page_of_a_tiff_is_a_page(reader: Reader) -> None:
    content = mixed_sizes()
    sizes = [reader.open_page(content, "image", number).pixels for number in (1, 2, 3)]
    shapes = [pixels.shape[:2] for pixels in sizes if pixels is not None]
    assert [tall > wide for tall, wide in shapes] == [True, True, False]

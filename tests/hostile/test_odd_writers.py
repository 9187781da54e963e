"""Valid files as programs write them that nobody here has: each is accepted, and its words read."""

import io
import struct
import zipfile
from collections.abc import Callable

import pymupdf
import pytest
from PIL import Image

from schemas.failure import Failure
from tests.hostile.conftest import LIMITS, Outcome
from tests.hostile.files import BODY, HTML, LINE, docx, page_pdf, pdf, picture, saved, stream, word
from workers.confined.reader import Reader

PDF = pdf()
WORDS = "本年新收政府信息公开申请"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHOWN = b"q 600 0 0 800 0 0 cm /I Do Q"


def changed(change: Callable[[pymupdf.Document], object], **options: object) -> bytes:
    """Return the PDF of text and scan with something done to it."""
    with pymupdf.open(stream=pdf()) as document:
        change(document)
        return bytes(document.tobytes(**options))


def versioned(version: bytes) -> bytes:
    return PDF.replace(b"%PDF-1.7", b"%PDF-" + version, 1)


def form(document: pymupdf.Document) -> None:
    field = pymupdf.Widget()
    field.field_type, field.field_name = pymupdf.PDF_WIDGET_TYPE_TEXT, "issuer"
    field.field_value, field.rect = "x", pymupdf.Rect(72, 600, 200, 620)
    document[0].add_widget(field)


def layers(document: pymupdf.Document) -> None:
    shown = document.add_ocg("shown", on=True)
    document[0].insert_text((72, 700), "layer", oc=shown)


def boxes(document: pymupdf.Document) -> None:
    document.xref_set_key(document[0].xref, "MediaBox", "[595 842 0 0]")
    document.xref_set_key(document[1].xref, "MediaBox", "[-100 -50 495 792]")


def scanned(entries: bytes, coded: bytes, width: int = 200, height: int = 260) -> bytes:
    """Return a PDF of one page whose picture is coded like this."""
    size = b"/Subtype/Image/Width %d/Height %d" % (width, height)
    return page_pdf(_SHOWN, b"/XObject<</I 5 0 R>>", stream(size + entries, coded))


def fax() -> bytes:
    """Return the picture as Group 4 alone, as fax machines put it into a PDF."""
    with Image.open(io.BytesIO(saved("TIFF", "1", compression="group4"))) as tiff:
        at, size = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
        tiff.fp.seek(at)
        return tiff.fp.read(size)


def big_endian(pages: int = 1) -> bytes:
    """Return a TIFF as old Macs and scanners write it: MM, one strip, no compression."""
    width, height = 40, 50
    pixels = picture("L", (width, height)).tobytes()
    file = b"MM\x00*" + struct.pack(">L", 8)
    for page in range(pages):
        begin = len(file)
        entries = (
            *((256, 3, 1, width << 16), (257, 3, 1, height << 16), (258, 3, 1, 8 << 16)),
            *((259, 3, 1, 1 << 16), (262, 3, 1, 1 << 16), (273, 4, 1, begin + 2 + 12 * 8 + 4)),
            *((278, 3, 1, height << 16), (279, 4, 1, len(pixels))),
        )
        following = begin + 2 + 12 * 8 + 4 + len(pixels) if page + 1 < pages else 0
        file += struct.pack(">H", len(entries))
        file += b"".join(struct.pack(">HHLL", *entry) for entry in entries)
        file += struct.pack(">L", following) + pixels
    return file


def relabelled(target: str, part: str) -> bytes:
    """Return a DOCX whose main part is elsewhere."""
    coded = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx())) as plain, zipfile.ZipFile(coded, "w") as other:
        for name in plain.namelist():
            content = plain.read(name).replace(b"word/document.xml", target.encode())
            other.writestr(part if name == "word/document.xml" else name, content)
    return coded.getvalue()


def unseekable() -> bytes:
    """Return a DOCX written to a pipe: sizes stand behind the parts."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    coded = Pipe()
    with zipfile.ZipFile(io.BytesIO(docx())) as plain, zipfile.ZipFile(coded, "w") as other:
        for name in plain.namelist():
            other.writestr(name, plain.read(name), zipfile.ZIP_DEFLATED)
    return coded.getvalue()


def with_folders() -> bytes:
    coded = io.BytesIO(docx())
    with zipfile.ZipFile(coded, "a") as archive:
        archive.mkdir("word/media")
        archive.mkdir("customXml")
    return coded.getvalue()


OTHER_PREFIX = word().replace("xmlns:w=", "xmlns:ns0=").replace("<w:", "<ns0:").replace(
    "</w:", "</ns0:"
)  # fmt: skip
DEFAULT = word().replace("xmlns:w=", "xmlns=").replace("<w:", "<").replace("</w:", "</")
MARKED = word(f'<w:p><w:bookmarkStart w:id="0" w:name="_Hlk1"/></w:p>{BODY}<w:sectPr/>')
INSERTED = word(
    f'<w:p><w:ins w:id="1" w:author="x"><w:r><w:t>{LINE}</w:t></w:r></w:ins></w:p>{BODY}'
)
CONTROLS = word(f"<w:sdt><w:sdtPr/><w:sdtContent>{BODY}</w:sdtContent></w:sdt>")

READ: dict[str, Callable[[], bytes]] = {
    **{
        f"pdf: version {version}": lambda version=version: versioned(version.encode())
        for version in ("1.0", "1.2", "1.3", "1.5", "2.0", "1.9", "3.0")
    },
    "pdf: with a file attached": lambda: changed(lambda d: d.embfile_add("a.docx", docx())),
    "pdf: with a form": lambda: changed(form),
    "pdf: with layers": lambda: changed(layers),
    "pdf: with notes": lambda: changed(lambda d: d[0].add_text_annot((50, 50), "note")),
    "pdf: with a link": lambda: changed(
        lambda d: d[0].insert_link(
            {
                "kind": pymupdf.LINK_URI,
                "from": pymupdf.Rect(0, 0, 9, 9),
                "uri": "https://a.example/",
            }
        )
    ),
    "pdf: with an outline": lambda: changed(lambda d: d.set_toc([[1, "一、总体情况", 1]])),
    "pdf: archival, with XMP": lambda: changed(
        lambda d: d.set_xml_metadata(
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/'
            '22-rdf-syntax-ns#"><rdf:Description xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" '
            'pdfaid:part="1" pdfaid:conformance="B"/></rdf:RDF></x:xmpmeta>'
        )
    ),
    "pdf: boxes from corner to corner, and not from 0": lambda: changed(boxes),
    "pdf: cropped": lambda: changed(lambda d: d[0].set_cropbox(pymupdf.Rect(20, 20, 500, 800))),
    "pdf: twice as large by its unit": lambda: changed(
        lambda d: d.xref_set_key(d[0].xref, "UserUnit", "2.0")
    ),
    "pdf: pretty": lambda: changed(lambda d: None, pretty=True, ascii=True),
    "pdf: cleaned": lambda: changed(lambda d: None, clean=True, garbage=4, deflate=True),
    "pdf: old Macs' line ends in its text": lambda: PDF + b"\r\r\r",
    "docx: another prefix": lambda: docx(OTHER_PREFIX),
    "docx: no prefix": lambda: docx(DEFAULT),
    "docx: a mark before the declaration": lambda: docx(b"\xef\xbb\xbf" + word().encode()),
    "docx: no declaration": lambda: docx(word().partition("?>")[2]),
    "docx: named from the root": lambda: relabelled("/word/document.xml", "word/document.xml"),
    "docx: the main part elsewhere": lambda: relabelled("word/document2.xml", "word/document2.xml"),
    "docx: a main part at the root": lambda: relabelled("main.xml", "main.xml"),
    "docx: written to a pipe": unseekable,
    "docx: with folders": with_folders,
    "docx: with macros": lambda: docx(
        more={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(99)}
    ),
    "docx: bookmarks and a section": lambda: docx(MARKED),
    "docx: inserted text": lambda: docx(INSERTED),
    "docx: in content controls": lambda: docx(CONTROLS),
    "html: in GBK by a header of old": lambda: (
        HTML.decode()
        .replace("charset='utf-8'", "http-equiv='Content-Type' content='text/html; charset=gbk'")
        .encode("gbk")
    ),
    "html: a mark, and another encoding said": lambda: (
        b"\xef\xbb\xbf" + HTML.replace(b"utf-8", b"gb2312")
    ),
    "html: as XML": lambda: (
        "<?xml version='1.0' encoding='gb2312'?><!DOCTYPE html><html "
        "xmlns='http://www.w3.org/1999/xhtml'>"
        + HTML.decode().partition("<html>")[2].replace("<meta charset='utf-8'>", "")
    ).encode("gb2312"),
    "html: capitals": lambda: HTML.replace(b"<p>", b"<P>").replace(b"</p>", b"</P>"),
    "html: nothing said of its encoding": lambda: (
        HTML.decode().replace("<meta charset='utf-8'>", "").encode("gb18030")
    ),
    "html: in UTF-16 from the other end": lambda: b"\xfe\xff" + HTML.decode().encode("utf-16-be"),
    "html: behind blanks": lambda: b"\r\n\r\n   " + HTML,
    "html: behind a comment": lambda: b"<!-- saved from url=(0014)about:internet -->\r\n" + HTML,
    "text: with a mark": lambda: b"\xef\xbb\xbf" + f"{LINE}\n".encode() * 20,
    "text: in UTF-16 from the other end": lambda: (
        b"\xfe\xff" + (f"{LINE}\n" * 20).encode("utf-16-be")
    ),
    "text: lines of all systems": lambda: f"{LINE}\r\n{LINE}\r{LINE}\n".encode() * 9,
    "text: pages by form feeds": lambda: f"{LINE}\f".encode() * 20,
    "markdown: with a mark": lambda: b"\xef\xbb\xbf# \xe6\x8a\xa5\n\n" + f"{LINE}\n".encode() * 9,
}

SEEN: dict[str, Callable[[], bytes]] = {
    "pdf: turned by 270": lambda: changed(lambda d: [page.set_rotation(270) for page in d]),
    "pdf: a picture in CMYK": lambda: scanned(
        b"/ColorSpace/DeviceCMYK/BitsPerComponent 8/Filter/DCTDecode", saved("JPEG", "CMYK")
    ),
    "pdf: a picture of JPEG 2000": lambda: scanned(b"/Filter/JPXDecode", saved("JPEG2000", "L")),
    "pdf: a fax": lambda: scanned(
        b"/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode"
        b"/DecodeParms<</K -1/Columns 200/Rows 260>>",
        fax(),
    ),
    "pdf: a mask": lambda: scanned(b"/ImageMask true/BitsPerComponent 1", bytes(25 * 260)),
    "pdf: a palette": lambda: scanned(
        b"/ColorSpace[/Indexed/DeviceRGB 1<000000FFFFFF>]/BitsPerComponent 1", bytes(25 * 260)
    ),
    "pdf: hexadecimal in base 85": lambda: scanned(
        b"/ColorSpace/DeviceGray/BitsPerComponent 8/Filter[/ASCIIHexDecode]",
        bytes(200 * 260).hex().encode() + b">",
    ),
    "pdf: by Pillow": lambda: saved("PDF", "L"),
    "pdf: a strip": lambda: page_pdf(b"", box=b"3000 200"),
    "pdf: a stamp": lambda: page_pdf(b"", box=b"60 60"),
    "tiff: big-endian": big_endian,
    "tiff: big-endian, three pages": lambda: big_endian(3),
    **{
        f"tiff: {how}": lambda how=how: saved("TIFF", compression=how)
        for how in ("jpeg", "packbits", "tiff_adobe_deflate", "raw", "tiff_lzw")
    },
    "tiff: fax of group 3": lambda: saved("TIFF", "1", compression="group3"),
    "tiff: 16 bits": lambda: saved("TIFF", "I;16"),
    "tiff: transparent": lambda: saved("TIFF", "RGBA"),
    "tiff: palette": lambda: saved("TIFF", "P"),
    "jpeg: grey": lambda: saved("JPEG", "L"),
    "png: grey with transparency": lambda: saved("PNG", "LA"),
}

REFUSED = {
    "webp": (lambda: saved("WEBP"), "WebP"),
    "gif": (lambda: saved("GIF", "P"), "GIF"),
    "heic": (lambda: b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(500), "HEIC"),
    "avif": (lambda: b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif" + bytes(500), "AVIF"),
    "jpeg 2000": (lambda: saved("JPEG2000"), "JPEG 2000"),
}


@pytest.mark.parametrize("name", READ)
def test_it_is_accepted_and_its_words_are_read(reader: Reader, name: str) -> None:
    content = READ[name]()
    found = reader.inspect(content, "a.docx" if name.startswith("docx") else "a", LIMITS)
    assert not isinstance(found, Failure), found.code
    page = reader.open_page(content, found.kind, 1).page
    assert page is not None, "it is taken for a scan"
    assert page.failure is None
    assert WORDS in "".join(line.text for line in page.lines)


@pytest.mark.parametrize("name", SEEN)
def test_it_is_accepted_and_seen(outcome: Outcome, reader: Reader, name: str) -> None:
    content = SEEN[name]()
    assert outcome(content) == "ok"
    found = reader.inspect(content, "a", LIMITS)
    assert not isinstance(found, Failure)
    assert reader.open_page(content, found.kind, 1).pixels is not None


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_taken_is_refused_by_its_name(reader: Reader, name: str) -> None:
    make, said = REFUSED[name]
    found = reader.inspect(make(), "a", LIMITS)
    assert isinstance(found, Failure)
    assert found.code == "unsupported_type"
    assert said in found.message
    assert said in found.message_en

"""Valid files laid out in ways that are seldom seen: what they show is what is read."""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping

import numpy as np
import pymupdf
import pytest
from PIL import Image

from schemas.failure import Failure
from tests.hostile.conftest import LIMITS
from tests.hostile.files import docx, page_pdf, stream
from tests.hostile.test_odd_writers import WORDS, changed, fax, scanned
from workers.confined.reader import Reader
from workers.engines.render import Pixels

DRAWN = b"BT /F 40 Tf 50 400 Td (%b) Tj ET"
FONT = b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
NEWEST, OLDER = b"three hundred new requests", b"two hundred new requests"


def numbered(drawn: bytes) -> dict[int, bytes]:
    """Return the objects of a PDF of one page, by number."""
    found = re.finditer(rb"(\d+) 0 obj(.*?) endobj\n", page_pdf(b"", FONT), re.S)
    objects = {int(one[1]): one[2] for one in found}
    return objects | {4: stream(b"", DRAWN % drawn)}


def written(objects: Mapping[int, bytes], begin: int) -> tuple[bytes, dict[int, int]]:
    """Write objects one after the other from a place in the file; return where each is."""
    file, places = b"", {}
    for number, body in objects.items():
        places[number] = begin + len(file)
        file += b"%d 0 obj%b endobj\n" % (number, body)
    return file, places


def table(places: Mapping[int, int], trailer: bytes) -> bytes:
    """Write a table of cross-references, each in a section of its own."""
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % place for place in sorted(places.items()))
    return b"xref\n0 1\n0000000000 65535 f \n" + rows + b"trailer<<%b>>\n" % trailer


def linearised() -> bytes:
    """Return a PDF that can be shown while it is fetched: its first page stands before the rest.

    Two tables of cross-references, the first of which names the second (ISO 32000, annex F).
    """
    objects = numbered(NEWEST)
    rest, first = {2: objects[2]}, {n: objects[n] for n in (1, 3, 4)}
    told = b"<</Linearized 1/L %010d/H[0 0]/O 3/E %010d/N 1/T %010d>>"
    own = {5: told % (0, 0, 0)}
    opening, places = written(own, 9)
    prev = b"/Root 1 0 R/Size 6/Prev %010d"
    room = len(table(dict.fromkeys((1, 3, 4, 5), 0), prev % 0) + b"startxref\n0\n%%EOF\n")
    body, more = written(first, 9 + len(opening) + room)
    end = 9 + len(opening) + room + len(body)
    last, late = written(rest, end)
    main = end + len(last)
    head = table(places | more, prev % main) + b"startxref\n0\n%%EOF\n"
    assert len(head) == room
    size = (
        main + len(table(late, b"/Size 3")) + len(b"startxref\n%d\n%%%%EOF\n" % (9 + len(opening)))
    )
    opening, _ = written({5: told % (size, end, main)}, 9)
    ending = b"startxref\n%d\n%%%%EOF\n" % (9 + len(opening))
    return b"%PDF-1.4\n" + opening + head + body + last + table(late, b"/Size 3") + ending


def hybrid() -> bytes:
    """Return a PDF for old readers and new: a stream has what the table calls free.

    The content is there twice; the one of the stream of cross-references counts (7.5.8.4).
    """
    objects = numbered(OLDER)
    file, places = written(objects, 9)
    newer, more = written({6: stream(b"", DRAWN % NEWEST)}, 9 + len(file))
    at = 9 + len(file) + len(newer)
    row = struct.pack(">BIB", 1, more[6], 0) + struct.pack(">BIB", 1, at, 0)
    entries = b"/Type/XRef/Size 8/Index[6 2]/W[1 4 1]/Root 1 0 R"
    crossed = b"7 0 obj%b endobj\n" % stream(entries, row)
    shown = objects[3].replace(b"4 0 R", b"6 0 R")
    page, late = written({3: shown}, at + len(crossed))
    begin = at + len(crossed) + len(page)
    told = table(places | late, b"/Root 1 0 R/Size 8/XRefStm %d" % at)
    return (
        b"%PDF-1.5\n" + file + newer + crossed + page + told + b"startxref\n%d\n%%%%EOF\n" % begin
    )


def replaced() -> bytes:
    """Return a PDF whose numbers were replaced by an update at its end."""
    file, places = written(numbered(OLDER), 9)
    first = 9 + len(file)
    whole = b"%PDF-1.4\n" + file + table(places, b"/Root 1 0 R/Size 5")
    whole += b"startxref\n%d\n%%%%EOF\n" % first
    newer, more = written({4: stream(b"", DRAWN % NEWEST)}, len(whole))
    begin = len(whole) + len(newer)
    told = table(more, b"/Root 1 0 R/Size 5/Prev %d" % first)
    return whole + newer + told + b"startxref\n%d\n%%%%EOF\n" % begin


def hidden(document: pymupdf.Document) -> None:
    """Add a layer that is not shown, over which a number stands."""
    layer = document.add_ocg("draft", on=False)
    document[0].insert_text((72, 700), "987654", oc=layer)


def labelled(document: pymupdf.Document) -> None:
    document.set_page_labels([{"startpage": 0, "prefix": "A-", "style": "r", "firstpagenum": 7}])


def jbig2() -> bytes:
    """Return the picture in JBIG2 as scanners put it into a PDF: one region, coded as a fax is."""
    width, height = 200, 260

    def segment(number: int, kind: int, data: bytes) -> bytes:
        return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data

    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIBB", width, height, 0, 0, 0, 1)
    return segment(0, 48, page) + segment(1, 38, region + fax())


def packed(*parts: tuple[str, str]) -> bytes:
    coded = io.BytesIO()
    with zipfile.ZipFile(coded, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return coded.getvalue()


def parts() -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(docx())) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def renamed(rename: Callable[[str], str]) -> bytes:
    return packed(*((rename(name), content) for name, content in parts().items()))


def strict(content: str) -> str:
    """Return a part as a program writes it that keeps to the standard alone."""
    for kind in ("officeDocument", "wordprocessingml"):
        theirs = f"http://schemas.openxmlformats.org/{kind}/2006/"
        content = content.replace(theirs, f"http://purl.oclc.org/ooxml/{kind}/")
    return content


READ: dict[str, tuple[Callable[[], bytes], str]] = {
    "pdf: linearised": (linearised, NEWEST.decode()),
    "pdf: hybrid": (hybrid, NEWEST.decode()),
    "pdf: numbers replaced by an update": (replaced, NEWEST.decode()),
    "pdf: with a layer not shown": (lambda: changed(hidden), WORDS),
    "pdf: pages with names": (lambda: changed(labelled), WORDS),
    "docx: custom parts first": (
        lambda: packed(("customXml/a.xml", "<a/>"), *parts().items()), WORDS,
    ),
    "docx: other capitals": (lambda: renamed(lambda n: n.replace("word/d", "Word/D")), WORDS),
    "docx: packed by old .NET": (lambda: renamed(lambda n: n.replace("word/", "word\\")), WORDS),
    "docx: strict in all it says": (
        lambda: packed(*((name, strict(content)) for name, content in parts().items())),
        WORDS,
    ),
}  # fmt: skip
"""What is made, and words of it that are read."""

NOT_READ = ("987654", OLDER.decode(), "A-vii")


@pytest.mark.parametrize("name", READ)
def test_what_it_shows_is_read_and_nothing_else(reader: Reader, name: str) -> None:
    make, words = READ[name]
    content = make()
    found = reader.inspect(content, "a", LIMITS)
    assert not isinstance(found, Failure), found.code
    page = reader.open_page(content, found.kind, 1).page
    assert page is not None, "it is taken for a scan"
    text = "".join(line.text for line in page.lines)
    assert words.replace(" ", "") in text.replace(" ", "")
    assert [one for one in NOT_READ if one.replace(" ", "") in text.replace(" ", "")] == []


def test_the_files_made_here_are_what_they_say() -> None:
    for make in (linearised, hybrid, replaced):
        with pymupdf.open(stream=make(), filetype="pdf") as document:
            assert not document.is_repaired, "every reference leads where it should"
            assert [page.get_text().strip() for page in document] == [NEWEST.decode()]


def small(pixels: Pixels) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return a page's picture in grey at a size at which all can be compared."""
    grey = Image.fromarray(pixels).convert("L").resize((20, 26), Image.Resampling.BOX)
    return np.asarray(grey, float)


def test_a_scan_in_jbig2_is_seen_as_the_same_in_fax(reader: Reader) -> None:
    one_bit = b"/ColorSpace/DeviceGray/BitsPerComponent 1/Filter"
    content = scanned(one_bit + b"/JBIG2Decode", jbig2())
    plain = scanned(
        one_bit + b"/CCITTFaxDecode/DecodeParms<</K -1/Columns 200/Rows 260/BlackIs1 false>>", fax()
    )
    found = [reader.open_page(one, "scan", 1).pixels for one in (content, plain)]
    assert found[0] is not None
    assert found[1] is not None
    assert small(found[0]).std() > 1, "something is seen"
    same, inverse = (np.abs(small(found[0]) - other).mean() for other in (
        small(found[1]), 255 - small(found[1])))  # fmt: skip
    assert min(same, inverse) < 2


def gradient() -> Image.Image:
    """Return a picture that is dark at its top left alone: turned or mirrored, it shows."""
    down, across = np.mgrid[0:260, 0:200]
    return Image.fromarray((40 + 100 * down / 260 + 100 * across / 200).astype(np.uint8))


TURNS = {1: (), 2: (0,), 3: (3,), 4: (1,), 5: (5,), 6: (2,), 7: (6,), 8: (4,)}
"""EXIF orientation → what Pillow does to a picture so that a camera would write it."""


@pytest.mark.parametrize("orientation", TURNS)
def test_a_photograph_is_seen_upright_however_it_was_stored(
    reader: Reader, orientation: int
) -> None:
    stored = gradient()
    for turn in TURNS[orientation]:
        stored = stored.transpose(Image.Transpose(turn))
    exif = Image.Exif()
    exif[0x0112] = orientation
    coded = io.BytesIO()
    stored.save(coded, "JPEG", exif=exif, quality=95)
    pixels = reader.open_page(coded.getvalue(), "image", 1).pixels
    assert pixels is not None
    assert np.abs(small(pixels) - small(np.asarray(gradient().convert("RGB")))).max() < 12


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_what_is_transparent_is_seen_on_paper(reader: Reader, mode: str) -> None:
    shown = gradient().convert(mode)
    shown.putalpha(Image.new("L", shown.size, 0))
    coded = io.BytesIO()
    shown.save(coded, "PNG")
    pixels = reader.open_page(coded.getvalue(), "image", 1).pixels
    assert pixels is not None
    assert pixels.min() == 255


def test_a_workbook_is_refused_by_its_name_and_with_what_to_do(reader: Reader) -> None:
    content = packed(("[Content_Types].xml", "<a/>"), ("xl/workbook.xml", "<a/>"))
    for filename in ("a", "年报.xlsx", "年报.pdf"):
        found = reader.inspect(content, filename, LIMITS)
        assert isinstance(found, Failure)
        assert found.code == "unsupported_type"
        assert "Excel" in found.message
        assert "PDF" in found.message

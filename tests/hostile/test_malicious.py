"""Files made to exhaust, to escape or to look elsewhere: each has an end, and a name for it."""

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from tests.hostile.conftest import Outcome
from tests.hostile.files import docx, page_pdf, pdf, raw_pdf, saved, stream, word
from workers.archive import ArchiveLimits, ArchiveRefused, Member
from workers.confined.reader import Reader

REFUSED = {"document_bomb", "out_of_memory", "timed_out", "damaged", "page_too_large", "too_large"}


def zeros(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


def laughs() -> str:
    """Ten entities, each ten times the one before: a billion words in a kilobyte."""
    before = '<!ENTITY e0 "ha">'
    more = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 10))
    return f"<!DOCTYPE w [{before}{more}]>"


def outside(path: Path) -> str:
    return f'<!DOCTYPE w [<!ENTITY out SYSTEM "{path.as_uri()}">]>'


PARAGRAPH = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"


def deep_xml(levels: int) -> str:
    return word("<w:sdt><w:sdtContent>" * levels + "</w:sdtContent></w:sdt>" * levels)


def png_claiming(width: int, height: int) -> bytes:
    content = bytearray(saved("PNG"))
    content[16:24] = struct.pack(">LL", width, height)
    content[29:33] = struct.pack(">L", zlib.crc32(content[12:29]))
    return bytes(content)


CASES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "pdf: pages that are their own parents": (
        lambda: raw_pdf(
            b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"
        ),
        {"damaged"},
    ),
    "pdf: a form that draws itself": (
        lambda: page_pdf(
            b"/F Do",
            b"/XObject<</F 5 0 R>>",
            stream(b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>", b"/F Do"),
        ),
        {"ok"},
    ),
    "pdf: forms that draw the next ten times": (
        lambda: page_pdf(
            b"/F5 Do",
            b"/XObject<</F5 5 0 R>>",
            *(
                stream(
                    b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F%d %d 0 R>>>>"
                    % (at + 1, at + 1),
                    b"/F%d Do " % (at + 1) * 10,
                )
                for at in range(5, 9)
            ),
        ),
        {"ok"},
    ),
    "pdf: a stream of 40 MB in 40 KB": (lambda: page_pdf(bytes(40_000_000)), {"ok", *REFUSED}),
    "pdf: a stream packed twice": (
        lambda: page_pdf(
            b"q 9 0 0 9 0 0 cm /I Do Q",
            b"/XObject<</I 5 0 R>>",
            stream(
                b"/Subtype/Image/Width 9/Height 9/ColorSpace/DeviceGray/BitsPerComponent 8"
                b"/Filter[/FlateDecode/FlateDecode]",
                zlib.compress(zeros(100_000_000)),
            ),
        ),
        {"ok", *REFUSED},
    ),
    "pdf: a giant page": (lambda: page_pdf(b"", box=b"99999 99999"), {"page_too_large"}),
    "pdf: a giant picture": (
        lambda: page_pdf(
            b"/I Do",
            b"/XObject<</I 5 0 R>>",
            stream(
                b"/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray/BitsPerComponent 8",
                b"x",
            ),
        ),
        {"page_too_large"},
    ),
    "pdf: brackets without end": (lambda: page_pdf(b"[" * 100_000), {"ok", *REFUSED}),
    "pdf: states saved without end": (lambda: page_pdf(b"q " * 200_000), {"ok", *REFUSED}),
    "pdf: arrays in arrays": (
        lambda: raw_pdf(b"<</Type/Catalog/Pages 2 0 R/X %b>>" % (b"[" * 50_000)),
        {"damaged", "no_pages"},
    ),
    "pdf: more objects than a report has": (
        lambda: raw_pdf(
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
            trailer=b"600000 0 obj null endobj\ntrailer<</Root 1 0 R/Size 900000>>\n%%EOF\n",
        ),
        {"too_many_objects"},
    ),
    "pdf: a password": (
        lambda: pdf(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y"),
        {"encrypted"},
    ),
    "docx: entities that multiply": (
        lambda: docx(word(PARAGRAPH.format("&e9;"), laughs())),
        {"ok", "damaged"},
    ),
    "docx: a file named from outside": (
        lambda: docx(word(PARAGRAPH.format("&out;"), outside(Path("/etc/passwd")))),
        {"ok", "damaged"},
    ),
    "docx: elements in elements": (lambda: docx(deep_xml(50_000)), {"damaged"}),
    "docx: a part of 40 MB in 40 KB": (lambda: docx(bytes(40_000_000)), {"document_bomb"}),
    "docx: a part beyond the limit": (
        lambda: docx(more={"word/styles.xml": "<s>" + "ab" * 5_000_000 + "</s>"}),
        {"document_bomb"},
    ),
    "docx: a main part that climbs out": (
        lambda: docx(relations=_climbing()),
        {"damaged"},
    ),
    "png: giant dimensions": (lambda: png_claiming(2**31 - 1, 2**31 - 1), {"page_too_large"}),
    "html: tables in tables": (lambda: b"<html><table><tr><td>" * 5_000, {"damaged", "ok"}),
    "html: a cell over a million columns": (
        lambda: b"<html><table><tr><td colspan=1000000 rowspan=65534>1<tr><td>2</table>",
        {"ok", *REFUSED},
    ),
    "html: larger than the limit": (lambda: b"<html>" + b"<p>x" * 3_000_000, {"too_large"}),
    "text: one line of a megabyte": (lambda: b"1 2 3 " * 170_000, {"ok", *REFUSED}),
}


def _climbing() -> str:
    return (
        '<Relationships xmlns="x"><Relationship Type="x/officeDocument" '
        'Target="../../../../etc/passwd"/></Relationships>'
    )


@pytest.mark.parametrize("name", CASES)
def test_it_ends_as_expected(outcome: Outcome, name: str) -> None:
    make, expected = CASES[name]
    assert outcome(make()) in expected


def test_nothing_from_outside_comes_into_a_document(reader: Reader, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of another tenant")
    content = docx(word(PARAGRAPH.format("&out; 甲"), outside(secret)))
    page = reader.open_page(content, "docx", 1).page
    assert page is not None
    assert "tenant" not in page.model_dump_json()


def packed(members: dict[str, bytes]) -> bytes:
    coded = io.BytesIO()
    with zipfile.ZipFile(coded, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return coded.getvalue()


def linked() -> bytes:
    """A link to a file and then, through a linked folder, a file outside."""
    coded = io.BytesIO()
    with tarfile.open(fileobj=coded, mode="w") as archive:
        for name, target in (("a.pdf", "/etc/passwd"), ("up", "/tmp")):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
        through = tarfile.TarInfo("up/b.pdf")
        through.size = len(pdf())
        archive.addfile(through, io.BytesIO(pdf()))
    return coded.getvalue()


ARCHIVES: dict[str, tuple[Callable[[], bytes], list[str]]] = {
    "names that climb": (
        lambda: packed({"../a.pdf": pdf(), "/b.pdf": pdf(), "c:\\d.pdf": pdf(), "甲.pdf": pdf()}),
        ["archive_path_unsafe", "archive_path_unsafe", "archive_path_unsafe", "甲.pdf"],
    ),
    "an archive in an archive": (
        lambda: packed({"a.zip": packed({"b.pdf": pdf()})}),
        ["archive_nested"],
    ),
    "a member of 60 MB in 60 KB": (
        lambda: packed({"a.pdf": b"%PDF-" + bytes(60_000_000)}),
        ["archive_bomb"],
    ),
    "links": (linked, ["archive_link", "archive_link", "up/b.pdf"]),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives_give_out_labels_and_never_leave_their_place(
    reader: Reader, tmp_path: Path, name: str
) -> None:
    make, expected = ARCHIVES[name]
    path = tmp_path / "archive"
    path.write_bytes(make())
    found: list[str] = []
    try:
        for one in reader.members(path, ArchiveLimits()):
            found.append(one.name if isinstance(one, Member) else one.failure.code)
    except ArchiveRefused as refused:
        found.append(refused.failure.code)
    assert found == expected
    assert list(tmp_path.iterdir()) == [path]

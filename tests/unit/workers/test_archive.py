"""Members of archives: their names, what is refused of them, and archives that are damaged."""

import bz2
import io
import stat
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from tests.archives import PDF, PNG, TAR_MODES, ZIP_METHODS, make_tar, make_zip, walk
from workers.archive import ArchiveLimits, Member, iterate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "batch.bin"


# Honest


@pytest.mark.parametrize("method", ZIP_METHODS)
def test_zip_of_every_method_gives_its_members(path: Path, method: int) -> None:
    path.write_bytes(make_zip(("一/报告.pdf", PDF), ("b.png", PNG), method=method))
    assert list(iterate(path, ArchiveLimits())) == [
        Member(name="一/报告.pdf", content=PDF),
        Member(name="b.png", content=PNG),
    ]


@pytest.mark.parametrize("mode", TAR_MODES)
@pytest.mark.parametrize("dialect", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_of_every_compression_gives_its_members(path: Path, mode: str, dialect: int) -> None:
    long = "很长的文件夹名/" * 8 + "报告.pdf"
    name = "一/报告.pdf" if dialect == tarfile.USTAR_FORMAT else long
    path.write_bytes(make_tar((f"./{name}", PDF), ("b.png", PNG), mode=mode, format=dialect))
    assert list(iterate(path, ArchiveLimits())) == [
        Member(name=name, content=PDF),
        Member(name="b.png", content=PNG),
    ]


def test_zip64_is_read(path: Path) -> None:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w") as archive,
        archive.open("报告.pdf", "w", force_zip64=True) as member,
    ):
        member.write(PDF)
    plain = stream.getvalue()
    end = plain.rindex(b"PK\x05\x06")
    size, offset = struct.unpack_from("<LL", plain, end + 12)
    record = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    unknown = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    assert walk(path, plain[:end] + record + locator + unknown) == [("报告.pdf", "ok")]


def test_several_gzip_streams_are_one_archive(path: Path) -> None:
    plain = make_tar(("a.pdf", PDF), ("b.png", PNG))
    halves = [plain[:700], plain[700:]]
    packed = b"".join(zlib.compress(half, wbits=31) for half in halves)
    assert walk(path, packed + bytes(512)) == [("a.pdf", "ok"), ("b.png", "ok")]


def test_name_without_encoding_is_read_as_chinese_windows_wrote_it(path: Path) -> None:
    for encoding in ("gb18030", "utf-8"):
        raw = "区教育局/2024年报告.pdf".encode(encoding)
        content = make_zip(("x" * len(raw), PDF)).replace(b"x" * len(raw), raw)
        assert walk(path, content) == [("区教育局/2024年报告.pdf", "ok")]
    tar = make_tar(("区教育局.pdf", PDF), format=tarfile.GNU_FORMAT, encoding="gb18030")
    assert walk(path, tar) == [("区教育局.pdf", "ok")]


def test_backslash_inside_a_gbk_character_separates_nothing(path: Path) -> None:
    """The second byte of 乗 in GBK is a backslash."""
    raw = "乗.pdf".encode("gbk")
    assert b"\\" in raw
    content = make_zip(("x" * len(raw), PDF)).replace(b"x" * len(raw), raw)
    assert walk(path, content) == [("乗.pdf", "ok")]


def test_folders_of_windows_use_the_common_separator(path: Path) -> None:
    assert walk(path, make_zip(("局\\报告.pdf", PDF))) == [("局/报告.pdf", "ok")]


def test_folders_and_junk_are_passed_over_in_silence(path: Path) -> None:
    names = [
        "d/",
        "__MACOSX/._a.pdf",
        "d/.DS_Store",
        "Thumbs.db",
        "d/._b.pdf",
        "desktop.ini",
        "d/~$c.docx",
    ]
    junk = [(name, b"" if name.endswith("/") else b"junk") for name in names]
    assert walk(path, make_zip(*junk, ("a.pdf", PDF))) == [("a.pdf", "ok")]
    folder = tarfile.TarInfo("d")
    folder.type = tarfile.DIRTYPE
    assert walk(path, make_tar((folder, b""), *junk[1:], ("a.pdf", PDF))) == [("a.pdf", "ok")]


def test_what_is_no_document_is_said_member_by_member(path: Path) -> None:
    members = [
        ("a.pdf", PDF),
        ("空.pdf", b""),
        ("说明.rtf", b"{\\rtf1 a}"),
        ("b.docx", make_zip(("[Content_Types].xml", b""), ("word/document.xml", b""))),
        ("c.xlsx", make_zip(("[Content_Types].xml", b""), ("xl/workbook.xml", b""))),
        ("内.zip", make_zip(("a.pdf", PDF))),
        ("内.tar", make_tar(("a.pdf", PDF))),
        ("内.rar", b"Rar!\x1a\x07\x00" + bytes(20)),
        ("内.pdf.gz", zlib.compress(PDF, wbits=31)),
        ("x.exe", b"MZ\0\0"),
        ("z.png", PNG),
    ]
    expected = [
        ("a.pdf", "ok"),
        ("空.pdf", "empty_file"),
        ("说明.rtf", "ok"),
        ("b.docx", "ok"),
        ("c.xlsx", "unsupported_type"),
        ("内.zip", "archive_nested"),
        ("内.tar", "archive_nested"),
        ("内.rar", "archive_nested"),
        ("内.pdf.gz", "archive_nested"),
        ("x.exe", "not_a_document"),
        ("z.png", "ok"),
    ]
    assert walk(path, make_zip(*members)) == expected
    assert walk(path, make_tar(*members, mode="w:gz")) == expected


# Hostile names and kinds

UNSAFE = ["../x.pdf", "a/../../x.pdf", "/etc/x.pdf", "C:\\x.pdf", "c:x.pdf", "\\\\srv\\x.pdf",
          "..\\x.pdf", "a\nb.pdf", "a\x1b[2Jb.pdf", "n" * 2000 + ".pdf"]  # fmt: skip


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_name_is_refused_and_the_next_member_follows(path: Path, name: str) -> None:
    for content in (
        make_zip((name, PDF), ("b.pdf", PDF)),
        make_tar((name, PDF), ("b.pdf", PDF)),
    ):
        (shown, refusal), following = walk(path, content)
        assert refusal == "archive_path_unsafe"
        assert following == ("b.pdf", "ok")
        assert len(shown) <= 255
        assert shown.isprintable()


def test_null_in_a_name_is_refused(path: Path) -> None:
    content = make_zip(("a#b.pdf", PDF), ("b.pdf", PDF)).replace(b"a#b", b"a\0b")
    assert [code for _, code in walk(path, content)] == ["archive_path_unsafe", "ok"]


def zip_entry(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


def test_links_and_devices_in_zip_are_refused(path: Path) -> None:
    content = make_zip(
        (zip_entry("link", stat.S_IFLNK | 0o777), b"/etc/passwd"),
        (zip_entry("pipe", stat.S_IFIFO | 0o666), b""),
        (zip_entry("a.pdf", stat.S_IFREG | 0o644), PDF),
    )
    assert walk(path, content) == [
        ("link", "archive_link"),
        ("pipe", "archive_special_file"),
        ("a.pdf", "ok"),
    ]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (tarfile.SYMTYPE, "archive_link"),
        (tarfile.LNKTYPE, "archive_link"),
        (tarfile.CHRTYPE, "archive_special_file"),
        (tarfile.BLKTYPE, "archive_special_file"),
        (tarfile.FIFOTYPE, "archive_special_file"),
        (b"Z", "archive_special_file"),
    ],
)
def test_links_and_devices_in_tar_are_refused(path: Path, kind: bytes, code: str) -> None:
    entry = tarfile.TarInfo("x.pdf")
    entry.type, entry.linkname = kind, "/etc/passwd"
    content = make_tar((entry, b""), ("a.pdf", PDF))
    assert walk(path, content) == [("x.pdf", code), ("a.pdf", "ok")]


def test_sparse_member_is_refused_before_its_holes_are_filled(path: Path) -> None:
    holes = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.name": "x.pdf",
             "GNU.sparse.size": str(2**50), "GNU.sparse.map": "0,1"}  # fmt: skip
    entry = tarfile.TarInfo("x.pdf")
    entry.pax_headers = holes
    content = make_tar((entry, b"x"), ("a.pdf", PDF), format=tarfile.PAX_FORMAT)
    assert walk(path, content)[0] == ("x.pdf", "archive_special_file")


# Encryption and damage


def flagged(content: bytes, which: int) -> bytes:
    """Set the encryption flag of the `which`-th member, in both of its headers."""
    changed = bytearray(content)
    for mark, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        for _ in range(which + 1):
            place = changed.index(mark, place + 1)
        changed[place + flag] |= 1
    return bytes(changed)


def test_encrypted_member_is_refused_alone_and_an_encrypted_archive_whole(path: Path) -> None:
    content = make_zip(("a.pdf", PDF), ("b.pdf", PDF))
    one = flagged(content, 0)
    assert walk(path, one) == [("a.pdf", "archive_encrypted"), ("b.pdf", "ok")]
    assert walk(path, flagged(one, 1)) == [("*", "archive_encrypted")]


def test_unknown_method_is_refused(path: Path) -> None:
    content = bytearray(make_zip(("a.pdf", PDF), ("b.pdf", PDF)))
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 10, 9)
    assert walk(path, bytes(content)) == [("a.pdf", "archive_method_unsupported"), ("b.pdf", "ok")]


@pytest.mark.parametrize("method", ZIP_METHODS)
def test_damaged_member_costs_only_itself(path: Path, method: int) -> None:
    content = bytearray(make_zip(("a.pdf", PDF), ("b.pdf", PDF), method=method))
    content[60] ^= 0xFF
    assert walk(path, bytes(content)) == [("a.pdf", "archive_member_damaged"), ("b.pdf", "ok")]


def test_zip_cut_anywhere_is_corrupt(path: Path) -> None:
    content = make_zip(("a.pdf", PDF), ("b.pdf", PDF))
    for size in range(4, len(content), 41):
        assert walk(path, content[:size]) == [("*", "archive_corrupt")], size


@pytest.mark.parametrize("mode", TAR_MODES)
def test_tar_cut_anywhere_never_ends_as_if_whole(path: Path, mode: str) -> None:
    """Even cut between two members, where tarfile itself would see nothing wrong."""
    content = make_tar(("a.pdf", PDF), ("b.png", PNG * 9), mode=mode)
    whole = [("a.pdf", "ok"), ("b.png", "ok")]
    outcomes = [walk(path, content[:size]) for size in (1024, *range(15, len(content), 97))]
    assert [("a.pdf", "ok"), ("*", "archive_corrupt")] in outcomes or mode != "w"
    assert all(found == whole or found[-1] == ("*", "archive_corrupt") for found in outcomes)


def test_damaged_header_in_tar_is_not_its_end(path: Path) -> None:
    content = bytearray(make_tar(("a.pdf", PDF), ("b.pdf", PDF)))
    content[1024 + 3] ^= 1
    assert walk(path, bytes(content)) == [("a.pdf", "ok"), ("*", "archive_corrupt")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (PDF, "archive_corrupt"),
        (zlib.compress(PDF, wbits=31), "archive_corrupt"),
        (bz2.compress(b""), "archive_corrupt"),
        (b"Rar!\x1a\x07\x00" + bytes(30), "unsupported_type"),
        (make_zip(), "archive_empty"),
        (make_zip(("d/", b""), ("__MACOSX/x", b"")), "archive_empty"),
        (make_tar(mode="w:gz"), "archive_corrupt"),
        (make_zip(("[Content_Types].xml", b""), ("word/document.xml", b"")), "archive_corrupt"),
    ],
)
def test_what_is_no_archive_is_refused_whole(path: Path, content: bytes, code: str) -> None:
    assert walk(path, content) == [("*", code)]


# Bombs

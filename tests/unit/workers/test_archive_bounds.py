"""Archives that would fill memory or never end are stopped in time."""

import struct
import tarfile
import tracemalloc
import zlib
from pathlib import Path

import pytest

from tests.archives import MIB, PDF, PNG, TAR_MODES, ZIP_METHODS, make_tar, make_zip, walk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "batch.bin"


# Honest


@pytest.mark.parametrize("method", ZIP_METHODS[1:])
def test_zip_bomb_is_stopped_in_bounded_memory(path: Path, method: int) -> None:
    content = make_zip(("bomb.pdf", bytes(50 * MIB)), ("a.pdf", PDF), method=method)
    tracemalloc.start()
    outcome = walk(path, content, max_entry_bytes=2 * MIB)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert outcome in (
        [("bomb.pdf", "archive_bomb"), ("a.pdf", "ok")],
        [("bomb.pdf", "too_large"), ("a.pdf", "ok")],  # deflate reaches 1000 : 1 only later
    )
    assert peak < 16 * MIB  # of which LZMA's dictionary has 8


def test_ratio_is_judged_only_beyond_what_a_blank_page_may_need(path: Path) -> None:
    blank = PNG + bytes(15 * MIB)
    assert walk(path, make_zip(("blank.png", blank))) == [("blank.png", "ok")]
    assert walk(path, make_zip(("bomb.png", blank + bytes(2 * MIB)))) == [
        ("bomb.png", "archive_bomb")
    ]


def test_header_that_understates_its_size_does_not_help(path: Path) -> None:
    content = bytearray(make_zip(("bomb.pdf", bytes(5 * MIB)), ("a.pdf", PDF)))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", content, content.index(mark) + place, 10)
    outcome = walk(path, bytes(content), max_entry_bytes=MIB)
    assert outcome == [("bomb.pdf", "archive_bomb"), ("a.pdf", "ok")]


def test_large_but_honest_member_is_too_large(path: Path) -> None:
    noise = PNG + b"".join(zlib.compress(struct.pack("<L", n))[2:] for n in range(40000))
    for content in (
        make_zip(("a.png", noise), ("b.png", PNG)),
        make_tar(("a.png", noise), ("b.png", PNG)),
    ):
        assert walk(path, content, max_entry_bytes=100_000) == [
            ("a.png", "too_large"),
            ("b.png", "ok"),
        ]


def test_entries_that_share_their_data_are_counted_each_time(path: Path) -> None:
    """A directory may point a thousand entries at one member; the total says stop."""
    content = make_zip(("a.png", PNG + bytes(MIB)))
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    directory = content[start:end] * 50
    tail = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 50, 50, len(directory), start, 0)
    outcome = walk(path, content[:start] + directory + tail, max_total_bytes=5 * MIB)
    assert outcome[-1][0] == "*"
    assert len(outcome) <= 6


def test_total_is_bounded(path: Path) -> None:
    members = [(f"{n}.png", PNG + bytes(MIB)) for n in range(5)]
    for content in (make_zip(*members), make_tar(*members), make_tar(*members, mode="w:gz")):
        outcome = walk(path, content, max_total_bytes=3 * MIB)
        assert outcome == [("0.png", "ok"), ("1.png", "ok"), ("*", "archive_bomb")]


@pytest.mark.parametrize("mode", TAR_MODES[1:])
def test_compressed_tar_bomb_is_stopped_though_its_member_is_skipped(path: Path, mode: str) -> None:
    content = make_tar(("bomb.pdf", bytes(50 * MIB)), ("a.pdf", PDF), mode=mode)
    assert walk(path, content, max_entry_bytes=MIB) == [
        ("bomb.pdf", "too_large"),
        ("*", "archive_bomb"),
    ]


def test_too_many_entries(path: Path) -> None:
    members = [(f"{n}.png", PNG) for n in range(4)]
    assert len(walk(path, make_zip(*members), max_entries=4)) == 4
    assert walk(path, make_zip(*members), max_entries=3) == [("*", "archive_too_many_entries")]
    outcome = walk(path, make_tar(*members), max_entries=3)
    assert [code for _, code in outcome] == ["ok"] * 3 + ["archive_too_many_entries"]


def test_giant_directory_is_refused_before_it_is_parsed(path: Path) -> None:
    content = bytearray(make_zip(("a.png", PNG)))
    struct.pack_into("<L", content, content.rindex(b"PK\x05\x06") + 12, 2**31)
    assert walk(path, bytes(content)) == [("*", "archive_too_many_entries")]


def test_giant_extended_header_is_not_read_into_memory(path: Path) -> None:
    entry = tarfile.TarInfo("x")
    entry.type, entry.size = tarfile.XHDTYPE, 30 * MIB
    content = make_tar((entry, bytes(30 * MIB)), ("a.pdf", PDF))
    assert walk(path, content) == [("*", "archive_corrupt")]


def test_chain_of_extended_headers_ends(path: Path) -> None:
    entry = tarfile.TarInfo("x")
    entry.type, entry.size = tarfile.XHDTYPE, 512
    block = entry.tobuf(tarfile.USTAR_FORMAT) + b"12 path=abc\n".ljust(512, b"\0")
    assert walk(path, block * 5000)[-1] == ("*", "archive_corrupt")


# Whatever the bytes

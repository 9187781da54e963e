"""Archives cut, flipped and made of random bytes end in values, never in an exception."""

import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archives import MIB, PDF, PNG, make_tar, make_zip, walk
from workers.archive import is_archive


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "batch.bin"


# Honest


BASES: list[bytes] = [
    make_zip(("报告.pdf", PDF), ("b.png", PNG)),
    make_zip(("报告.pdf", PDF), ("b.png", PNG), method=zipfile.ZIP_LZMA),
    make_tar(("报告.pdf", PDF), ("b.png", PNG), format=tarfile.PAX_FORMAT),
    make_tar(("报告.pdf", PDF), ("b.png", PNG), mode="w:gz"),
    make_tar(("报告.pdf", PDF), ("b.png", PNG), mode="w:xz"),
]


HEADS = [b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\0", b""]


def outcome_is_typed(path: Path, content: bytes) -> bool:
    return all(code for _, code in walk(path, content, max_entry_bytes=MIB))


@settings(max_examples=200, deadline=None)
@given(content=st.sampled_from(BASES), share=st.floats(0, 1))
def test_random_truncations_end_in_values(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, share: float
) -> None:
    path = tmp_path_factory.getbasetemp() / "cut"
    assert outcome_is_typed(path, content[: int(len(content) * share)])


@settings(max_examples=400, deadline=None)
@given(content=st.sampled_from(BASES), data=st.data())
def test_flipped_bits_end_in_values(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject
) -> None:
    changed = bytearray(content)
    for bit in data.draw(st.lists(st.integers(0, len(content) * 8 - 1), min_size=1, max_size=9)):
        changed[bit // 8] ^= 1 << bit % 8
    assert outcome_is_typed(tmp_path_factory.getbasetemp() / "flipped", bytes(changed))


@settings(max_examples=200, deadline=None)
@given(head=st.sampled_from(HEADS), body=st.binary(max_size=400))
def test_random_bytes_end_in_values(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, body: bytes
) -> None:
    assert outcome_is_typed(tmp_path_factory.getbasetemp() / "random", head + body)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: make_zip(("a.pdf", PDF)), True),
        (lambda: make_tar(("a.pdf", PDF)), True),
        (lambda: make_tar(("a.pdf", PDF), mode="w:gz"), True),
        (lambda: make_tar(("a.pdf", PDF), mode="w:bz2"), True),
        (lambda: make_tar(("a.pdf", PDF), mode="w:xz"), True),
        (lambda: make_zip(("[Content_Types].xml", b""), ("word/document.xml", b"")), False),
        (lambda: b"Rar!\x1a\x07\x00", False),
        (lambda: PDF, False),
        (lambda: b"", False),
    ],
)
def test_is_archive_looks_at_the_first_bytes(make: Callable[[], bytes], expected: bool) -> None:
    assert is_archive(make()[:4096], "报告.zip") is expected

"""7Z archives honest and hostile, where the system has libarchive."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.stack import ROOT
from workers.archive import ArchiveLimits, ArchiveRefused, Refused, iterate, seven_zip
from workers.archive.member import Budget

PDF = b"%PDF-1.4\n" + bytes(range(256)) + b"\n%%EOF\n"
MIB = 1024 * 1024
Outcome = list[tuple[str, str]]

installed = pytest.mark.skipif(
    seven_zip.load() is None, reason="the system has no libarchive: 7Z is refused"
)


def make(folder: Path, *members: tuple[str, bytes]) -> Path:
    import libarchive

    path = folder / "made.7z"
    with libarchive.file_writer(str(path), "7zip") as archive:
        for name, content in members:
            archive.add_file_from_memory(name, len(content), content)
    return path


def walk(path: Path, **limits: float) -> Outcome:
    seen: Outcome = []
    try:
        for entry in iterate(path, ArchiveLimits(**limits)):  # type: ignore[arg-type]
            seen.append((entry.name, entry.failure.code if isinstance(entry, Refused) else "ok"))
    except ArchiveRefused as error:
        seen.append(("*", error.failure.code))
    return seen


@installed
def test_documents_come_out_in_order_and_junk_is_passed_over(tmp_path: Path) -> None:
    path = make(
        tmp_path,
        ("年报/甲.pdf", PDF),
        ("__MACOSX/._x", b"junk"),
        ("乙.pdf", PDF),
        ("c.bin", b"\x00\x01"),
    )
    assert walk(path) == [("年报/甲.pdf", "ok"), ("乙.pdf", "ok"), ("c.bin", "not_a_document")]
    members = [
        member for member in iterate(path, ArchiveLimits()) if not isinstance(member, Refused)
    ]
    assert [member.content for member in members] == [PDF, PDF]


@installed
def test_an_empty_archive_is_said_to_be_empty(tmp_path: Path) -> None:
    assert walk(make(tmp_path)) == [("*", "archive_empty")]


@installed
def test_names_that_lead_out_are_refused_and_the_next_follows(tmp_path: Path) -> None:
    path = make(tmp_path, ("../a.pdf", PDF), ("b.pdf", PDF))
    assert walk(path) == [("../a.pdf", "archive_path_unsafe"), ("b.pdf", "ok")]


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        ({"issym": True}, "archive_link"),
        ({"islnk": True}, "archive_link"),
        ({"isreg": False}, "archive_special_file"),
        ({"size": None}, "archive_special_file"),
        ({"size": 10**9}, "too_large"),
    ],
)
def test_what_is_no_ordinary_file_is_refused(shape: dict[str, object], code: str) -> None:
    plain = {"issym": False, "islnk": False, "isreg": True, "size": 5}
    entry = SimpleNamespace(**{**plain, **shape})
    failure = seven_zip._objection(entry, Budget(ArchiveLimits()))
    assert failure is not None
    assert failure.code == code


@installed
def test_too_many_entries(tmp_path: Path) -> None:
    path = make(tmp_path, *((f"{number}.pdf", PDF) for number in range(3)))
    assert walk(path, max_entries=2)[-1] == ("*", "archive_too_many_entries")


@installed
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = make(tmp_path, ("a.pdf", PDF), ("zeros.pdf", PDF + bytes(40 * MIB)))
    assert path.stat().st_size < 40 * MIB / 200
    assert walk(path) == [("a.pdf", "ok"), ("*", "archive_bomb")]


@installed
def test_the_total_is_bounded(tmp_path: Path) -> None:
    path = make(tmp_path, *((f"{number}.pdf", PDF + os.urandom(MIB)) for number in range(3)))
    outcome = walk(path, max_total_bytes=2 * MIB + 1000)
    assert outcome == [("0.pdf", "ok"), ("1.pdf", "ok"), ("*", "archive_bomb")]


@installed
def test_a_large_member_is_refused_alone(tmp_path: Path) -> None:
    path = make(tmp_path, ("large.pdf", PDF + os.urandom(MIB)), ("b.pdf", PDF))
    assert walk(path, max_entry_bytes=1000) == [("large.pdf", "too_large"), ("b.pdf", "ok")]


@installed
def test_bytes_that_do_not_match_their_checksum_are_never_given_out(tmp_path: Path) -> None:
    content = os.urandom(50_000)
    path = make(tmp_path, ("a.pdf", PDF + content), ("b.pdf", PDF))
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    path.write_bytes(whole)
    outcome = walk(path)
    assert ("a.pdf", "ok") not in outcome
    assert outcome[0] in [("a.pdf", "archive_member_damaged"), ("*", "archive_corrupt")]


_DAMAGE = """
import random, sys
from pathlib import Path
from workers.archive import ArchiveLimits, ArchiveRefused, Refused, iterate
whole, path = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2])
honest = {member.content for member in iterate(Path(sys.argv[1]), ArchiveLimits())}
chance = random.Random(int(sys.argv[4]))
for _ in range(int(sys.argv[3])):
    damaged = bytearray(whole)
    for _ in range(chance.randint(0, 4)):
        damaged[chance.randrange(6, len(whole))] ^= chance.randint(1, 255)
    path.write_bytes(damaged[: chance.choice((len(whole), chance.randint(6, len(whole))))])
    try:
        for member in iterate(path, ArchiveLimits()):
            assert isinstance(member, Refused) or member.content in honest
    except ArchiveRefused:
        pass
"""


@installed
def test_damage_of_any_kind_ends_in_values(tmp_path: Path) -> None:
    """In a process of its own: the library is native code."""
    path = make(tmp_path, ("a.pdf", PDF), ("b.pdf", PDF + bytes(3000)))
    told = [str(path), str(tmp_path / "damaged.7z"), "300", "1"]
    done = subprocess.run(
        [sys.executable, "-c", _DAMAGE, *told],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_without_the_library_the_archive_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seven_zip, "load", lambda: None)
    path = tmp_path / "a.7z"
    path.write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100))
    with pytest.raises(ArchiveRefused) as caught:
        list(iterate(path, ArchiveLimits()))
    assert caught.value.failure.code == "unsupported_type"
    assert "7Z" in caught.value.failure.message
    assert "ZIP" in caught.value.failure.message

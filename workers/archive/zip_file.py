"""ZIP archives, from their central directory, with ZIP64, deflate, bzip2 and LZMA members.

The standard library parses the directory; members are unpacked here, in bounded pieces.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from schemas import failures
from schemas.failure import Failure
from schemas.filename import is_left_by_systems
from workers.archive import inflate
from workers.archive.member import (
    ArchiveLimits,
    ArchiveRefused,
    Budget,
    Member,
    Refused,
    collect,
    decode_name,
    judge,
    safe_name,
    shown_name,
)

_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_LZMA_END_FLAG = 0x2
_MAX_ENTRY_RECORD = 1024
"""Bytes of directory an entry may take on average: 46, a name and extra fields."""

_DIRECTORY_ERRORS = (
    zipfile.BadZipFile,
    NotImplementedError,
    ValueError,
    OverflowError,
    OSError,
    EOFError,
    RuntimeError,
    struct.error,
)
_CODECS = {zipfile.ZIP_DEFLATED: inflate.DEFLATE, zipfile.ZIP_BZIP2: inflate.BZIP2_MEMBER}


def iterate_zip(path: Path, limits: ArchiveLimits) -> Iterator[Member | Refused]:
    """Yield the members of a ZIP file; raises ArchiveRefused."""
    budget = Budget(limits)
    with path.open("rb") as file:
        _check_directory_size(file, limits)
        entries = _entries(path, limits)
        named = [(_name(entry), entry) for entry in entries if not _is_folder(entry)]
        files = [(name, entry) for name, entry in named if not is_left_by_systems(name)]
        if not files:
            raise ArchiveRefused(failures.archive_empty())
        if all(entry.flag_bits & _ENCRYPTED_FLAG for _, entry in files):
            raise ArchiveRefused(failures.archive_encrypted(whole=True))
        for name, entry in files:
            yield _take(file, name, entry, budget)


def _check_directory_size(file: IO[bytes], limits: ArchiveLimits) -> None:
    """Refuse a directory too large to be held in memory, before anything holds it."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65536 - 22 - 76))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise ArchiveRefused(failures.archive_corrupt(incomplete=True))
    (directory,) = struct.unpack_from("<L", tail, end + 12)
    if tail[end - 76 : end - 72] == b"PK\x06\x06":  # ZIP64, where zipfile looks for it
        (directory,) = struct.unpack_from("<Q", tail, end - 76 + 40)
    if directory > limits.max_entries * _MAX_ENTRY_RECORD and directory != 0xFFFFFFFF:
        raise ArchiveRefused(failures.archive_too_many_entries(limits.max_entries))


def _entries(path: Path, limits: ArchiveLimits) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except _DIRECTORY_ERRORS as error:
        raise ArchiveRefused(failures.archive_corrupt()) from error
    if len(entries) > limits.max_entries:
        raise ArchiveRefused(failures.archive_too_many_entries(limits.max_entries))
    return entries


def _name(entry: zipfile.ZipInfo) -> str:
    if entry.flag_bits & _UTF8_FLAG:
        return entry.orig_filename
    return decode_name(entry.orig_filename.encode("cp437"))


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    return entry.orig_filename.endswith(("/", "\\")) and entry.file_size == 0


def _take(file: IO[bytes], name: str, entry: zipfile.ZipInfo, budget: Budget) -> Member | Refused:
    safe = safe_name(name)
    failure = _objection(safe, entry)
    if failure or safe is None:
        return Refused(name=shown_name(name), failure=failure or failures.archive_path_unsafe())
    try:
        content = collect(_pieces(file, entry), budget, entry.compress_size)
    except (inflate.DataError, struct.error, OSError, ValueError):
        return Refused(name=safe, failure=failures.archive_member_damaged())
    if isinstance(content, Failure):
        return Refused(name=safe, failure=content)
    if zlib.crc32(content) != entry.CRC:
        return Refused(name=safe, failure=failures.archive_member_damaged())
    return judge(safe, content)


def _objection(safe: str | None, entry: zipfile.ZipInfo) -> Failure | None:
    """Return what speaks against an entry before its data is touched."""
    if safe is None:
        return failures.archive_path_unsafe()
    mode = stat.S_IFMT(entry.external_attr >> 16)
    if mode == stat.S_IFLNK:
        return failures.archive_link()
    if mode not in (0, stat.S_IFREG):
        return failures.archive_special_file()
    if entry.flag_bits & _ENCRYPTED_FLAG:
        return failures.archive_encrypted(whole=False)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_LZMA, *_CODECS):
        return failures.archive_method_unsupported()
    return None


def _pieces(file: IO[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Return a member's unpacked pieces."""
    packed = _packed(file, entry)
    if entry.compress_type == zipfile.ZIP_STORED:
        return packed
    if entry.compress_type == zipfile.ZIP_LZMA:
        return inflate.inflate(_lzma_alone(packed, entry), inflate.LZMA_ALONE)
    return inflate.inflate(packed, _CODECS[entry.compress_type])


def _packed(file: IO[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a member's bytes as they lie in the file."""
    file.seek(entry.header_offset)
    header = file.read(30)
    if header[:4] != b"PK\x03\x04":
        raise inflate.DataError
    name_size, extra_size = struct.unpack_from("<HH", header, 26)
    file.seek(name_size + extra_size, 1)
    left = entry.compress_size
    while left:
        chunk = file.read(min(left, inflate.PIECE_BYTES))
        if not chunk:
            raise inflate.IncompleteError
        left -= len(chunk)
        yield chunk


def _lzma_alone(packed: Iterator[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Turn ZIP's LZMA header (version, properties) into that of a .lzma file (APPNOTE 5.8.8)."""
    first = next(packed, b"")
    if len(first) < 9 or first[2:4] != b"\x05\x00":
        raise inflate.DataError
    ends_itself = entry.flag_bits & _LZMA_END_FLAG
    size = 0xFFFFFFFFFFFFFFFF if ends_itself else entry.file_size
    yield first[4:9] + struct.pack("<Q", size) + first[9:]
    yield from packed

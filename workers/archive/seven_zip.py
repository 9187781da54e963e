"""7Z archives, by the system's libarchive where it is installed.

Its sizes are believed for what they allow, never for what is given out: the sum of all is held
against the limits before anything is unpacked, since even what is passed over must be unpacked to
get past it. How much memory unpacking takes is the archive's own say (its dictionary, up to 4 GiB);
that is bounded by the address space of the process (GOUJI_CHILD_MEMORY_BYTES).
"""

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemas import failures
from schemas.failure import Failure
from schemas.filename import is_left_by_systems
from schemas.formats import FORMATS
from workers.archive.inflate import PIECE_BYTES, DataError
from workers.archive.member import (
    ArchiveLimits,
    ArchiveRefused,
    Budget,
    Member,
    Refused,
    judge,
    safe_name,
    shown_name,
)


def iterate_seven_zip(path: Path, limits: ArchiveLimits) -> Iterator[Member | Refused]:
    """Yield the members of a 7Z file; raises ArchiveRefused, also where it cannot be read."""
    library = load()
    if library is None:
        raise ArchiveRefused(failures.unsupported_type(FORMATS["7z"]))
    budget = Budget(limits)
    packed = path.stat().st_size
    unpacked = 0
    given = 0
    try:
        with library.file_reader(str(path), format_name="7zip", filter_name="none") as archive:
            for index, entry in enumerate(archive):
                if index >= limits.max_entries:
                    raise ArchiveRefused(failures.archive_too_many_entries(limits.max_entries))
                unpacked += entry.size or 0
                budget.spend(entry.size or 0)
                if budget.is_abnormal(unpacked, packed):
                    raise ArchiveRefused(failures.archive_bomb("whole"))
                name = str(entry.pathname).replace("\\", "/")
                if entry.isdir or is_left_by_systems(name):
                    continue
                given += 1
                yield _take(library, archive, entry, name, budget)
    except library.ArchiveError as error:
        raise ArchiveRefused(failures.archive_corrupt()) from error
    if not given:
        raise ArchiveRefused(failures.archive_empty())


def load() -> Any:
    """Return the binding to libarchive, or None where the system has no such library.

    A confined process could not look for it: whoever forks one loads it before.
    """
    try:
        import libarchive
        import libarchive.ffi
    except (ImportError, OSError, AttributeError, TypeError):  # whatever a missing library gives
        return None
    return libarchive


def _take(library: Any, archive: Any, entry: Any, name: str, budget: Budget) -> Member | Refused:
    safe = safe_name(name)
    failure = failures.archive_path_unsafe() if safe is None else _objection(entry, budget)
    if failure or safe is None:
        return Refused(name=safe or shown_name(name), failure=failure or failures.archive_link())
    try:
        content = b"".join(_pieces(library, archive, entry.size))
    except (DataError, library.ArchiveError):
        encrypted = _is_encrypted(library, archive)
        damaged = failures.archive_member_damaged()
        why = failures.archive_encrypted(whole=False) if encrypted else damaged
        return Refused(name=safe, failure=why)
    return judge(safe, content)


def _objection(entry: Any, budget: Budget) -> Failure | None:
    if entry.issym or entry.islnk:
        return failures.archive_link()
    if not entry.isreg or entry.size is None:
        return failures.archive_special_file()
    return budget.oversize(entry.size, None)


def _pieces(library: Any, archive: Any, size: int) -> Iterator[bytes]:
    """Yield a member's bytes; raises DataError when they are not as many, or not those, it says.

    The library reports a wrong checksum as a warning, after the last byte.
    """
    buffer = ctypes.create_string_buffer(PIECE_BYTES)
    left = size
    while True:
        read = library.ffi.read_data(archive._pointer, buffer, PIECE_BYTES)
        if read < 0 or read > left:
            raise DataError
        if read == 0:
            break
        left -= read
        yield buffer.raw[:read]
    if left:
        raise DataError


def _is_encrypted(library: Any, archive: Any) -> bool:
    asked = library.ffi.libarchive.archive_read_has_encrypted_entries
    asked.argtypes, asked.restype = [ctypes.c_void_p], ctypes.c_int
    return bool(asked(archive._pointer) == 1)

"""TAR archives, plain or compressed, read once from front to back."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from schemas import failures
from schemas.failure import Failure
from schemas.filename import is_left_by_systems
from schemas.formats import is_tar_header
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

_MAX_READ = 1024 * 1024
"""tarfile reads a whole extended header at once; an honest one has hundreds of bytes."""

_TAR_ERRORS = (
    tarfile.TarError,
    inflate.DataError,
    ValueError,
    OverflowError,
    OSError,
    EOFError,
    RecursionError,
    AttributeError,  # tarfile on contradicting sparse headers
    KeyError,
    IndexError,
)


class _Forward(io.RawIOBase):
    """A stream of pieces as the file tarfile wants: it may be skipped through, never rewound."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._buffer = b""
        self._position = 0
        self.last_read = b""

    def peek(self, size: int) -> bytes:
        """Return up to `size` of the next bytes without going on."""
        while len(self._buffer) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._buffer += piece
        return self._buffer[:size]

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= _MAX_READ:
            raise inflate.DataError
        self.last_read = self.peek(size)
        self._buffer = self._buffer[size:]
        self._position += len(self.last_read)
        return self.last_read

    def tell(self) -> int:
        return self._position

    def seek(self, position: int, whence: int = 0, /) -> int:
        if whence != 0 or position < self._position:
            raise inflate.DataError
        while self._position < position:
            if not self.read(min(position - self._position, inflate.PIECE_BYTES)):
                break
        return self._position


def iterate_tar(
    path: Path, codec: inflate.Codec | None, limits: ArchiveLimits
) -> Iterator[Member | Refused]:
    """Yield the members of a TAR file, unpacking it by `codec`; raises ArchiveRefused."""
    budget = Budget(limits)
    with path.open("rb") as file:
        stream = _Forward(_metered(file, codec, budget))
        archive = _open(stream)
        given = 0
        for index, entry in enumerate(_entries(archive, stream)):
            if index >= limits.max_entries:
                raise ArchiveRefused(failures.archive_too_many_entries(limits.max_entries))
            name = decode_name(entry.name.encode("utf-8", "surrogateescape"))
            if entry.isdir() or is_left_by_systems(name):
                continue
            given += 1
            yield _take(stream, name, entry, budget)
        if not given:
            raise ArchiveRefused(failures.archive_empty())


def _metered(file: IO[bytes], codec: inflate.Codec | None, budget: Budget) -> Iterator[bytes]:
    """Yield the TAR stream, refusing the whole when too much comes out of too little.

    Members that are skipped are unpacked too, so the total is counted here a second time.
    """
    chunks = iter(lambda: file.read(inflate.PIECE_BYTES), b"")
    unpacked = 0
    ceiling = budget.limits.max_total_bytes + 2048 * budget.limits.max_entries
    for piece in inflate.inflate(chunks, codec) if codec else chunks:
        unpacked += len(piece)
        if unpacked > ceiling or budget.is_abnormal(unpacked, file.tell()):
            raise ArchiveRefused(failures.archive_bomb("whole"))
        yield piece


def _open(stream: _Forward) -> tarfile.TarFile:
    try:
        if not is_tar_header(stream.peek(tarfile.BLOCKSIZE)):
            raise ArchiveRefused(failures.archive_corrupt())
        return tarfile.TarFile(
            fileobj=cast("IO[bytes]", stream), encoding="utf-8", errors="surrogateescape"
        )
    except _TAR_ERRORS as error:
        raise ArchiveRefused(_corruption(error)) from error


def _entries(archive: tarfile.TarFile, stream: _Forward) -> Iterator[tarfile.TarInfo]:
    """Yield the headers; raises ArchiveRefused unless the archive ends as it should."""
    while True:
        try:
            entry = archive.next()
        except _TAR_ERRORS as error:
            raise ArchiveRefused(_corruption(error)) from error
        if entry is None:
            break
        archive.members.clear()  # type: ignore[attr-defined] # else tarfile keeps every header
        yield entry
    if stream.last_read != bytes(tarfile.BLOCKSIZE):
        # tarfile takes a missing end mark and a damaged header for the end; members may be lost
        raise ArchiveRefused(failures.archive_corrupt(incomplete=True))


def _corruption(error: Exception) -> Failure:
    return failures.archive_corrupt(incomplete=isinstance(error, inflate.IncompleteError))


def _take(stream: _Forward, name: str, entry: tarfile.TarInfo, budget: Budget) -> Member | Refused:
    safe = safe_name(name)
    if safe is None:
        return Refused(name=shown_name(name), failure=failures.archive_path_unsafe())
    if entry.issym() or entry.islnk():
        return Refused(name=safe, failure=failures.archive_link())
    if not entry.isreg() or entry.issparse():
        return Refused(name=safe, failure=failures.archive_special_file())
    try:
        content = collect(_pieces(stream, entry), budget, None)
    except inflate.DataError as error:
        raise ArchiveRefused(failures.archive_corrupt(incomplete=True)) from error
    if isinstance(content, Failure):
        return Refused(name=safe, failure=content)
    return judge(safe, content)


def _pieces(stream: _Forward, entry: tarfile.TarInfo) -> Iterator[bytes]:
    stream.seek(entry.offset_data)
    left = entry.size
    while left > 0:
        piece = stream.read(min(left, inflate.PIECE_BYTES))
        if not piece:
            raise inflate.IncompleteError
        left -= len(piece)
        yield piece

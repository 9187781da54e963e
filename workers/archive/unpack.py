"""Open an archive by what it is, and say whether a file is one."""

from collections.abc import Iterator
from pathlib import Path

from schemas import failures
from schemas.failure import Failure
from schemas.formats import Format, sniff
from workers.archive import inflate
from workers.archive.member import ArchiveLimits, ArchiveRefused, Member, Refused
from workers.archive.seven_zip import iterate_seven_zip
from workers.archive.tar_file import iterate_tar
from workers.archive.zip_file import iterate_zip

_HEAD_BYTES = 64 * 1024
_CODECS = {"tar": None, "gzip": inflate.GZIP, "bzip2": inflate.BZIP2, "xz": inflate.XZ}


def is_archive(content_head: bytes, filename: str) -> bool:
    """Say whether a file is an archive we unpack, from its first bytes (512 for a plain TAR)."""
    kind = sniff(content_head, filename)
    return kind is not None and kind.role == "archive"


def iterate(path: Path, limits: ArchiveLimits) -> Iterator[Member | Refused]:
    """Yield the documents of an archive in their order, and what is refused among them.

    One member is in memory at a time. Folders and what file managers leave behind are passed over.
    Raises ArchiveRefused, at once or after some members, when the archive or its rest is refused.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise ArchiveRefused(failures.empty_file())
    kind = sniff(head, path.name)
    if kind is None or kind.role != "archive":
        raise ArchiveRefused(_refusal(kind))
    if kind.name == "zip":
        yield from iterate_zip(path, limits)
    elif kind.name == "7z":
        yield from iterate_seven_zip(path, limits)
    else:
        yield from iterate_tar(path, _CODECS[kind.name], limits)


def _refusal(kind: Format | None) -> Failure:
    if kind is not None and kind.role == "foreign_archive":
        return failures.unsupported_type(kind)
    return failures.archive_corrupt()

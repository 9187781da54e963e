"""What comes out of an archive, within which limits, under which names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from schemas import failures
from schemas.failure import Failure
from schemas.formats import sniff

_RATIO_FREE_BYTES = 16 * 1024 * 1024
"""Below this a member may unpack at any ratio: a blank page in an uncompressed TIFF is 1000 : 1."""

_MAX_NAME = 1024
_SHOWN_NAME = 255
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, kw_only=True)
class ArchiveLimits:
    """What an archive may unpack to; every field is a setting."""

    max_entries: int = 50_000
    """Folders and junk count too: each costs work."""
    max_entry_bytes: int = 200 * 1024 * 1024
    max_total_bytes: int = 8 * 1024 * 1024 * 1024
    max_ratio: float = 200.0
    """Unpacked ÷ packed bytes, for members and compressed streams beyond 16 MiB."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A document; `name` uses / between folders and is a label, never a path to open."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Refused:
    """An entry that is not taken, and why; the entries after it follow."""

    name: str
    failure: Failure


class ArchiveRefused(Exception):  # noqa: N818 - an outcome, named like its sibling
    """The archive, or the rest of it, cannot be taken; members already given stand."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


class Budget:
    """Bytes the whole archive may still unpack to, counted as they come."""

    def __init__(self, limits: ArchiveLimits) -> None:
        self.limits = limits
        self._left = limits.max_total_bytes

    def spend(self, size: int) -> None:
        """Take `size` bytes; raises ArchiveRefused when none are left."""
        self._left -= size
        if self._left < 0:
            raise ArchiveRefused(failures.archive_bomb("whole"))

    def is_abnormal(self, unpacked: int, packed: int) -> bool:
        """Say whether so much may not come out of so little."""
        return unpacked > _RATIO_FREE_BYTES and self._is_over_ratio(unpacked, packed)

    def oversize(self, unpacked: int, packed: int | None) -> Failure | None:
        """Return why a member of this many bytes so far is not read further."""
        if packed is not None and self.is_abnormal(unpacked, packed):
            return failures.archive_bomb("member")
        if unpacked <= self.limits.max_entry_bytes:
            return None
        if packed is not None and self._is_over_ratio(unpacked, packed):
            return failures.archive_bomb("member")
        return failures.too_large(None, self.limits.max_entry_bytes)

    def _is_over_ratio(self, unpacked: int, packed: int) -> bool:
        return unpacked > self.limits.max_ratio * max(1, packed)


def collect(pieces: Iterable[bytes], budget: Budget, packed: int | None) -> bytes | Failure:
    """Put a member's pieces together, or say why not; `packed` is its size in a ZIP, in bytes."""
    content = bytearray()
    for piece in pieces:
        budget.spend(len(piece))
        failure = budget.oversize(len(content) + len(piece), packed)
        if failure:
            return failure
        content += piece
    return bytes(content)


def judge(name: str, content: bytes) -> Member | Refused:
    """Give a member out as a document if its content is one."""
    if not content:
        return Refused(name=name, failure=failures.empty_file())
    kind = sniff(content, name)
    if kind is None:
        return Refused(name=name, failure=failures.not_a_document())
    if kind.role == "later":
        return Refused(name=name, failure=failures.unsupported_type(kind))
    if kind.role not in ("readable", "convertible"):
        return Refused(name=name, failure=failures.archive_nested())
    return Member(name=name, content=content)


def decode_name(raw: bytes) -> str:
    """Return the name meant by bytes without an encoding: Chinese Windows writes GB18030."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")


def safe_name(name: str) -> str | None:
    r"""Return the name with / between folders, or None when it is hostile or no name at all.

    Windows writes \ between folders; ./ and doubled separators mean nothing.
    """
    plain = name.replace("\\", "/")
    parts = [part for part in plain.split("/") if part not in ("", ".")]
    unsafe = (
        not parts
        or len(plain) > _MAX_NAME
        or plain.startswith("/")
        or ".." in parts
        or _DRIVE.match(plain)
        or _UNPRINTABLE.search(plain)
    )
    return None if unsafe else "/".join(parts)


def shown_name(name: str) -> str:
    """Return a hostile name such that it can be stored and displayed."""
    return _UNPRINTABLE.sub("\ufffd", name)[:_SHOWN_NAME]

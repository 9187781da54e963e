"""Archives honest and hostile, and what is found in them."""

import io
import tarfile
import zipfile
from pathlib import Path

from workers.archive import ArchiveLimits, ArchiveRefused, Refused, iterate

PDF = b"%PDF-1.4\n" + bytes(range(256)) + b"\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
MIB = 1024 * 1024
ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
TAR_MODES = ("w", "w:gz", "w:bz2", "w:xz")
Outcome = list[tuple[str, str]]


def make_zip(
    *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content, method)
    return stream.getvalue()


def make_tar(
    *members: tuple[str | tarfile.TarInfo, bytes], mode: str = "w", **how: object
) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode, **how) as archive:  # type: ignore[call-overload]
        for name, content in members:
            entry = tarfile.TarInfo(name) if isinstance(name, str) else name
            entry.size = entry.size or len(content)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def walk(path: Path, content: bytes, **limits: float) -> Outcome:
    """Return (name, `ok` or code) of every entry, and (`*`, code) if the rest was refused."""
    path.write_bytes(content)
    seen: Outcome = []
    try:
        for entry in iterate(path, ArchiveLimits(**limits)):  # type: ignore[arg-type]
            seen.append((entry.name, entry.failure.code if isinstance(entry, Refused) else "ok"))
    except ArchiveRefused as error:
        seen.append(("*", error.failure.code))
    return seen

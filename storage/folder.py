"""A folder as object store: one file a key, written aside and moved there, so never half there."""

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from storage.objects import ObjectMissing, Stat, StorageError

CHUNK_BYTES = 1024 * 1024
_ASIDE = ".aside"
"""What is being written lies here; what lies here for long is of a process that was killed."""


class FolderStore:
    """Keeps objects below one folder; keys are paths of plain names."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def put(self, key: str, content: bytes | BinaryIO, media_type: str) -> None:
        """Store the bytes; the media type follows from the key and is not kept."""
        del media_type
        stream = BytesIO(content) if isinstance(content, bytes) else content
        with self.writing(key) as file:
            shutil.copyfileobj(stream, file, CHUNK_BYTES)

    @contextmanager
    def writing(self, key: str) -> Iterator[BinaryIO]:
        """Open what is the object once the block ends well, and nothing before."""
        path = self._path(key)
        aside = self._root / _ASIDE / secrets.token_hex(12)
        moved = False
        try:
            with _opened(aside) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _move(aside, path)
            moved = True
        except OSError as exc:
            raise StorageError(f"cannot write {key}") from exc
        finally:
            if not moved:
                with suppress(OSError):
                    aside.unlink(missing_ok=True)

    @contextmanager
    def get(self, key: str) -> Iterator[Iterator[bytes]]:
        """Open an object as chunks of bytes; raises ObjectMissing."""
        try:
            file = self._path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError) as exc:
            raise ObjectMissing(key) from exc
        except OSError as exc:
            raise StorageError(f"cannot read {key}") from exc
        with file:
            yield iter(lambda: file.read(CHUNK_BYTES), b"")

    def stat(self, key: str) -> Stat | None:
        """Return size and tag of an object, or None."""
        try:
            found = self._path(key).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Stat(size_bytes=found.st_size, tag=f"{found.st_mtime_ns:x}-{found.st_size:x}")

    def delete(self, key: str) -> None:
        """Remove an object if it is there."""
        self._path(key).unlink(missing_ok=True)

    def presign(
        self,
        key: str,
        method: Literal["GET", "PUT"],
        expires_s: int,
        *,
        disposition: str | None = None,
    ) -> str | None:
        """Return None: a folder has no address; the API passes the bytes through itself."""
        del key, method, expires_s, disposition
        return None

    def _path(self, key: str) -> Path:
        path = self._root.joinpath(key)
        parts = key.split("/")
        odd = parts[0] == _ASIDE or any(part in ("", ".", "..") for part in parts)
        if odd or not path.is_relative_to(self._root):
            raise StorageError(f"not a key: {key!r}")
        return path


def _opened(aside: Path) -> BinaryIO:
    """Open a file aside; its folder is made when it is missed: it is there but for the first."""
    try:
        return aside.open("xb")
    except FileNotFoundError:
        aside.parent.mkdir(parents=True, exist_ok=True)
        return aside.open("xb")


def _move(aside: Path, path: Path) -> None:
    """Move a file to where it is looked for, into a folder that may be new."""
    try:
        aside.replace(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.replace(path)


def clear_aside(root: Path, older_than_s: float) -> int:
    """Remove what was being written and has not been touched for so long; return how many."""
    removed = 0
    for left in (root / _ASIDE).glob("*"):
        with suppress(OSError):  # another one clears away, too
            if time.time() - left.stat().st_mtime > older_than_s:
                left.unlink()
                removed += 1
    return removed


def is_writable(folder: Path) -> bool:
    """Say whether objects can be kept in a folder that is there or will be made."""
    nearest = _nearest(folder)
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def free_bytes(folder: Path) -> int:
    """Return the room on the disk of a folder that is there or will be made."""
    return shutil.disk_usage(_nearest(folder)).free


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest above it that is there."""
    nearest = folder.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    return nearest

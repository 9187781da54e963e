"""A folder as object store: one file a key, written aside and renamed, so never half there."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from storage.objects import ObjectMissing, Stat, StorageError

CHUNK_BYTES = 1024 * 1024


class FolderStore:
    """Keeps objects below one folder; keys are paths of plain names."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def put(self, key: str, content: bytes | BinaryIO, media_type: str) -> None:
        """Store the bytes; the media type follows from the key and is not kept."""
        del media_type
        path = self._path(key)
        aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        stream = BytesIO(content) if isinstance(content, bytes) else content
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("xb") as file:
                shutil.copyfileobj(stream, file, CHUNK_BYTES)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        except OSError as exc:
            aside.unlink(missing_ok=True)
            raise StorageError(f"cannot write {key}") from exc

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
        if any(part in ("", ".", "..") for part in parts) or not path.is_relative_to(self._root):
            raise StorageError(f"not a key: {key!r}")
        return path


def is_writable(folder: Path) -> bool:
    """Say whether objects can be kept in a folder that is there or will be made."""
    nearest = folder.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)

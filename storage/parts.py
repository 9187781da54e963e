"""Uploads in parts: filled in any order, looked at to resume, put together or given up.

Parts go where single objects go: to an address of the S3 server, or, in a folder, to keys beside
the object's own, which the API writes on the client's behalf.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from schemas import keys
from schemas.environment import Addresses
from storage.folder import FolderStore

PART_BYTES = 16 * 1024 * 1024

_PART_NAME = re.compile(r"\d{5}")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part that is there; numbers count from 1, the tag says which bytes they are."""

    number: int
    size_bytes: int
    etag: str


class PartStore(Protocol):
    """Five verbs on uploads in parts; `upload` is what `begin` returned for the key."""

    def begin(self, key: str) -> str:
        """Begin an upload and return its name."""
        ...

    def address(self, key: str, upload: str, number: int, expires_s: int) -> str | None:
        """Return an address to PUT a part to, or None where the API takes it itself."""
        ...

    def parts(self, key: str, upload: str) -> list[Part]:
        """Return the parts that are there, in order."""
        ...

    def complete(self, key: str, upload: str, parts: Sequence[Part]) -> None:
        """Make one object of the parts."""
        ...

    def abort(self, key: str, upload: str) -> None:
        """Give the upload up and remove its parts; a second time changes nothing."""
        ...


class FolderParts:
    """Keeps parts as files in a folder beside the object."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._store = FolderStore(root)

    def begin(self, key: str) -> str:
        """Return a name; nothing is made before the first part."""
        return key.rpartition("/")[2]

    def address(self, key: str, upload: str, number: int, expires_s: int) -> str | None:
        """Return None: a folder has no address."""
        del key, upload, number, expires_s
        return None

    def parts(self, key: str, upload: str) -> list[Part]:
        """Return the parts that are there, in order."""
        del upload
        folder = self._folder(key)
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        found = []
        for number in (int(name) for name in names if _PART_NAME.fullmatch(name)):
            stat = self._store.stat(keys.upload_part(key, number))
            if stat is not None:
                found.append(Part(number=number, size_bytes=stat.size_bytes, etag=stat.tag))
        return found

    def complete(self, key: str, upload: str, parts: Sequence[Part]) -> None:
        """Write the parts into one file and remove them."""
        with self._store.writing(key) as whole:
            for part in parts:
                with self._store.get(keys.upload_part(key, part.number)) as chunks:
                    whole.writelines(chunks)
        self.abort(key, upload)

    def abort(self, key: str, upload: str) -> None:
        """Remove the parts."""
        for part in self.parts(key, upload):
            self._store.delete(keys.upload_part(key, part.number))
        folder = self._folder(key)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()

    def _folder(self, key: str) -> Path:
        return (self._root / keys.upload_part(key, 1)).parent


def open_parts(addresses: Addresses) -> PartStore:
    """Return the store of parts that belongs to the object store the settings name."""
    if addresses.s3_endpoint:
        from storage.s3_parts import S3Parts

        return S3Parts(addresses)
    return FolderParts(addresses.objects_dir)

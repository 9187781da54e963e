"""Object storage behind five verbs; a folder and any S3 server do the same.

StorageError            the store's fault; a retry may help
└── ObjectMissing       nothing lies under that key; a retry does not help
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

from schemas.environment import Addresses


class StorageError(Exception):
    """The store could not do what was asked; trying again later may help."""


class ObjectMissing(StorageError):  # noqa: N818  says what is so, not that it is wrong
    """Nothing lies under the key."""


@dataclass(frozen=True, kw_only=True)
class Stat:
    """The size of an object and when it was last written, as an opaque tag."""

    size_bytes: int
    tag: str


class ObjectStore(Protocol):
    """Five verbs on bytes under keys; a second `put` under a key replaces the first, whole."""

    def put(self, key: str, content: bytes | BinaryIO, media_type: str) -> None:
        """Store the bytes, or the stream from where it stands to its end."""
        ...

    def get(self, key: str) -> AbstractContextManager[Iterator[bytes]]:
        """Open an object as chunks of bytes; raises ObjectMissing on entry."""
        ...

    def stat(self, key: str) -> Stat | None:
        """Return what is known of an object without reading it, or None when there is none."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object; removing what is not there is no error."""
        ...

    def presign(
        self,
        key: str,
        method: Literal["GET", "PUT"],
        expires_s: int,
        *,
        disposition: str | None = None,
    ) -> str | None:
        """Return an address that needs no key for a while, or None where there is no such.

        `disposition` is the Content-Disposition (RFC 6266) that its answer is to have.
        """
        ...


def read(store: ObjectStore, key: str) -> bytes:
    """Return the whole of an object."""
    with store.get(key) as chunks:
        return b"".join(chunks)


def copy_to(store: ObjectStore, key: str, target: BinaryIO) -> None:
    """Write an object into an open file, piece by piece."""
    with store.get(key) as chunks:
        for chunk in chunks:
            target.write(chunk)


def open_store(addresses: Addresses) -> ObjectStore:
    """Return the store the settings name: S3 when there is an endpoint, else the folder."""
    if addresses.s3_endpoint:
        from storage.s3 import S3Store

        return S3Store(addresses)
    from storage.folder import FolderStore

    return FolderStore(addresses.objects_dir)

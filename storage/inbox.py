"""Places documents are taken in from by name of a prefix: a bucket of the S3 server, a folder.

Only what the operator allowed is ever looked at (`GOUJI_IMPORT_PREFIXES`); in an allowed prefix
`{tenant}` stands for the tenant that asks.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from schemas.environment import Addresses
from storage.objects import ObjectMissing, StorageError
from storage.s3 import S3Store


class Inbox(Protocol):
    """What lies under a prefix; names are relative to it, with / between folders."""

    def names(self) -> Iterator[str]:
        """Yield the names of all objects, in an order that does not change."""
        ...

    def copy_to(self, name: str, target: BinaryIO) -> None:
        """Write an object into an open file; raises ObjectMissing."""
        ...


def is_allowed(prefix: str, allowed: Sequence[str], tenant: str) -> bool:
    """Say whether a prefix lies within one of those allowed to the tenant."""
    if any(part in (".", "..") for part in prefix.split("/")) or "\\" in prefix:
        return False
    if "/" in tenant or not prefix.startswith(("s3://", "file:///")):
        return False
    own = (f"{one.rstrip('/')}/".replace("{tenant}", tenant) for one in allowed)
    return any(f"{prefix.rstrip('/')}/".startswith(one) for one in own)


def open_inbox(addresses: Addresses, prefix: str, tenant: str) -> Inbox:
    """Return the inbox under a prefix; raises ObjectMissing unless it lies in an allowed one.

    A folder is looked at once more with its links followed: they must not lead out.
    """
    if not is_allowed(prefix, addresses.import_prefixes, tenant):
        raise ObjectMissing(prefix)
    parts = urlsplit(prefix)
    if parts.scheme == "file":
        folder = _path(prefix).resolve()
        own = (one.replace("{tenant}", tenant) for one in addresses.import_prefixes)
        roots = (_path(one).resolve() for one in own if one.startswith("file://"))
        if not any(folder.is_relative_to(root) for root in roots):
            raise ObjectMissing(prefix)
        return FolderInbox(folder)
    return S3Inbox(addresses, parts.netloc, prefix.split("/", 3)[3] if parts.path else "")


def _path(prefix: str) -> Path:
    return Path(prefix.removeprefix("file://"))


class FolderInbox:
    """A folder of this machine with everything below it; links out of it are not followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def names(self) -> Iterator[str]:
        """Yield the names of all files, sorted."""
        for path in sorted(self._folder.rglob("*")):
            if path.is_file() and path.resolve().is_relative_to(self._folder):
                yield path.relative_to(self._folder).as_posix()

    def copy_to(self, name: str, target: BinaryIO) -> None:
        """Write a file into an open one."""
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder):
            raise ObjectMissing(name)
        try:
            with path.open("rb") as file:
                while chunk := file.read(1024 * 1024):
                    target.write(chunk)
        except FileNotFoundError as exc:
            raise ObjectMissing(name) from exc
        except OSError as exc:
            raise StorageError(f"cannot read {name}") from exc


class S3Inbox:
    """A prefix of a bucket on the S3 server of the settings."""

    def __init__(self, addresses: Addresses, bucket: str, prefix: str) -> None:
        self._store = S3Store(addresses.model_copy(update={"s3_bucket": bucket}))
        self._prefix = f"{prefix.rstrip('/')}/" if prefix.strip("/") else ""

    def names(self) -> Iterator[str]:
        """Yield the names of all objects in the server's order, which is that of the letters."""
        for key in self._store.listed(self._prefix):
            name = key.removeprefix(self._prefix)
            if name and not name.endswith("/"):
                yield name

    def copy_to(self, name: str, target: BinaryIO) -> None:
        """Write an object into an open file."""
        with self._store.get(self._prefix + name) as chunks:
            for chunk in chunks:
                target.write(chunk)

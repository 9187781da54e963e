"""A reader that holds nothing: documents are opened in the process that asks. For measuring."""

from collections.abc import Iterator
from pathlib import Path

from schemas.failure import Failure
from workers import archive
from workers.archive import ArchiveLimits, Member, Refused
from workers.confined.messages import Opened
from workers.engines.inspection import Inspection, Limits


class Unconfined:
    """Opens documents here and now, with nothing to hold them."""

    def start(self) -> None:
        """Do nothing: there is no process to start."""

    def close(self) -> None:
        """Do nothing: there is no process to end."""

    def inspect(self, content: bytes, filename: str, limits: Limits) -> Inspection | Failure:
        """Say what a document is, or why it is refused."""
        from workers.engines.inspect import inspect

        return inspect(content, filename, limits)

    def open_page(self, content: bytes, kind: str, number: int) -> Opened:
        """Open page `number` (from 1) of a document."""
        from workers.confined.opening import open_page

        return open_page(content, kind, number)

    def members(self, path: Path, limits: ArchiveLimits) -> Iterator[Member | Refused]:
        """Yield the members of an archive; raises ArchiveRefused."""
        return archive.iterate(path, limits)

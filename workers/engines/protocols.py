"""What the pipeline asks of an engine; real and null engines stand behind the same Protocol."""

from typing import Protocol

from schemas.record import Engine


class Engines(Protocol):
    """The models of one reading process; built once in that process, never crossing a fork."""

    def describe(self) -> Engine:
        """Return the versions and model hashes written into every record."""
        ...

"""What a document's steps ask of the engines; real and null ones stand behind the same Protocol."""

from typing import Protocol

from schemas.record import Engine
from workers.pipeline.read.recognition import Recogniser


class Engines(Protocol):
    """The models of one reading process; built once in that process, never crossing a fork."""

    @property
    def recogniser(self) -> Recogniser:
        """The text models."""
        ...

    def describe(self) -> Engine:
        """Return the versions and model hashes written into every record."""
        ...

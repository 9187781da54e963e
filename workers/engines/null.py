"""An engine that knows no models and reads nothing; for tests of everything around reading."""

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np

from schemas.record import Engine
from workers.pipeline.read.recognition import DIGITS, DetectedLine, Gray, LineReading


class NullRecogniser:
    """Finds no lines, and nothing in the lines it is given."""

    def read(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Return an empty reading for each line."""
        blank = np.zeros((1, len(DIGITS) + 1), dtype=np.float32)
        return [LineReading(text="", confidence=0.0, digits=blank) for _ in lines]

    def skim(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Return an empty reading for each line."""
        return self.read(lines)

    def reread(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Return an empty reading for each line."""
        return self.read(lines)

    def find(self, image: Gray) -> list[DetectedLine]:
        """Return no lines."""
        del image
        return []


class NullEngines:
    """Describes itself and recognises nothing."""

    recogniser = NullRecogniser()

    def describe(self) -> Engine:
        """Return the versions written into every record."""
        return Engine(gouji=version("gouji"), ocr="null", models={})

"""Words are skimmed; runs of digits among them are read in full, or the whole line is."""

from collections.abc import Mapping, Sequence

import numpy as np

from workers.pipeline.read.recognition import DIGITS, DetectedLine, Gray, LineReading
from workers.pipeline.read.words import read_words

PITCH = 48
NOTHING = np.zeros((1, len(DIGITS) + 1), np.float32)


def line(characters: int) -> Gray:
    """Return paper for a line of so many characters, each as wide as high."""
    return np.full((PITCH, PITCH * characters), 255, np.uint8)


def reading(text: str, confidence: float = 0.99) -> LineReading:
    """Return a reading with its characters evenly spread."""
    centres = tuple((at + 0.5) / len(text) for at in range(len(text)))
    return LineReading(text=text, confidence=confidence, digits=NOTHING, centres=centres)


class Scripted:
    """Skims every line as one reading; reads crops by their width in characters, or in full."""

    def __init__(self, skimmed: LineReading, pieces: Mapping[int, str], whole: str) -> None:
        self.skimmed, self.pieces, self.whole = skimmed, pieces, whole
        self.widths: list[int] = []

    def skim(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Return the skimmed reading."""
        return [self.skimmed for _ in lines]

    def read(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Return what is scripted for the width of each crop; the whole line else."""
        widths = [crop.shape[1] // PITCH for crop in lines]
        self.widths += widths
        return [reading(self.pieces.get(width, self.whole)) for width in widths]

    def reread(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Read nothing again: no test asks."""
        raise AssertionError(len(lines))

    def find(self, image: Gray) -> list[DetectedLine]:
        """Find nothing: no test asks."""
        raise AssertionError(image.shape)


def read(skimmed: str, pieces: Mapping[int, str], whole: str, confidence: float = 0.99) -> str:
    """Read one line of 20 characters."""
    recogniser = Scripted(reading(skimmed, confidence), pieces, whole)
    return read_words([line(20)], recogniser)[0].text


def test_words_without_digits_are_taken_as_skimmed() -> None:
    assert read("深入贯彻落实公开条例有关规定不断提高质量", {}, "not asked") == (
        "深入贯彻落实公开条例有关规定不断提高质量"
    )


def test_doubled_digits_that_ran_together_are_put_right() -> None:
    skimmed = "深入贯彻落实条例共收到申请3件均依法答复"  # of 33
    assert "申请33件" in read(skimmed, {3: "请33件", 4: "请33件"}, "not asked")


def test_a_cut_out_without_its_neighbours_is_not_trusted() -> None:
    skimmed = "深入贯彻落实条例共收到申请3件均依法答复"
    assert read(skimmed, {3: "33", 4: "33"}, "the line in full") == "the line in full"


def test_a_line_full_of_digits_is_read_in_full() -> None:
    assert read("2024年1月1日至2024年12月31日", {}, "the line in full") == "the line in full"


def test_a_doubtful_line_is_read_in_full() -> None:
    assert read("深入贯彻落实", {}, "the line in full", confidence=0.7) == "the line in full"

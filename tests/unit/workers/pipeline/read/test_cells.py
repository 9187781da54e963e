"""Which lines of a cell are skimmed, which are read in full, and which glyphs once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from workers.pipeline.read.cells import read_cells
from workers.pipeline.read.ink import InkLine, lines_of
from workers.pipeline.read.recognition import DIGITS, DetectedLine, Gray, LineReading

LETTER = 22.0


def digit_steps(shares: Mapping[str, float]) -> np.ndarray:
    """Return one step with the shares of its digits."""
    steps = np.zeros((1, len(DIGITS) + 1), np.float32)
    for digit, share in shares.items():
        steps[0, 1 + DIGITS.index(digit)] = share
    return steps


class Scripted:
    """Skims and reads as told, and counts what it was asked."""

    def __init__(
        self,
        skimmed: str = "",
        full: str = "0",
        confidence: float = 0.99,
        shares: Mapping[str, float] | None = None,
        second: str = "0",
        least: float = 0.99,
    ) -> None:
        self.skimmed, self.full, self.confidence = skimmed, full, confidence
        self.shares, self.second = {"0": 1.0} if shares is None else shares, second
        self.least = least
        self.skims = self.reads = self.rereads = 0

    def skim(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Return the scripted words."""
        self.skims += len(lines)
        none = np.zeros((1, len(DIGITS) + 1), np.float32)
        return [
            LineReading(text=self.skimmed, confidence=self.confidence, digits=none) for _ in lines
        ]

    def read(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Return the scripted text and digits."""
        self.reads += len(lines)
        steps = digit_steps(self.shares)
        return [
            LineReading(text=self.full, confidence=0.99, least=self.least, digits=steps)
            for _ in lines
        ]

    def reread(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Return the scripted second opinion."""
        self.rereads += len(lines)
        steps = digit_steps({self.second: 1.0} if self.second.isdigit() else {})
        return [
            LineReading(text=self.second, confidence=0.9, least=self.least, digits=steps)
            for _ in lines
        ]

    def find(self, image: Gray) -> list[DetectedLine]:
        """Find nothing: no test asks."""
        raise AssertionError(image.shape)


def number() -> list[InkLine]:
    """Return the ink of a cell that holds a 0."""
    cell = np.full((40, 60), 255, np.uint8)
    cv2.ellipse(cell, (30, 20), (5, 8), 0, 0, 360, (0,), 2, cv2.LINE_AA)
    return lines_of(cell, np.zeros(cell.shape, bool), 128, LETTER)


def words() -> list[InkLine]:
    """Return the ink of a cell that holds broad characters."""
    cell = np.full((40, 120), 255, np.uint8)
    for left in (10, 36, 62):
        cv2.rectangle(cell, (left, 9), (left + 20, 30), (0,), 2)
    return lines_of(cell, np.zeros(cell.shape, bool), 128, LETTER)


def slash() -> list[InkLine]:
    """Return the ink of a cell that holds a slash."""
    cell = np.full((40, 60), 255, np.uint8)
    cv2.line(cell, (26, 30), (34, 9), (0,), 2, cv2.LINE_AA)
    return lines_of(cell, np.zeros(cell.shape, bool), 128, LETTER)


def test_prints_of_a_zero_are_read_once_and_never_skimmed() -> None:
    recogniser = Scripted(full="0")
    readings = read_cells([number() for _ in range(30)], LETTER, recogniser)
    assert [reading.text for reading in readings] == ["0"] * 30
    assert (recogniser.reads, recogniser.skims) == (1, 0)


def test_a_label_of_the_form_is_skimmed_alone() -> None:
    recogniser = Scripted(skimmed="自然人")
    assert read_cells([words()], LETTER, recogniser)[0].text == "自然人"
    assert (recogniser.reads, recogniser.skims) == (0, 1)


def test_what_is_nearly_a_label_is_read_in_full() -> None:
    recogniser = Scripted(skimmed="本年度止件数", full="本年度止件数")
    read_cells([words()], LETTER, recogniser)
    assert recogniser.reads == 1


def test_a_misprint_both_readers_see_is_seconded() -> None:
    alike = Scripted(skimmed="本年度止件数", full="本年度止件数", second="本年度止件数")
    reading = read_cells([words()], LETTER, alike)[0]
    assert (reading.text, reading.seconded, alike.rereads) == ("本年度止件数", True, 1)


def test_a_misprint_of_which_a_character_is_not_certain_is_not_seconded() -> None:
    text = "本年度止件数"
    alike = Scripted(skimmed=text, full=text, second=text, least=0.8)
    assert not read_cells([words()], LETTER, alike)[0].seconded


def test_a_misreading_of_a_label_gives_way_to_the_second_reader() -> None:
    misread = Scripted(skimmed="总让", full="总让", second="总计")
    assert read_cells([words()], LETTER, misread)[0].text == "总计"


def test_readers_of_two_minds_second_nothing() -> None:
    apart = Scripted(skimmed="本年度止件数", full="本年度止件数", second="本年庹止件数")
    assert not read_cells([words()], LETTER, apart)[0].seconded


def test_other_words_are_taken_as_skimmed_only_when_clear() -> None:
    clear, doubtful = Scripted(skimmed="项目进展"), Scripted(skimmed="项目进展", confidence=0.6)
    read_cells([words()], LETTER, clear)
    read_cells([words()], LETTER, doubtful)
    assert (clear.reads, doubtful.reads) == (0, 1)


def test_digits_among_words_are_read_in_full() -> None:
    recogniser = Scripted(skimmed="共12项目", full="共122项目", shares={})
    assert read_cells([words()], LETTER, recogniser)[0].text == "共122项目"


def test_a_slash_is_told_from_a_one_by_its_ink() -> None:
    assert [line.mark for line in slash()] == ["/"]
    assert [line.mark for line in number()] == [""]


def one(*, damaged_four: bool = False) -> list[InkLine]:
    """Return the ink of a 1 with its foot, or of a 4 of which the bar is lost."""
    cell = np.full((40, 60), 255, np.uint8)
    cv2.line(cell, (30, 10), (30, 28), (0,), 2)
    cv2.line(cell, (27, 28), (33, 28), (0,), 2)
    if damaged_four:
        cv2.line(cell, (29, 11), (21, 22), (0,), 2)
    return lines_of(cell, np.zeros(cell.shape, bool), 128, LETTER)


def test_a_one_broader_than_its_tables_other_ones_is_doubted() -> None:
    cells = [*(one() for _ in range(5)), one(damaged_four=True)]
    readings = read_cells(cells, LETTER, Scripted(full="1", shares={"1": 1.0}))
    shares = [reading.candidates[0].probability for reading in readings]
    assert shares[:5] == [1.0] * 5
    assert shares[5] <= 0.9
    few = read_cells(cells[3:], LETTER, Scripted(full="1", shares={"1": 1.0}))
    assert few[-1].candidates[0].probability == 1.0, "too few to say what is usual"


def test_a_doubtful_number_is_no_surer_for_a_second_reader_that_agrees() -> None:
    """Damaged print misleads both: a 4 whose bar is lost is a 1 to either."""
    agreed = Scripted(full="0", shares={"0": 0.97, "8": 0.03}, second="0")
    reading = read_cells([number()], LETTER, agreed)[0]
    assert (reading.candidates[0].text, agreed.rereads) == ("0", 1)
    assert reading.candidates[0].probability == pytest.approx(0.97)


def test_a_one_among_pale_print_needs_a_sum() -> None:
    """Of a 4 so pale only the stem may be left; other digits keep their shapes."""
    cell = np.full((40, 60), 255, np.uint8)
    cv2.line(cell, (30, 10), (30, 28), (150,), 2)
    (line,) = lines_of(cell, np.zeros(cell.shape, bool), 200, LETTER)
    shares = [
        read_cells([[line]], LETTER, Scripted(full=digit, shares={digit: 1.0}))[0].candidates
        for digit in ("1", "7")
    ]
    assert [found[0].probability for found in shares] == [0.96, 1.0]
    assert [[other.text for other in found[1:]] for found in shares] == [["4"], []]


def test_readers_that_disagree_leave_doubt() -> None:
    opposed = Scripted(full="0", shares={"0": 0.97, "8": 0.03}, second="8")
    best, other = read_cells([number()], LETTER, opposed)[0].candidates
    assert {best.text, other.text} == {"0", "8"}
    assert best.probability < 0.9


def test_a_number_the_first_reader_is_sure_of_is_not_read_again() -> None:
    sure = Scripted(full="0")
    read_cells([number() for _ in range(5)], LETTER, sure)
    assert sure.rereads == 0


def test_an_unsure_glyph_is_read_again_by_itself() -> None:
    unsure = Scripted(full="日", shares={"0": 0.9, "8": 0.1}, second="0")
    reading = read_cells([number()], LETTER, unsure)[0]
    assert (reading.text, unsure.rereads) == ("0", 1)


def test_a_lone_stroke_is_doubted_and_habitual_ones_are_not() -> None:
    (alone,) = read_cells([slash()], LETTER, Scripted(full="/", shares={}))
    several = read_cells([slash() for _ in range(7)], LETTER, Scripted(full="/", shares={}))
    assert (alone.text, alone.confidence) == ("/", 0.4)
    assert {(reading.text, reading.confidence) for reading in several} == {("/", 1.0)}


def test_a_one_amid_habitual_slashes_is_not_clear() -> None:
    one = Scripted(full="1", shares={"1": 1.0})
    amid = read_cells([*(slash() for _ in range(7)), number()], LETTER, one)[-1]
    (alone,) = read_cells([number()], LETTER, one)
    assert amid.candidates[0].probability < 0.998 < alone.candidates[0].probability


def dash() -> list[InkLine]:
    """Return the ink of a cell that holds a dash."""
    cell = np.full((40, 60), 255, np.uint8)
    cv2.line(cell, (20, 20), (38, 20), (0,), 2)
    return lines_of(cell, np.zeros(cell.shape, bool), 128, LETTER)


def test_habitual_dashes_are_not_doubted() -> None:
    several = read_cells([dash() for _ in range(7)], LETTER, Scripted(full="一", shares={}))
    assert {(reading.text, reading.confidence) for reading in several} == {("—", 1.0)}


def test_a_stroke_that_reads_as_a_number_is_doubted() -> None:
    several = read_cells([slash() for _ in range(7)], LETTER, Scripted(full="1", shares={"1": 1.0}))
    assert {reading.confidence for reading in several} == {0.4}


@pytest.mark.parametrize(("digit", "surely"), [("2", 0.4), ("7", 1.0)])
def test_strokes_that_read_as_digits_unlike_a_stroke_are_no_habit(
    digit: str, surely: float
) -> None:
    """The 2s of a low, worn print lean and are straight: five of them are no table's slashes."""
    read = Scripted(full=digit, shares={digit: 0.6, "1": 0.3})
    several = read_cells([slash() for _ in range(7)], LETTER, read)
    assert {reading.confidence for reading in several} == {surely}


@pytest.mark.parametrize(("text", "mark"), [("一", dash), ("/", slash)])
def test_a_stroke_that_is_not_straight_is_no_mark_where_the_table_has_none(
    text: str, mark: Callable[[], list[InkLine]]
) -> None:
    (alone,) = read_cells([number()], LETTER, Scripted(full=text, shares={"0": 0.3}, second=text))
    marks = Scripted(full=text, shares={})
    amid = read_cells([*(mark() for _ in range(7)), number()], LETTER, marks)[-1]
    assert (alone.text, alone.confidence, amid.confidence) == (text, 0.4, 0.99)


def cut(*, above: bool) -> list[InkLine]:
    """Return the ink of a cell in which 1 stands, touching the ruling above it or not."""
    cell = np.full((40, 60), 255, np.uint8)
    cv2.line(cell, (30, 14), (30, 28), (0,), 2)
    return [
        replace(line, frayed=above)
        for line in lines_of(cell, np.zeros(cell.shape, bool), 128, LETTER)
    ]


@pytest.mark.parametrize(("above", "share"), [(True, 0.9), (False, 1.0)])
def test_a_number_lower_than_others_that_touches_a_ruling_is_cut(above: bool, share: float) -> None:
    """A pen's stroke that was taken for the ruling lies over the bar of a 7."""
    cells = [*(one() for _ in range(6)), cut(above=above)]
    readings = read_cells(cells, LETTER, Scripted(full="1", shares={"1": 1.0}))
    assert [reading.candidates[0].probability for reading in readings[5:]] == [1.0, share]


def test_a_four_may_stand_where_low_print_reads_one() -> None:
    """No more than a pixel is left of its bar, which a copy loses."""
    cell = np.full((40, 60), 255, np.uint8)
    cv2.line(cell, (30, 12), (30, 20), (0,), 1)
    stem = lines_of(cell, np.zeros(cell.shape, bool), 128, 12.0)
    leaning = [replace(line, leans=True) for line in stem]
    (reading,) = read_cells([leaning], 12.0, Scripted(full="1", shares={"1": 1.0}))
    assert [found.text for found in reading.candidates] == ["1", "4"]


def test_an_empty_cell_holds_nothing() -> None:
    reading = read_cells([[], number()], LETTER, Scripted())[0]
    assert (reading.text, reading.candidates) == ("", ())


def test_dirt_far_from_a_number_is_no_part_of_it() -> None:
    cell = np.full((40, 300), 255, np.uint8)
    cv2.ellipse(cell, (250, 20), (5, 8), 0, 0, 360, (0,), 2, cv2.LINE_AA)
    cv2.circle(cell, (258, 27), 1, (0,), -1)  # a point beside it
    cv2.circle(cell, (40, 8), 2, (0,), -1)  # a speck of the fax
    (line,) = lines_of(cell, np.zeros(cell.shape, bool), 128, LETTER)
    assert line.left > 200
    assert line.right >= 258


def change() -> list[InkLine]:
    """Return the ink of a cell that holds -0."""
    cell = np.full((40, 90), 255, np.uint8)
    cv2.line(cell, (24, 20), (32, 20), (0,), 2)
    cv2.ellipse(cell, (44, 20), (5, 8), 0, 0, 360, (0,), 2, cv2.LINE_AA)
    return lines_of(cell, np.zeros(cell.shape, bool), 128, LETTER)


def test_a_sign_both_readers_see_is_part_of_the_number() -> None:
    for first, second in (("-3", "-3"), ("一3", "-3"), ("减少3", "减少3")):
        reader = Scripted(skimmed=first, full=first, shares={}, second=second)
        reading = read_cells([change()], LETTER, reader)[0]
        assert (reading.text, reading.candidates[0].text) == (first, "-3")
        assert reading.candidates[0].probability > 0.998


def test_a_sign_of_which_the_readers_are_unsure_or_of_two_minds_leaves_doubt() -> None:
    for second, least in (("3", 0.99), ("+3", 0.99), ("-8", 0.99), ("-3", 0.9)):
        reader = Scripted(full="-3", shares={}, second=second, least=least)
        reading = read_cells([change()], LETTER, reader)[0]
        assert sum(c.probability for c in reading.candidates if c.probability > 0.9) == 0


def test_a_stroke_too_light_for_ink_before_a_number_counts_as_a_glyph_not_read() -> None:
    for shade, glyphs in ((90, 2), (165, 2), (250, 1)):
        cell = np.full((40, 90), 255, np.uint8)
        cv2.line(cell, (24, 20), (32, 20), (shade,), 2)
        cv2.ellipse(cell, (44, 20), (5, 8), 0, 0, 360, (0,), 2, cv2.LINE_AA)
        (line,) = lines_of(cell, np.zeros(cell.shape, bool), 128, LETTER)
        assert line.blobs == glyphs

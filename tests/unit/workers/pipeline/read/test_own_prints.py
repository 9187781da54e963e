"""What a table's own prints say of a number that the readers leave in doubt."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import cv2
import numpy as np
import pytest

from workers.pipeline.read.cells import read_cells
from workers.pipeline.read.ink import InkLine, lines_of
from workers.pipeline.read.own_prints import OwnPrints
from workers.pipeline.read.recognition import DIGITS, Gray, LineReading

LETTER, WIDE = 22.0, 100
Draw = Callable[[Gray, int], object]


def zero(cell: Gray, x: int) -> None:
    cv2.ellipse(cell, (x, 20), (5, 8), 0, 0, 360, (0,), 2, cv2.LINE_AA)


def eight(cell: Gray, x: int) -> None:
    for y in (16, 24):
        cv2.ellipse(cell, (x, y), (4, 4), 0, 0, 360, (0,), 2, cv2.LINE_AA)


def half_zero(cell: Gray, x: int) -> None:
    """A seal that the copier made white lies over the right half."""
    zero(cell, x)
    cell[:, x + 1 :] = 255


def printed(
    *glyphs: Draw, x: int = 50, obstructed: Literal["", "beside", "perhaps", "surely"] = ""
) -> InkLine:
    """Print glyphs side by side around a place in a cell of 100 pixels."""
    cell = np.full((40, WIDE), 255, np.uint8)
    for at, draw in enumerate(glyphs):
        draw(cell, round(x + 16 * (at - (len(glyphs) - 1) / 2)))
    (line,) = lines_of(cell, np.zeros(cell.shape, bool), 128, LETTER)
    return replace(line, obstructed=obstructed)


def reading(text: str, digits: str = "", share: float = 1.0) -> LineReading:
    """Read a text whose digits alone would be others, or less sure."""
    number = digits or text
    steps = np.zeros((2 * len(number), len(DIGITS) + 1), np.float32)
    steps[1::2, 0] = 1.0
    for at, digit in enumerate(number):
        steps[2 * at, 1 + DIGITS.index(digit)] = share
        steps[2 * at, 1 + DIGITS.index("9")] += 1.0 - share
    return LineReading(text=text, confidence=0.9, least=0.9, digits=steps)


def table(numbers: Sequence[tuple[InkLine, LineReading]]) -> OwnPrints:
    return OwnPrints([line for line, _ in numbers], [read for _, read in numbers], LETTER)


def zeros_and_eights(places: Sequence[int] = (50,) * 8) -> list[tuple[InkLine, LineReading]]:
    zeros = [(printed(zero, x=x), reading("0")) for x in places]
    return [*zeros, *((printed(eight, x=x), reading("8")) for x in places)]


@pytest.mark.parametrize(
    ("glyphs", "number", "same"),
    [
        ((zero,), "0", True),
        ((eight,), "8", True),
        ((eight,), "0", False),
        ((half_zero,), "0", False),
        ((eight, zero), "80", True),
        ((eight, zero), "8", False),
        ((zero,), "5", False),
    ],
)
def test_a_number_is_its_digits_prints_one_for_one(
    glyphs: tuple[Draw, ...], number: str, same: bool
) -> None:
    assert table(zeros_and_eights()).are(printed(*glyphs), number) is same


def test_two_prints_do_not_say_how_a_digit_looks() -> None:
    assert not table(zeros_and_eights()[:2]).are(printed(zero), "0")


def test_many_that_read_as_a_letter_show_a_digit_that_is_never_sure() -> None:
    dotted = (printed(zero), reading("日", "0", 0.97))
    eights = zeros_and_eights()[8:]
    assert table([*[dotted] * 12, *eights]).are(printed(zero), "0")
    assert not table([*[dotted] * 11, *eights]).are(printed(zero), "0")
    assert not table([*[dotted] * 12, *eights]).are(printed(eight), "0")


@pytest.mark.parametrize(("count", "shown"), [(12, True), (11, False)])
def test_many_right_at_a_side_show_a_digit_where_numbers_end_there(count: int, shown: bool) -> None:
    flush = (printed(zero, x=93, obstructed="beside"), reading("0"))
    eights = [(printed(eight, x=94), reading("8"))] * 8
    assert table([*[flush] * count, *eights]).are(printed(zero), "0") is shown
    elsewhere = [(printed(eight, x=at), reading("8")) for at in (30, 40, 50, 60, 70, 45, 55, 35)]
    assert not table([*[flush] * count, *elsewhere]).are(printed(zero), "0")


def test_a_zero_whose_sides_stand_apart_is_one_glyph() -> None:
    thin = printed(zero)
    thin.crop[:, thin.crop.shape[1] // 2 - 1 : thin.crop.shape[1] // 2 + 2] //= 4
    thin.crop[:, thin.crop.shape[1] // 2 - 1 : thin.crop.shape[1] // 2 + 2] += 190
    own = table([(thin, reading("0"))] * 4 + zeros_and_eights()[8:])
    assert own.are(thin, "0")
    assert not own.are(thin, "00")


def test_a_table_tells_all_digits_where_it_prints_each() -> None:
    digits = [(printed(zero), reading(digit)) for digit in "0123456789"]
    assert table(digits).tell_all_digits
    assert not table(digits[:-1]).tell_all_digits


@pytest.mark.parametrize(
    ("places", "x", "obstructed", "there"),
    [
        ((50,) * 8, 50, "perhaps", True),
        ((50,) * 8, 57, "perhaps", False),
        ((50,) * 3, 50, "perhaps", False),
        ((30, 40, 50, 60, 70, 45, 55, 35), 50, "perhaps", False),
        ((93,) * 8, 93, "beside", True),
        ((93,) * 8, 87, "beside", False),
    ],
)
def test_a_number_is_in_place_where_all_others_stand(
    places: Sequence[int], x: int, obstructed: Literal["beside", "perhaps"], there: bool
) -> None:
    own = table([(printed(zero, x=at), reading("0")) for at in places])
    assert own.in_place(printed(zero, x=x, obstructed=obstructed)) is there


def test_numbers_flush_with_one_side_do_not_tell_what_is_lost_at_the_other() -> None:
    """Of 80 below 0, all at the right side, a seal may take the 8."""
    flush = [(printed(zero, x=86), reading("0")), (printed(eight, zero, x=78), reading("80"))]
    assert not table(flush * 5).in_place(printed(zero, x=86, obstructed="perhaps"))


class Dotted:
    """Reads every glyph as 日, one of them with less of a 0 than the others."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Read 日, of which 0 is the likeliest digit."""
        self.reads += len(lines)
        return [reading("日", "0", 0.92 if self.reads == 1 else 0.97) for _ in lines]

    reread = skim = read

    def find(self, image: Gray) -> list[object]:
        """Find nothing: no test asks."""
        raise AssertionError(image.shape)


@pytest.mark.parametrize(("count", "text", "share"), [(14, "0", 0.998), (4, "日", 0.92)])
def test_dotted_zeros_are_read_as_what_they_all_show(count: int, text: str, share: float) -> None:
    found = read_cells([[printed(zero)] for _ in range(count)], LETTER, Dotted())[0]
    assert (found.text, found.candidates[0].text) == (text, "0")
    assert found.candidates[0].probability == pytest.approx(share, abs=1e-3)


def test_a_1_beside_which_strokes_may_be_lost_may_be_a_4() -> None:
    class Ones(Dotted):
        def read(self, lines: Sequence[Gray]) -> list[LineReading]:
            """Read 1 beyond doubt."""
            return [reading("1") for _ in lines]

    plain, ghostly = printed(zero), replace(printed(zero), ghost=True)
    found = read_cells([*[[plain]] * 9, [ghostly]], LETTER, Ones())
    assert [one.text for one in found[0].candidates] == ["1"]
    first, *others = found[-1].candidates
    assert (first.text, first.probability) == ("1", 0.999)
    assert [(one.text, one.probability) for one in others] == [("4", 0.001)]


def test_a_number_under_a_seal_is_whole_where_its_table_shows_it_so() -> None:
    class Sure(Dotted):
        def read(self, lines: Sequence[Gray]) -> list[LineReading]:
            """Read 0 beyond doubt."""
            return [reading("0") for _ in lines]

    plain = [[printed(zero)] for _ in range(9)]
    for kind, whole in (("perhaps", True), ("surely", False)):
        sealed = replace(printed(zero), obstructed=kind)
        found = read_cells([*plain, [sealed]], LETTER, Sure())
        assert found[-1].whole is whole
        assert found[-1].candidates[0].probability == (0.999 if whole else 1.0)

"""Which numbers may be others than those listed, so that no sum of theirs is the report's fault."""

import pytest

from schemas.forms.template_2021 import FORM
from schemas.table import Candidate, Cell
from workers.pipeline.tables.register import Registration
from workers.pipeline.validate.validate import doubts_of

POINTER = "/requests/granted/total"


def bounded(text: str, share: float, *, digit: str = "1", obstructed: bool = False) -> bool:
    """Say whether what was read in a cell, a digit by its pixels, is one of the numbers listed."""
    found = (Candidate(text=digit, probability=share), Candidate(text="4", probability=1 - share))
    cell = Cell(
        row=0,
        column=0,
        page=1,
        box=None,
        text=text,
        confidence=0.9,
        candidates=found,
        obstructed=obstructed,
    )
    values = dict.fromkeys(FORM.pointers, None) | {POINTER: cell}
    registration = Registration(form=FORM, values=values, labels=(), tables=(), missing=())
    return POINTER not in doubts_of(registration).unlisted


def test_a_number_read_with_little_doubt_is_one_of_those_listed() -> None:
    assert bounded("1", 0.97)
    assert bounded("l", 0.97)
    assert bounded("4", 0.97)


def test_a_dotted_zero_read_as_a_letter_is_one_of_the_numbers_listed() -> None:
    assert bounded("日", 0.97, digit="0")
    assert not bounded("日", 0.97, digit="1")


@pytest.mark.parametrize(
    ("text", "share", "obstructed"),
    [
        ("1", 0.97, True),
        ("1", 0.75, False),  # a dash with dirt on it
        ("十", 0.97, False),  # read freely it is no number at all
    ],
)
def test_what_hardly_reads_as_a_number_may_be_none(
    text: str, share: float, obstructed: bool
) -> None:
    assert not bounded(text, share, obstructed=obstructed)

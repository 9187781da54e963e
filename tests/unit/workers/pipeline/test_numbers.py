"""One cell at a time: what it says, and when pixels alone are believed."""

import pytest

from schemas.forms.template_2021 import FORM
from schemas.table import Candidate, Cell
from workers.pipeline.numbers import Decision, decide
from workers.pipeline.tables.register import Registration

COUNT = "/proactive_disclosure/administrative_licensing"
FEE = "/proactive_disclosure/administrative_fees_10k_yuan"


def cell(text: str, *shares: tuple[str, float], **more: object) -> Cell:
    found = tuple(Candidate(text=option, probability=share) for option, share in shares)
    place = {"row": 0, "column": 0, "page": 1, "box": (0.1, 0.1, 0.2, 0.2), "confidence": 0.9}
    return Cell.model_validate({**place, "text": text, "candidates": found, **more})


def decision(pointer: str, printed: Cell | None, **more: frozenset[str]) -> Decision:
    """Decide a table in which no other value is found: no sum helps."""
    registration = Registration(
        form=FORM,
        values=dict.fromkeys(FORM.pointers, None) | {pointer: printed},
        labels=(),
        tables=(),
        missing=(),
        **more,
    )
    return decide(registration, {1: "ocr"})[pointer]


@pytest.mark.parametrize(
    ("printed", "value", "kind", "flag"),
    [
        (cell("42", ("42", 1.0), glyphs=2), 42, "number", None),
        (cell("0", ("0", 0.9999), glyphs=1), 0, "zero", None),
        (cell("O", ("0", 0.9999), glyphs=1), 0, "zero", None),  # the glyph is the same
        (cell("42", ("42", 0.97), ("12", 0.03), glyphs=2), 42, "number", "doubtful"),
        (cell("B", ("8", 0.9999), glyphs=1), 8, "number", "doubtful"),  # read freely, a letter
        (cell("4", ("4", 1.0), glyphs=2), 4, "number", "doubtful"),  # a glyph went missing
        (cell("42", ("42", 0.999), glyphs=2, obstructed=True), 42, "number", "doubtful"),
        (cell("7.", ("7", 0.6), ("7.", 0.4), glyphs=1), 7, "number", None),  # a speck of dirt
        (cell("", ink=False), None, "blank", None),
        (cell("/"), None, "not_applicable", None),
        (cell("——"), None, "not_applicable", None),
        (cell("无"), None, "not_applicable", None),
        (None, None, "missing", None),
    ],
)
def test_a_count_by_itself(
    printed: Cell | None, value: int | None, kind: str, flag: str | None
) -> None:
    found = decision(COUNT, printed)
    assert (found.value, found.evidence.kind, found.evidence.flag) == (value, kind, flag)


def test_blank_and_struck_out_are_never_zero() -> None:
    for printed in (cell("", ink=False), cell("/"), cell("—")):
        assert decision(COUNT, printed).value is None


def test_a_decimal_where_a_count_belongs_is_kept_as_text_not_rounded() -> None:
    found = decision(COUNT, cell("3.5", ("3.5", 1.0), glyphs=2))
    assert (found.value, found.evidence.text) == (None, "3.5")


@pytest.mark.parametrize("printed", ["0", "59237.2449", "12.50"])
def test_a_fee_is_kept_exactly_as_printed(printed: str) -> None:
    found = decision(FEE, cell(printed, (printed, 1.0), glyphs=len(printed) - 1))
    assert (found.value, found.evidence.flag) == (printed, None)


def test_a_fee_read_with_doubt_is_flagged_with_its_alternatives() -> None:
    found = decision(FEE, cell("220.59", ("220.59", 0.9), ("22059", 0.1), glyphs=5))
    assert (found.value, found.evidence.flag) == ("220.59", "doubtful")
    assert found.evidence.alternatives == ("22059",)


def test_text_characters_are_taken_as_they_stand() -> None:
    assert decision(COUNT, cell("１２３", confidence=1.0)).value == 123


def test_a_cell_that_covers_two_places_is_no_number_for_either() -> None:
    found = decision(COUNT, cell("42", ("42", 1.0), glyphs=2), merged=frozenset({COUNT}))
    assert (found.value, found.evidence.flag) == (None, "doubtful")


def test_a_value_under_no_known_header_is_doubtful() -> None:
    found = decision(COUNT, cell("42", ("42", 1.0), glyphs=2), uncertain=frozenset({COUNT}))
    assert (found.value, found.evidence.flag) == (42, "doubtful")

"""One cell at a time: what it says, and when pixels alone are believed."""

from typing import Literal

import pytest

from schemas.form import Form
from schemas.forms import FORMS
from schemas.forms.template_2021 import FORM
from schemas.table import Candidate, Cell
from workers.pipeline.numbers import Decision, decide
from workers.pipeline.tables.register import Registration

COUNT = "/proactive_disclosure/administrative_licensing"
FEE = "/proactive_disclosure/administrative_fees_10k_yuan"
OLD = FORMS["2019"]
CHANGE = "/proactive_disclosure/administrative_licensing/change"
SPENT = "/proactive_disclosure/government_procurement/amount"


def cell(text: str, *shares: tuple[str, float], **more: object) -> Cell:
    found = tuple(Candidate(text=option, probability=share) for option, share in shares)
    place = {"row": 0, "column": 0, "page": 1, "box": (0.1, 0.1, 0.2, 0.2), "confidence": 0.9}
    return Cell.model_validate({**place, "text": text, "candidates": found, **more})


def decision(
    pointer: str,
    printed: Cell | None,
    source: Literal["ocr", "text_layer"] = "ocr",
    form: Form = FORM,
    **more: frozenset[str],
) -> Decision:
    """Decide a table in which no other value is found: no sum helps."""
    registration = Registration(
        form=form,
        values=dict.fromkeys(form.pointers, None) | {pointer: printed},
        labels=(),
        tables=(),
        missing=(),
        **more,
    )
    return decide(registration, {1: source})[pointer]


@pytest.mark.parametrize(
    ("printed", "value", "kind", "flag"),
    [
        (cell("42", ("42", 1.0), glyphs=2), 42, "number", None),
        (cell("0", ("0", 0.9999), glyphs=1), 0, "zero", None),
        (cell("O", ("0", 0.9999), glyphs=1), 0, "zero", None),  # the glyph is the same
        (cell("42", ("42", 0.97), ("12", 0.03), glyphs=2), 42, "number", "doubtful"),
        (cell("B", ("8", 0.9999), glyphs=1), 8, "number", "doubtful"),  # read freely, a letter
        (cell("4", ("4", 1.0), glyphs=2), 4, "number", "doubtful"),  # a glyph went missing
        (cell("42", ("42", 1.0), glyphs=2, obstructed=True), 42, "number", "doubtful"),
        (cell("7.", ("7", 0.6), ("7.", 0.4), glyphs=1), 7, "number", None),  # a speck of dirt
        (cell("", ink=False), None, "blank", "doubtful"),  # the only one: ink may be lost
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


@pytest.mark.parametrize(
    ("pointer", "text", "value", "flag"),
    [
        (COUNT, "１２３", 123, None),
        (COUNT, "1,234", 1234, None),
        (COUNT, "1，234", 1234, None),
        (FEE, "1,234.50", "1234.50", None),
        (FEE, ".35", ".35", None),
        (COUNT, "-5", None, None),  # no count: the report's own fault, named by VAL-KIND
        (COUNT, "3166件", 3166, None),  # told once a table: the unit changes nothing
        (COUNT, "1,23", None, None),
        (COUNT, "12\n5", None, "doubtful"),  # two lines are not one number
        (COUNT, "12 5", None, "doubtful"),
        (FEE, "12 5", None, "doubtful"),
    ],
)
def test_typeset_characters_are_taken_as_they_stand(
    pointer: str, text: str, value: int | str | None, flag: str | None
) -> None:
    found = decision(pointer, cell(text, confidence=1.0), "text_layer")
    assert (found.value, found.evidence.flag) == (value, flag)
    assert found.evidence.kind == "number"


def test_ink_without_characters_is_doubtful_never_blank() -> None:
    found = decision(COUNT, cell("", confidence=0.0), "text_layer")
    assert (found.value, found.evidence.kind, found.evidence.flag) == (None, "number", "doubtful")


@pytest.mark.parametrize("pointer", [COUNT, FEE])
def test_characters_that_the_picture_does_not_show_are_doubtful(pointer: str) -> None:
    found = decision(pointer, cell("42", confidence=0.5), "text_layer")
    assert (str(found.value), found.evidence.flag) == ("42", "doubtful")


def test_a_leading_point_is_never_dropped_from_a_fee() -> None:
    found = decision(FEE, cell(".35", (".35", 0.999), ("35", 0.001), glyphs=2))
    assert found.value == ".35"


def test_two_lines_of_ink_are_not_one_number() -> None:
    found = decision(COUNT, cell("125", glyphs=None))
    assert (found.value, found.evidence.flag) == (None, "doubtful")


@pytest.mark.parametrize(("poor", "flag"), [(3, None), (4, "doubtful")])
def test_a_number_read_well_in_a_row_read_badly_needs_a_sum(poor: int, flag: str | None) -> None:
    """What spoils most of a row, one cut at the wrong height say, makes a sure 1 of a 0, too."""
    row = [at for at in FORM.pointers if at.startswith("/requests/rejected_publication/")]
    smeared = cell("1", ("1", 0.5), ("0", 0.4), glyphs=1)
    sharp = cell("1", ("1", 1.0), glyphs=1)
    printed = {at: smeared if n < poor else sharp for n, at in enumerate(row)}
    registration = Registration(
        form=FORM,
        values=dict.fromkeys(FORM.pointers, None) | printed,
        labels=(),
        tables=(),
        missing=(),
    )
    assert decide(registration, {1: "ocr"})[row[-2]].evidence.flag == flag


def test_a_value_below_another_header_is_doubtful_even_where_sums_might_hold() -> None:
    printed = cell("42", ("42", 1.0), glyphs=2)
    found = decision(COUNT, printed, contradicted=frozenset({COUNT}))
    assert (found.value, found.evidence.flag) == (42, "doubtful")


def test_a_cell_that_covers_two_places_is_no_number_for_either() -> None:
    found = decision(COUNT, cell("42", ("42", 1.0), glyphs=2), merged=frozenset({COUNT}))
    assert (found.value, found.evidence.flag) == (None, "doubtful")


def test_a_value_under_no_known_header_is_doubtful() -> None:
    found = decision(COUNT, cell("42", ("42", 1.0), glyphs=2), uncertain=frozenset({COUNT}))
    assert (found.value, found.evidence.flag) == (42, "doubtful")


@pytest.mark.parametrize(
    ("printed", "value", "flag"),
    [
        (cell("3", ("3", 1.0), glyphs=1), 3, None),
        (cell("-3", ("-3", 0.9995), glyphs=2), -3, None),  # two readers saw the stroke
        (cell("一3", ("-3", 0.9995), glyphs=2), -3, None),
        (cell("-3", ("-3", 0.97), glyphs=2), -3, "doubtful"),
        (cell("-3", ("3", 1.0), glyphs=2), 3, "doubtful"),  # the readings disagree on the sign
        (cell("3", ("3", 1.0), glyphs=2), 3, "doubtful"),  # ink beside it may be a sign
        (cell("-3", confidence=0.99, glyphs=2), -3, "doubtful"),  # one free reading alone
        (cell("-3", ("-3", 0.9995), glyphs=2, obstructed=True), -3, "doubtful"),
        (cell("增1减2", confidence=0.99), None, "doubtful"),
    ],
)
def test_the_sign_of_a_change_is_seen_by_ink_or_doubtful(
    printed: Cell, value: int | None, flag: str | None
) -> None:
    found = decision(CHANGE, printed, form=OLD)
    assert (found.value, found.evidence.flag) == (value, flag)


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("0", 0, "zero"),
        ("-3", -3, "number"),
        ("减 2", -2, "number"),
        ("+1", 1, "number"),
        ("增1减2", None, "number"),  # more than one number: named by VAL-KIND
        ("12 5", None, "number"),
        ("/", None, "not_applicable"),
        ("—", None, "not_applicable"),
    ],
)
def test_a_typeset_change_is_taken_with_its_sign(text: str, value: int | None, kind: str) -> None:
    found = decision(CHANGE, cell(text, confidence=1.0), "text_layer", OLD)
    assert (found.value, found.evidence.kind, found.evidence.flag) == (value, kind, None)
    assert found.evidence.text == text


@pytest.mark.parametrize(
    ("pointer", "text", "value"),
    [
        (SPENT, "1234.5", "1234.5"),
        (SPENT, "1,234.50万元", "1234.50"),
        (SPENT, "800000元", "800000"),
        (SPENT, "-5", None),
        (FEE, "133.5万元", "133.5"),
        (FEE, "5000元", None),  # the form's column is in 万元
        (FEE, "万元", None),
    ],
)
def test_an_amount_may_bear_the_unit_of_its_column(
    pointer: str, text: str, value: str | None
) -> None:
    form = OLD if pointer == SPENT else FORM
    found = decision(pointer, cell(text, confidence=1.0), "text_layer", form)
    assert found.value == value
    assert ("元" in found.evidence.text) == ("元" in text)  # the evidence keeps it


@pytest.mark.parametrize(
    ("printed", "value", "kind", "flag", "alternatives"),
    [
        (cell("70", inferred=True), 70, "number", "inferred", ()),
        (cell("0", inferred=True), 0, "zero", "inferred", ()),
        (cell("", inferred=True, ink=False), None, "blank", "inferred", ()),
        (
            cell("", ("6", 0.5), ("63", 0.5), inferred=True),
            None,
            "number",
            "doubtful",
            ("6", "63"),
        ),
        (cell("", inferred=True), None, "number", "doubtful", ()),
    ],
)
def test_what_the_sums_say_of_digits_without_borders_is_marked_as_such(
    printed: Cell, value: int | None, kind: str, flag: str, alternatives: tuple[str, ...]
) -> None:
    found = decision(COUNT, printed, "text_layer")
    evidence = found.evidence
    assert (found.value, evidence.kind, evidence.flag) == (value, kind, flag)
    assert (evidence.source == "inferred") == (flag == "inferred")
    assert evidence.alternatives == alternatives

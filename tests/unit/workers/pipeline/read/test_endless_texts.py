"""Texts that could be parted in a thousand million ways are read, and read as what they are.

Each would keep a pattern that tries all ways busy for hours: pytest's own limit ends such a run.
"""

import re
from itertools import product

import pytest

from schemas.record import Section
from workers.pipeline.narrative.statements import read_statements
from workers.pipeline.read import text_cells
from workers.pipeline.read.text_cells import pieces

MANY = 40
ROW = f"甲,{'123,' * MANY}备注,说明"

ENDLESS: dict[str, tuple[str, list[str]]] = {
    "a line to fill in": (f"填表人：{'_' * MANY} 电话：5741", [f"填表人：{'_' * MANY} 电话：5741"]),
    "digits before a word": (f"{'1' * MANY}号", [f"{'1' * MANY}号"]),
    "digits before a label": (f"{'0' * MANY}（一）予以公开", ["0" * MANY, "（一）予以公开"]),
    "strokes before a word": (f"{'—' * MANY}甲5", [f"{'—' * MANY}甲5"]),
    "thousands before two words": (ROW, [ROW]),
}
"""What stands in a line, and its pieces."""

BLANKS = f"甲{',   ' * MANY}乙,丙"


@pytest.mark.parametrize("name", ENDLESS)
def test_a_line_that_is_nearly_all_values_has_its_pieces(name: str) -> None:
    line, expected = ENDLESS[name]
    assert [piece.text for piece in pieces([line])] == expected


def test_blanks_between_commas_lose_no_word() -> None:
    words = "".join(piece.text for piece in pieces([BLANKS]))
    assert words == f"甲{',' * MANY}乙,丙"


def test_a_denial_without_end_is_told_from_a_limited_one() -> None:
    for asked, none in (("、" * MANY, True), ("收到" * MANY, True), ("、" * MANY + "甲", False)):
        text = f"本年度未收到公民{asked}提出的政府信息公开申请。"
        found = read_statements((Section(number=1, title="", text=text),), 2024, None)
        assert bool(found) is none, text


TOKENS = ("1", "12", "1234", ",", "，234", ".", "-", "—", "减少", "/", "x", " ")


def test_a_run_of_values_is_whatever_can_be_parted_into_numbers_and_marks() -> None:
    one = re.compile(rf"(?:{text_cells._NUMBER}|{text_cells._MARK})\Z")

    def parts(text: str) -> bool:
        """Say by trying all ways whether a text is values and blanks behind them."""
        reached = {0}
        for end in range(1, len(text) + 1):
            blank = text[end - 1].isspace() and end - 1 in reached - {0}
            if blank or any(one.match(text[start:end]) for start in reached):
                reached.add(end)
        return len(text) in reached and bool(text)

    for count in (1, 2, 3, 4):
        for tokens in product(TOKENS, repeat=count):
            text = "".join(tokens)
            assert bool(text_cells._VALUES.fullmatch(text)) == parts(text), text

"""However long a text is, reading what it states takes steps in proportion, and misses nothing."""

import sys
from types import FrameType

import pytest

from schemas.record import Section
from workers.pipeline.narrative.statements import read_statements

SENTENCE = "2024年收到政府信息公开申请47件，其中自然人申请40件、法人或其他组织申请7件；办结45件。"


def calls(text: str) -> int:
    """Count the functions called while a text is read."""
    count = 0

    def step(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(step)
    try:
        read_statements((Section(number=1, title="", text=text),), 2024, None)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("joint", ["", "\n"])
def test_twice_the_text_takes_twice_the_steps(joint: str) -> None:
    calls(SENTENCE)  # what is worked out once
    once, twice = (calls(joint.join([SENTENCE] * count)) for count in (150, 300))
    assert twice < 2.2 * once


def test_claims_of_a_paragraph_without_end_print_their_spans_to_its_end() -> None:
    text = SENTENCE * 300
    found = read_statements((Section(number=1, title="", text=text),), 2024, None)
    assert all(text[slice(*each.span)] == each.text for each in found)
    assert text.rindex("收到") - 10 < max(each.span[1] for each in found) <= len(text)


def test_a_sentence_without_end_states_nothing_and_those_around_it_do() -> None:
    endless = "，".join(["47件"] * 3000) + "。"
    section = Section(number=1, title="", text=SENTENCE + endless + SENTENCE)
    stated = [each.span[0] for each in read_statements((section,), 2024, None)]
    assert min(stated) < len(SENTENCE)
    assert max(stated) >= len(SENTENCE) + len(endless)
    assert not [at for at in stated if len(SENTENCE) <= at < len(SENTENCE) + len(endless)]

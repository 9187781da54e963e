import random

from hypothesis import given
from hypothesis import strategies as st

from workers.pipeline.narrative.likeness import LEAST, repeated_share

TEXTS = st.text(alphabet=[chr(0x4E00 + at) for at in range(900)], min_size=LEAST, max_size=600)


@given(TEXTS)
def test_a_text_is_all_of_itself(text: str) -> None:
    assert repeated_share(text, text) == 1.0


@given(TEXTS, TEXTS)
def test_a_share_is_a_share(text: str, earlier: str) -> None:
    share = repeated_share(text, earlier)
    assert share is not None
    assert 0.0 <= share <= 1.0


@given(TEXTS, st.integers(0, 199))
def test_one_character_changed_unsettles_no_more_than_those_around_it(text: str, at: int) -> None:
    changed = text[:at] + "Ω" + text[at + 1 :]
    share = repeated_share(changed, text)
    assert share is not None
    assert share >= 1 - 15 / len(text)


def test_half_a_text_is_half_of_it() -> None:
    signs = [chr(0x4E00 + at) for at in range(2000)]
    random.Random(1).shuffle(signs)
    first, second, third = ("".join(signs[at : at + 300]) for at in (0, 300, 600))
    assert repeated_share(second + first, first + third) == 0.5


def test_short_texts_are_not_compared() -> None:
    assert repeated_share("本年度未收取信息处理费", "本年度未收取信息处理费" * 40) is None

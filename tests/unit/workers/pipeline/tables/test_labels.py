"""Labels compared one by one and all at once."""

from hypothesis import given
from hypothesis import strategies as st

from workers.pipeline.tables.labels import (
    lettered,
    likeness,
    likenesses,
    plain,
    resemblance,
    wordings,
)

TEXTS = st.lists(st.text("行政许可处罚其他总计1a", max_size=6), min_size=1, max_size=5)


@given(TEXTS, TEXTS)
def test_labels_compared_all_at_once_are_as_alike_as_one_by_one(
    ones: list[str], others: list[str]
) -> None:
    expected = [[likeness(one, other) for other in others] for one in ones]
    assert likenesses(ones, others).tolist() == expected


def test_width_spacing_and_punctuation_do_not_count() -> None:
    assert plain("1．（予以 公开）") == plain("1.予以公开") == "1予以公开"


def test_a_word_has_two_chinese_characters() -> None:
    assert [lettered(text) for text in ("总计", "共", "12", "a行b政")] == [True, False, False, True]


def test_an_explanation_behind_a_label_does_not_hide_it() -> None:
    assert wordings("行政许可（今年办的件数）") == ("行政许可今年办的件数", "行政许可")
    assert wordings("（一）予以公开") == ("一予以公开",)
    assert wordings("行政许可") == ("行政许可",)
    assert resemblance("行政许可（今年办的件数）", "行政许可") == 1.0
    assert resemblance("行政处罚（今年办的件数）", "行政许可") < 0.7

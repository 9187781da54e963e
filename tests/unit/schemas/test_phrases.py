"""Numbers with their English nouns."""

import pytest

from schemas.phrases import counted


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (21, "21 files")]
)
def test_only_one_is_said_in_the_singular(number: int, said: str) -> None:
    assert counted(number, "file") == said


@pytest.mark.parametrize(("number", "said"), [(1, "1 file was"), (3, "3 files were")])
def test_a_noun_with_its_verb_is_said_as_given(number: int, said: str) -> None:
    assert counted(number, "file was", "files were") == said

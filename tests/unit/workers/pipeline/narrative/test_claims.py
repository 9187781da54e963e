"""Precision and recall of the grammar on made sentences, and what every claim must be like."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.record import Section
from tests.unit.workers.pipeline.narrative.judging import (
    ISSUER,
    YEAR,
    Made,
    filled,
    lines,
    made,
    score,
)
from workers.pipeline.narrative.statements import read_statements

TUNED = [made(line) for at, shape in enumerate(lines("shapes")) for line in filled(shape, 6, at)]
TUNED += [made(line) for line in lines("sentences")]
UNSEEN = [made(line) for line in lines("unseen")]
LATER = [made(line) for line in lines("later")]
VARIED = [made(line) for line in lines("varied")]
EXACT = [made(line) for line in lines("exact")]


def test_the_sets_are_as_large_and_varied_as_promised() -> None:
    assert len(lines("shapes")) >= 25
    assert len(TUNED) >= 300
    assert len(UNSEEN) >= 150
    assert len(LATER) >= 120
    assert len(VARIED) >= 75
    assert len({each.sentence for each in UNSEEN} & {each.sentence for each in TUNED}) <= 3


@pytest.mark.parametrize(
    "sentences",
    [TUNED, UNSEEN, LATER, VARIED],
    ids=["tuned", "unseen", "later", "varied"],
)
def test_claims_are_read_with_precision_and_recall(sentences: list[Made]) -> None:
    found = score(sentences)
    assert found.precision >= 0.99, "\n".join(found.faults)
    assert found.recall >= 0.95, "\n".join(found.faults)


@pytest.mark.parametrize("each", EXACT, ids=lambda each: each.sentence[:30])
def test_nothing_but_what_is_stated_is_claimed(each: Made) -> None:
    assert not score([each]).faults


@pytest.mark.parametrize(
    "each", TUNED + UNSEEN + LATER + VARIED + EXACT, ids=lambda each: each.sentence[:20]
)
def test_spans_print_the_claim_and_are_equal_or_apart(each: Made) -> None:
    section = Section(number=each.section, title="", text=each.sentence)
    statements = read_statements((section,), YEAR, ISSUER)
    for statement in statements:
        start, end = statement.span
        assert each.sentence[start:end] == statement.text != ""
        assert statement.text in statement.sentence
    spans = sorted({statement.span for statement in statements})
    assert all(left[1] <= right[0] for left, right in pairwise(spans)), spans


def test_white_space_and_width_do_not_matter() -> None:
    plain = "2024年新收政府信息公开申请64件，上年结转3件。"
    spaced = "2024 年新收政府信息公开 申请 ６４ 件, 上年结转 3 件。"
    texts = [(Section(number=1, title="", text=text),) for text in (plain, spaced)]
    read = [[(s.readings, s.stated) for s in read_statements(t, YEAR, ISSUER)] for t in texts]
    assert read[0] == read[1]
    assert [stated for _, stated in read[0]] == ["64", "3"]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("（二）依申请公开情况\n2024年，受理12件，办结11件。", ["12", "11"]),
        ("（二）依申请公开。我局高度重视。2024年受理12件。", ["12"]),
        ("（一）主动公开情况\n2024年，受理12件，办结11件。", []),
        ("（二）依申请公开情况\n办理完善。\n（三）其他\n受理12件，办结11件。", []),
    ],
)
def test_a_title_says_what_the_paragraph_under_it_is_about(text: str, stated: list[str]) -> None:
    section = Section(number=1, title="", text=text)
    assert [s.stated for s in read_statements((section,), YEAR, ISSUER)] == stated


TOKENS = (Path(__file__).parent / "tokens.txt").read_text(encoding="utf-8").split()
TOKENS += ["\n", "\u3000"]


@given(st.lists(st.sampled_from(TOKENS), max_size=60), st.sampled_from([1, 3, 4, 6, None]))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_to_claims_that_print_their_spans(
    tokens: list[str], number: int | None
) -> None:
    text = "".join(tokens)
    section = Section(number=number, title="", text=text)
    statements = read_statements((section,), YEAR, ISSUER)
    for statement in statements:
        assert text[slice(*statement.span)] == statement.text != ""
        assert statement.text in statement.sentence
    spans = sorted({statement.span for statement in statements})
    assert all(left[1] <= right[0] for left, right in pairwise(spans)), (text, spans)

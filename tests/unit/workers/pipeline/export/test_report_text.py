"""The narrative of the page, with what it states underlined."""

import html
import re

import pytest
from markupsafe import Markup

from schemas.record import Claim, Record, Section
from tests.strategies import build_report
from workers.pipeline.export.report_text import section_views, standings_used

TEXT = "2023年<新收>2件，办结3件。\n\n结转1件 & 未收费。"


def _record(*claims: Claim, text: str = TEXT) -> Record:
    section = Section(number=1, title="总体情况", text=text)
    changes = {"sections": (section,), "claims": claims}
    return build_report().record.model_copy(update=changes)


def _claim(words: str, subject: str = "requests.new_requests", **changes: object) -> Claim:
    begin = TEXT.index(words)
    claim = Claim(
        section=1,
        text=words,
        subject=subject,
        stated="2",
        unit="件",
        span=(begin, begin + len(words)),
    )
    return claim.model_copy(update=changes)


def _plain(markup: Markup) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


@pytest.mark.parametrize(
    ("holds", "standing", "sign"),
    [(True, "holds", "✓"), (False, "fails", "✗"), (None, "open", "?")],
)
def test_a_claim_is_underlined_with_how_it_stands(
    holds: bool | None, standing: str, sign: str
) -> None:
    record = _record(_claim("新收>2件", holds=holds))
    (section,) = section_views(record)
    assert f'<u class="{standing}" data-sign="{sign}"' in section.paragraphs[0]
    assert "新收&gt;2件</u>，办结3件。" in section.paragraphs[0]
    assert "一、本年新收政府信息公开申请数量" in section.paragraphs[0]
    assert [used for used, _, _ in standings_used(record)] == [standing]


def test_all_of_the_text_is_there_and_escaped() -> None:
    claims = (_claim("新收>2件", holds=True), _claim("办结3件"), _claim("1件 & 未", holds=False))
    (section,) = section_views(_record(*claims))
    assert section.title == "一、总体情况"
    assert "\n".join(map(_plain, section.paragraphs)) == TEXT.replace("\n\n", "\n")
    assert "<新收>" not in "".join(section.paragraphs)
    assert sum(paragraph.count("<u ") for paragraph in section.paragraphs) == 3


def test_claims_by_the_same_words_stand_as_the_worst_of_them() -> None:
    same = [_claim("办结3件", holds=holds) for holds in (True, False, None)]
    (section,) = section_views(_record(*same))
    assert section.paragraphs[0].count("<u ") == 1
    assert 'class="fails"' in section.paragraphs[0]


def test_a_claim_that_is_not_there_to_the_letter_is_not_underlined() -> None:
    wrong = (
        _claim("办结3件", span=None),
        _claim("办结3件", span=(0, 4)),
        _claim("办结3件", section=2),
        _claim("办结3件", span=(900, 904)),
    )
    (section,) = section_views(_record(*wrong))
    assert "<u " not in "".join(section.paragraphs)
    assert section_views(_record())[0].paragraphs


def test_a_claim_never_takes_two_paragraphs_together() -> None:
    across = _claim("3件。\n\n结转", holds=True)
    (section,) = section_views(_record(across))
    assert "<u " not in "".join(section.paragraphs)

"""How `gouji process` tells what became of a document."""

from pathlib import Path
from typing import get_args

import pytest

from gouji.commands import _text
from gouji.local import Outcome
from schemas.phrases import VERDICTS
from schemas.validation import Verdict


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_verdict_is_told_in_the_words_of_the_report(verdict: Verdict) -> None:
    outcome = Outcome(path=Path("a.pdf"), status="processed", verdict=verdict, out=Path("out/a"))
    assert VERDICTS[verdict][0] in _text(outcome)

"""Born-digital reports whose tables have few lines: every number exact, and no report blamed."""

import json
from pathlib import Path

import pytest

from gouji.local import Errand, process_one
from tests.corpus.cases import BORN_DIGITAL, Case, make_case
from tests.corpus.judging import false_blame, fate_of
from tests.corpus.samples import ANY
from tests.corpus.truth import compare
from workers.engines.inspection import Limits


@pytest.mark.parametrize(
    ("layout", "seed", "why"),
    [
        ("three_line", 334012, "headings of the third table"),
        ("three_line", 334020, "a number of eight digits right behind its label"),
        ("three_line", 334050, "columns part elsewhere on the second page"),
        ("three_line", 334057, "headings of columns set close"),
        ("three_line", 336037, "numbers that touch but for a hair"),
        (ANY, 341079, "a heading over five columns, no line below it"),
        (ANY, 343092, "the last row alone on a page, hardly higher than its letters"),
        (ANY, 343075, "last rows of tables without a frame, hardly higher than their letters"),
        (ANY, 345056, "lines down that end with their table, at no line across"),
        ("bare", 335006, "the last row alone on a page"),
        ("bare", 338028, "two words of a paragraph above a title"),
    ],
)
def test_every_number_is_exact_and_no_report_is_blamed(
    layout: str, seed: int, why: str, tmp_path: Path
) -> None:
    content, truth = make_case(Case(seed=seed, profile=BORN_DIGITAL, layout=layout, short=True))
    path, out = tmp_path / "report.pdf", tmp_path / "out"
    path.write_bytes(content)
    assert process_one(Errand(path=path, out=out), Limits()).error is None
    record = json.loads((out / "record.json").read_text(encoding="utf-8"))
    validation = json.loads((out / "validation.json").read_text(encoding="utf-8"))
    cells = compare(truth, record)
    assert (cells.right, cells.flagged) == (200, 0), why
    assert false_blame(truth, validation) == (), why
    assert fate_of(truth, record, validation) in (None, "named"), why

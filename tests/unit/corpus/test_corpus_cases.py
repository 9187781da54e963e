"""A case is one document, and its command makes that document and no other."""

import shlex
import sys

import pymupdf

from tests.corpus.__main__ import main
from tests.corpus.cases import BORN_DIGITAL, Case, make_case
from tests.corpus.truth import read_truth


def test_the_command_of_a_case_writes_its_document_and_its_truth(tmp_path, monkeypatch) -> None:
    case = Case(
        seed=12, profile="coarse", layout="own_page", fault="shifted_row", short=True,
        font="Droid Sans Fallback",
    )  # fmt: skip
    content, truth = make_case(case)
    words = shlex.split(case.command.replace("DIR", str(tmp_path)))
    assert words[:3] == ["python", "-m", "tests.corpus"]
    monkeypatch.setattr(sys, "argv", words[2:])
    main()
    assert (tmp_path / f"{case.name}.pdf").read_bytes() == content
    assert read_truth(tmp_path / f"{case.name}.json") == truth


def test_a_case_that_is_never_scanned_is_the_document_as_it_was_set(tmp_path, monkeypatch) -> None:
    case = Case(seed=12, profile=BORN_DIGITAL, layout="bare", short=True)
    content, truth = make_case(case)
    monkeypatch.setattr(sys, "argv", shlex.split(case.command.replace("DIR", str(tmp_path)))[2:])
    main()
    assert (tmp_path / f"{case.name}.pdf").read_bytes() == content
    assert read_truth(tmp_path / f"{case.name}.json") == truth


def test_a_case_knows_which_numbers_the_pen_went_over() -> None:
    covered = [make_case(Case(seed=n, profile="pen", short=True))[1].covered for n in range(4)]
    assert any(covered)
    assert max(map(len, covered)) < 40


def test_reports_can_be_written_as_one_file(tmp_path, monkeypatch) -> None:
    words = f"tests.corpus --out {tmp_path} --seed 3 --count 2 --short --together"
    monkeypatch.setattr(sys, "argv", words.split())
    main()
    with pymupdf.open(tmp_path / "reports-0003-0004.pdf") as document:
        text = "".join(page.get_text() for page in document)
    assert "".join(text.split()).count("总体情况") == 2

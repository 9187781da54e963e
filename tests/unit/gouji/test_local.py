"""Documents to files on one machine, around the reading itself."""

from pathlib import Path

import pytest

from gouji import local
from gouji.local import RESULT_FILES, Errand, errands, passed_over, process_one
from tests.corpus.samples import make_sample
from tests.corpus.texts import write
from workers.engines.inspect import Limits


def test_files_of_folders_are_listed_once_and_equal_names_kept_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "report.pdf").write_bytes(b"%PDF")
    (tmp_path / "a" / "notes.log").write_text("no document")
    listed = errands([tmp_path, tmp_path / "a" / "report.pdf"], tmp_path / "out")
    assert [errand.out.name for errand in listed] == ["report", "report-2"]
    assert [errand.path.parent.name for errand in listed] == ["a", "b"]


def test_a_file_named_outright_is_judged_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("年度报告")
    outcome = process_one(Errand(path=path, out=tmp_path / "out"), Limits())
    assert (outcome.status, outcome.out) == ("refused", None)
    assert outcome.error is not None
    assert outcome.error.code == "not_a_report"


def test_a_file_that_is_gone_is_a_failure_with_words(tmp_path: Path) -> None:
    outcome = process_one(Errand(path=tmp_path / "none.pdf", out=tmp_path / "out"), Limits())
    assert outcome.status == "failed"
    assert outcome.error is not None
    assert outcome.error.code == "file_unreadable"


def test_a_refused_document_leaves_no_result_of_an_earlier_run(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "pages").mkdir(parents=True)
    for name in (*RESULT_FILES, "pages/0001.webp", "mine.txt"):
        (out / name).write_text("old")
    path = tmp_path / "empty.pdf"
    path.write_bytes(b"")
    assert process_one(Errand(path=path, out=out), Limits()).status == "refused"
    assert [item.name for item in out.rglob("*") if item.is_file()] == ["mine.txt"]


def test_results_of_an_earlier_run_are_no_documents(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    out = tmp_path / "results"
    (out / "report").mkdir(parents=True)
    for name in ("validation.html", "searchable.pdf"):
        (out / "report" / name).write_text("of an earlier run")
    assert [errand.path.name for errand in errands([tmp_path], out)] == ["report.pdf"]
    assert passed_over([tmp_path], out) == []


def test_what_of_a_folder_is_not_read_is_known_and_litter_is_not_told_of(tmp_path: Path) -> None:
    for name in ("甲.ofd", "乙.zip", "丙.log", ".DS_Store", "~$丁.docx", "._戊.pdf"):
        (tmp_path / name).write_bytes(b"content")
    out = tmp_path / "out"
    assert {errand.path.name for errand in errands([tmp_path], out)} == {"甲.ofd", "乙.zip"}
    assert [path.name for path in passed_over([tmp_path], out)] == ["丙.log"]


def test_a_folder_that_takes_no_results_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text(write(make_sample(3, short=True).report, "docx"))
    (tmp_path / "taken").write_text("a file, where a folder should be")
    outcome = process_one(Errand(path=path, out=tmp_path / "taken" / "report"), Limits())
    assert outcome.status == "failed"
    assert outcome.error is not None
    assert outcome.error.code == "storage_unavailable"
    assert outcome.trace is None


def test_a_defect_is_told_in_a_file_and_not_on_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(local, "inspect_document", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = tmp_path / "report.txt"
    path.write_text("年度报告")
    outcome = process_one(Errand(path=path, out=tmp_path / "out"), Limits())
    assert outcome.error is not None
    assert outcome.error.code == "internal"
    assert outcome.trace is not None
    assert "ZeroDivisionError" in outcome.trace.read_text()
    assert capsys.readouterr() == ("", "")

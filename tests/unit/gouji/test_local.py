"""Documents to files on one machine, around the reading itself."""

from pathlib import Path

from gouji.local import RESULT_FILES, Errand, errands, process_one
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

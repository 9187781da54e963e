"""What is written of all documents together."""

import csv
import io
from pathlib import Path

from gouji.collection import collect
from gouji.local import Outcome
from schemas import failures
from schemas.table import Tables
from tests.fakes import page_picture
from tests.strategies import build_report, values_of
from workers.pipeline.export.result_files import export
from workers.pipeline.validate.validate import validate


def _outcome(folder: Path, name: str) -> Outcome:
    report = build_report(values_of({}) | {"/requests/granted/total": 3})
    validation = validate(report.record, report.registration, report.pages)
    out = folder / name
    out.mkdir(parents=True)
    tables = Tables(tables=report.registration.tables)
    for file, content in export(
        report.record, validation, tables, lambda _: page_picture()
    ).items():
        (out / file).write_bytes(content)
    return Outcome(path=Path(name, "年报.pdf"), status="processed", verdict="failed", out=out)


def test_values_of_all_documents_stand_in_one_file(tmp_path: Path) -> None:
    outcomes = [_outcome(tmp_path, "a b"), _refused(), _outcome(tmp_path, "乙")]
    written = collect(outcomes, tmp_path, {"csv", "jsonl"})
    assert [path.name for path in written] == ["values.csv", "values.jsonl", "summary.html"]
    text = (tmp_path / "values.csv").read_bytes().decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(table) == 2 * 200
    assert {line["filename"] for line in table} == {"a b/年报.pdf", "乙/年报.pdf"}
    assert not list(tmp_path.glob("*.part"))


def test_the_summary_links_to_each_report_and_names_what_was_refused(tmp_path: Path) -> None:
    collect([_outcome(tmp_path, "a b"), _refused(), _outcome(tmp_path, "乙")], tmp_path, ())
    text = (tmp_path / "summary.html").read_text(encoding="utf-8")
    assert 'href="a%20b/validation.html"' in text
    assert 'href="%E4%B9%99/validation.html"' in text
    assert failures.empty_file().message in text


def test_one_document_needs_no_summary_and_an_old_one_goes(tmp_path: Path) -> None:
    (tmp_path / "summary.html").write_text("of an earlier run")
    assert collect([_outcome(tmp_path, "a")], tmp_path, ()) == []
    assert not (tmp_path / "summary.html").exists()


def _refused() -> Outcome:
    return Outcome(path=Path("leer.pdf"), status="refused", error=failures.empty_file())

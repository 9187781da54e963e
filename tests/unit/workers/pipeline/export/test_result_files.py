import json

from schemas.record import Record
from schemas.table import Tables
from schemas.validation import Validation
from tests.fakes import page_picture
from tests.strategies import build_report, values_of
from workers.pipeline.export.result_files import export
from workers.pipeline.validate.validate import validate

REPORT = build_report(values_of({}) | {"/requests/granted/total": 3})
VALIDATION = validate(REPORT.record, REPORT.registration, REPORT.pages)
TABLES = Tables(tables=REPORT.registration.tables)


def _files() -> dict[str, bytes]:
    return export(REPORT.record, VALIDATION, TABLES, lambda _: page_picture())


def test_all_files_of_the_contract_are_set_and_equal_each_time() -> None:
    files = _files()
    assert set(files) == {
        "record.json",
        "validation.json",
        "tables.json",
        "validation.html",
        "workbook.xlsx",
    }
    assert files == _files()


def test_json_is_readable_and_reads_back() -> None:
    files = _files()
    assert "予以公开" in files["validation.json"].decode()
    assert json.loads(files["record.json"])["schema"] == "gouji/annual-report/1"
    assert Record.model_validate_json(files["record.json"]) == REPORT.record
    assert Validation.model_validate_json(files["validation.json"]) == VALIDATION
    assert Tables.model_validate_json(files["tables.json"]) == TABLES

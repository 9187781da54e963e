"""Reports of last year in a folder of results."""

from pathlib import Path

import pytest

from gouji.earlier import find_earlier
from schemas.record import Record
from tests.strategies import build_report

ISSUER = "云溪县林业局"


def keep(folder: Path, name: str, sha256: str, *, year: int = 2023, issuer: str = ISSUER) -> Record:
    made = build_report().record
    source = made.source.model_copy(update={"sha256": sha256})
    record = made.model_copy(update={"issuer": issuer, "year": year, "source": source})
    (folder / name).mkdir()
    (folder / name / "record.json").write_text(record.model_dump_json(by_alias=True))
    return record


def test_the_report_of_an_issuer_and_year_is_found(tmp_path: Path) -> None:
    kept = keep(tmp_path, "a", "1" * 64)
    keep(tmp_path, "b", "2" * 64, year=2022)
    keep(tmp_path, "c", "3" * 64, issuer="云溪县水利局")
    assert find_earlier(tmp_path, ISSUER, 2023) == kept
    assert find_earlier(tmp_path, ISSUER, 2021) is None


@pytest.mark.parametrize(("second", "found"), [("1" * 64, True), ("2" * 64, False)])
def test_two_documents_of_one_year_settle_nothing_two_copies_do(
    tmp_path: Path, second: str, found: bool
) -> None:
    keep(tmp_path, "a", "1" * 64)
    keep(tmp_path, "b", second)
    assert (find_earlier(tmp_path, ISSUER, 2023) is not None) is found


def test_files_of_other_programs_and_older_versions_count_as_none(tmp_path: Path) -> None:
    for name, content in (("a", "[1]"), ("b", "{"), ("c", '{"issuer": "甲局", "year": 2023}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "record.json").write_text(content)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "record.json").write_text(
        '{"issuer": "甲局", "year": 2023, "source": {"sha256": "0"}}'
    )
    assert find_earlier(tmp_path, "甲局", 2023) is None

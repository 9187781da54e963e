"""Lists of jobs, narrowed by what was found in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import insert

from api.app import create_app
from api.job_lists import own_digits
from api.settings import ApiSettings
from schemas.tables_sql import jobs

ROWS = (
    ("job_1", "鄞州区.pdf", "鄞州区科学技术局", 2024, "330212", ["REQ-ROW", "STR-LABEL"]),
    ("job_2", "宁波市.pdf", "宁波市人民政府", 2024, "330200", []),
    ("job_3", "100%.pdf", "上海市青浦区水务局", 2023, "310118", ["REQ-ROW"]),
    ("job_4", "scan.pdf", None, None, None, []),
)


@pytest.fixture
def client(quiet_url: str, database: sqlalchemy.Engine, tmp_path: Path) -> Iterator[TestClient]:
    with database.begin() as connection:
        for job_id, filename, issuer, year, region, codes in ROWS:
            row = {
                "id": job_id,
                "filename": filename,
                "issuer": issuer,
                "year": year,
                "region_code": region,
                "finding_codes": codes,
            }
            other = {"status": "succeeded", "sha256": job_id, "size_bytes": 1}
            connection.execute(insert(jobs).values(**row, **other))
    settings = ApiSettings(
        database_url=SecretStr(quiet_url),
        redis_url="redis://127.0.0.1:1/0",
        objects_dir=tmp_path,
        require_key=False,
    )
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as made:
        yield made


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, "4321"),
        ({"region": "330212"}, "1"),
        ({"region": "330200"}, "21"),
        ({"region": "33"}, "21"),
        ({"region": "330000"}, "21"),
        ({"finding": "REQ-ROW"}, "31"),
        ({"finding": "REQ-COL"}, ""),
        ({"text": "宁波"}, "2"),
        ({"text": "0%"}, "3"),
        ({"text": "SCAN"}, "4"),
        ({"year": "2024", "finding": "STR-LABEL", "status": "succeeded"}, "1"),
    ],
)
def test_jobs_are_narrowed(client: TestClient, wanted: dict[str, str], expected: str) -> None:
    found = client.get("/v1/jobs", params=wanted).json()["data"]
    assert [job["id"] for job in found] == [f"job_{number}" for number in expected]


def test_a_narrowed_list_comes_page_by_page(client: TestClient) -> None:
    wanted = {"finding": "REQ-ROW", "limit": "1"}
    first = client.get("/v1/jobs", params=wanted).json()
    then = client.get("/v1/jobs", params={**wanted, "cursor": first["next_cursor"]}).json()
    assert [job["id"] for job in first["data"] + then["data"]] == ["job_3", "job_1"]
    assert then["next_cursor"] is None


@pytest.mark.parametrize("region", ["3", "abc", "3302123"])
def test_a_region_is_a_code(client: TestClient, region: str) -> None:
    assert client.get("/v1/jobs", params={"region": region}).status_code == 422


@pytest.mark.parametrize(
    ("code", "begin"),
    [
        ("330212", "330212"),
        ("330200", "3302"),
        ("500000", "50"),
        ("33", "33"),
        ("330210", "330210"),
    ],
)
def test_a_division_holds_what_begins_like_it(code: str, begin: str) -> None:
    assert own_digits(code) == begin


@pytest.mark.parametrize("newest", [1, 2, 100])
def test_a_finding_is_found_however_rare_it_is(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, newest: int
) -> None:
    monkeypatch.setattr("api.job_lists._NEWEST", newest)
    for wanted, expected in (
        ({"finding": "REQ-ROW"}, ["job_3", "job_1"]),
        ({"finding": "REQ-ROW", "limit": "1"}, ["job_3"]),
        ({"finding": "REQ-ROW", "region": "33"}, ["job_1"]),
        ({"finding": "REQ-ROW", "text": "100%"}, ["job_3"]),
        ({"finding": "REQ-ROW", "cursor": "job_3"}, ["job_1"]),
        ({"finding": "STR-TABLE"}, []),
    ):
        answer = client.get("/v1/jobs", params=wanted)
        assert [job["id"] for job in answer.json()["data"]] == expected, wanted

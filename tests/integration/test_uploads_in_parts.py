"""An upload in parts over HTTP: interrupted, taken up again, completed, and made a batch."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api import uploads
from api.app import create_app
from api.settings import ApiSettings
from tests.documents import pdf, zip_of

PART = 1000
ARCHIVE = zip_of({f"{number}.pdf": pdf(1, f"part {number}") for number in range(4)})


@pytest.fixture
def client(
    quiet_url: str, database: sqlalchemy.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    monkeypatch.setattr(uploads, "PART_BYTES", PART)
    settings = ApiSettings(
        database_url=SecretStr(quiet_url),
        redis_url="redis://127.0.0.1:1/0",
        objects_dir=tmp_path,
        require_key=False,
    )
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as made:
        yield made


def begin(client: TestClient) -> str:
    wanted = {"filename": "many.zip", "size_bytes": len(ARCHIVE)}
    answer = client.post("/v1/uploads", json=wanted)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def send(client: TestClient, number: int, url: str) -> str:
    answer = client.put(url, content=ARCHIVE[(number - 1) * PART : number * PART])
    assert answer.status_code == 204, answer.text
    return str(answer.headers["etag"])


def test_only_what_is_missing_is_sent_again(client: TestClient) -> None:
    upload_id = begin(client)
    address = f"/v1/uploads/{upload_id}"
    parts = client.get(address).json()["parts"]
    assert sum(part["size_bytes"] for part in parts) == len(ARCHIVE)
    tag = send(client, 2, parts[1]["url"])
    early = client.post(f"{address}/complete")
    assert (early.status_code, early.json()["code"]) == (409, "parts_missing")
    again = client.get(address).json()["parts"]
    assert [part["number"] for part in again if part["etag"]] == [2]
    tags = {2: tag}
    for part in again:
        if part["etag"] is None:
            tags[part["number"]] = send(client, part["number"], part["url"])
    said = [{"number": number, "etag": tags[number]} for number in sorted(tags)]
    wrong = [{"number": 1, "etag": "another"}, *said[1:]]
    assert client.post(f"{address}/complete", json={"parts": wrong}).status_code == 409
    done = client.post(f"{address}/complete", json={"parts": said})
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    assert done.json()["size_bytes"] == len(ARCHIVE)
    batch = client.post("/v1/batches", json={"upload_ids": [upload_id]})
    assert (batch.status_code, batch.json()["status"]) == (202, "queued")
    assert client.put(parts[0]["url"], content=b"late").status_code == 409


@pytest.mark.parametrize(("number", "size"), [(1, PART - 1), (1, PART + 1), (99, PART), (0, 1)])
def test_a_part_of_a_wrong_size_or_number_is_refused(
    client: TestClient, number: int, size: int
) -> None:
    answer = client.put(f"/v1/uploads/{begin(client)}/parts/{number}", content=bytes(size))
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_part")


def test_an_upload_given_up_is_gone(client: TestClient, tmp_path: Path) -> None:
    upload_id = begin(client)
    send(client, 1, f"/v1/uploads/{upload_id}/parts/1")
    assert client.delete(f"/v1/uploads/{upload_id}").status_code == 204
    assert client.get(f"/v1/uploads/{upload_id}").status_code == 404
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_more_than_is_taken_is_refused_before_it_is_sent(client: TestClient) -> None:
    answer = client.post("/v1/uploads", json={"filename": "a.zip", "size_bytes": 2**42})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_an_upload_whose_time_is_over_is_told_to_be_gone(
    client: TestClient, database: sqlalchemy.Engine
) -> None:
    upload_id = begin(client)
    with database.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE uploads SET expired_at = now()"))
    asked = client.get(f"/v1/uploads/{upload_id}")
    completed = client.post(f"/v1/uploads/{upload_id}/complete")
    used = client.post("/v1/jobs", json={"upload_id": upload_id})
    for answer in (asked, completed, used):
        assert (answer.status_code, answer.json()["code"]) == (410, "upload_gone")

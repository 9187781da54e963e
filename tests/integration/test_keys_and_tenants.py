"""On an address others can reach, a key is needed, and each tenant sees only its own."""

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import insert

from api.app import create_app
from api.auth import key_hash
from api.settings import ApiSettings
from schemas.tables_sql import api_keys
from tests.documents import pdf

FIRST = "gj_bootstrap-for-tests"


@pytest.fixture
def guarded(quiet_url: str, database: sqlalchemy.Engine) -> Iterator[TestClient]:
    with tempfile.TemporaryDirectory() as folder:
        settings = ApiSettings(
            host="0.0.0.0",
            bootstrap_key=SecretStr(FIRST),
            database_url=SecretStr(quiet_url),
            redis_url="redis://127.0.0.1:1/0",
            objects_dir=Path(folder),
            max_upload_bytes=100_000,
            max_queued_jobs=2,
        )
        with TestClient(create_app(settings)) as client:
            yield client


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def submit(client: TestClient, key: str, mark: str) -> str:
    answer = client.post("/v1/jobs", files={"file": ("a.pdf", pdf(1, mark))}, headers=bearer(key))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize("headers", [{}, bearer("gj_wrong"), {"Authorization": "Basic gj_x"}])
def test_without_a_valid_key_nothing_is_answered(
    guarded: TestClient, headers: dict[str, str]
) -> None:
    for address in ("/v1/jobs", "/v1/batches", "/v1/webhook_endpoints", "/v1/api_keys"):
        answer = guarded.get(address, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert guarded.get("/livez").status_code == 200


def test_a_key_is_made_shown_once_and_revoked(guarded: TestClient) -> None:
    made = guarded.post("/v1/api_keys", json={"name": "审核处"}, headers=bearer(FIRST)).json()
    assert guarded.get("/v1/jobs", headers=bearer(made["key"])).status_code == 200
    listed = guarded.get("/v1/api_keys", headers=bearer(FIRST))
    assert made["key"] not in listed.text
    assert [key["name"] for key in listed.json()["data"]] == ["审核处"]
    guarded.delete(f"/v1/api_keys/{made['id']}", headers=bearer(FIRST))
    assert guarded.get("/v1/jobs", headers=bearer(made["key"])).status_code == 401


def test_a_tenant_does_not_see_another_s_jobs(
    guarded: TestClient, database: sqlalchemy.Engine
) -> None:
    other = f"gj_{secrets.token_hex(8)}"
    with database.begin() as connection:
        connection.execute(
            insert(api_keys).values(id="key_1", tenant="other", sha256=key_hash(other), hint="gj_")
        )
    job_id = submit(guarded, FIRST, "mine")
    for method, path in (
        ("GET", ""), ("GET", "/result"), ("GET", "/source"), ("POST", "/cancel"), ("DELETE", "")
    ):  # fmt: skip
        answer = guarded.request(method, f"/v1/jobs/{job_id}{path}", headers=bearer(other))
        assert answer.status_code == 404, path
    assert guarded.get("/v1/jobs", headers=bearer(other)).json()["data"] == []


def test_a_queued_job_can_be_cancelled_while_no_worker_is_there(guarded: TestClient) -> None:
    job_id = submit(guarded, FIRST, "cancelled early")
    answer = guarded.post(f"/v1/jobs/{job_id}/cancel", headers=bearer(FIRST))
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def test_too_much_waiting_work_is_put_off(guarded: TestClient) -> None:
    submit(guarded, FIRST, "one")
    submit(guarded, FIRST, "two")
    answer = guarded.post(
        "/v1/jobs", files={"file": ("a.pdf", pdf(1, "three"))}, headers=bearer(FIRST)
    )
    assert (answer.status_code, answer.json()["code"]) == (429, "queue_full")
    assert answer.headers["retry-after"]
    assert answer.json()["retryable"] is True


def test_a_file_over_the_limit_is_refused(guarded: TestClient) -> None:
    large = pdf(1, "large") + b"%" * 200_000
    answer = guarded.post("/v1/jobs", files={"file": ("a.pdf", large)}, headers=bearer(FIRST))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_what_is_wrong_with_a_request_is_named(guarded: TestClient) -> None:
    answer = guarded.get("/v1/jobs", params={"limit": 0}, headers=bearer(FIRST))
    assert answer.status_code == 422
    assert answer.json()["invalid"][0]["name"] == "query.limit"
    missing = guarded.get("/v1/nowhere", headers=bearer(FIRST))
    assert (missing.status_code, missing.headers["content-type"]) == (
        404,
        "application/problem+json",
    )

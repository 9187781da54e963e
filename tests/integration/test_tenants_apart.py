"""What another tenant has is as if it were not there, at every address the interface has."""

import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import insert

from api.app import create_app
from api.auth import key_hash
from api.settings import ApiSettings
from schemas import failures
from schemas.tables_sql import api_keys, dead_letters, pages
from tests.documents import pdf

PUBLIC = {"/v1/schemas/{name}/{version}"}
OPERATORS = {"/v1/tenants/{tenant}"}
"""Refused to every tenant alike: `test_tenancy.py`."""
NOT_IDS = {"number"}
BODIES: dict[str, dict[str, Any]] = {
    "PATCH /v1/webhook_endpoints/{endpoint_id}": {"json": {"enabled": False}},
    "POST /v1/webhook_endpoints/{endpoint_id}/replay": {"json": {"since": "2026-01-01T00:00:00Z"}},
    "PUT /v1/uploads/{upload_id}/content": {"content": b"x"},
    "PUT /v1/uploads/{upload_id}/parts/{number}": {"content": b"x"},
}
"""What a request must carry, so that it is the id that is answered for."""

ADDRESSES = sorted(
    (method.upper(), path)
    for path, operations in create_app(ApiSettings()).openapi()["paths"].items()
    for method in operations
    if "{" in path and path not in PUBLIC | OPERATORS
)


@dataclass(frozen=True, kw_only=True)
class Tenants:
    """A client for each of two tenants, and what the first one has."""

    owner: httpx.Client
    other: httpx.Client
    ids: dict[str, str]


@pytest.fixture
def tenants(quiet_url: str, database: sqlalchemy.Engine) -> Iterator[Tenants]:
    owner, other = (f"gj_{secrets.token_hex(8)}" for _ in range(2))
    with database.begin() as connection:
        for tenant, key in (("owner", owner), ("other", other)):
            row = {"id": f"key_{tenant}", "tenant": tenant, "sha256": key_hash(key), "hint": "gj_"}
            connection.execute(insert(api_keys).values(row))
    with tempfile.TemporaryDirectory() as folder:
        settings = ApiSettings(
            host="0.0.0.0",
            database_url=SecretStr(quiet_url),
            redis_url="redis://127.0.0.1:1/0",
            objects_dir=Path(folder),
        )
        with TestClient(create_app(settings)) as first:
            first.headers["Authorization"] = f"Bearer {owner}"
            second = TestClient(first.app, headers={"Authorization": f"Bearer {other}"})
            yield Tenants(owner=first, other=second, ids=_belongings(first, database))


def _belongings(client: httpx.Client, database: sqlalchemy.Engine) -> dict[str, str]:
    """Make one of everything that has an id."""
    job = client.post("/v1/jobs", files={"file": ("a.pdf", pdf(1, "kept apart"))}).json()["id"]
    batch = client.post("/v1/batches", files={"file": ("b.pdf", pdf(1, "apart, too"))}).json()
    hook = {"url": "https://receiver.example/"}
    endpoint = client.post("/v1/webhook_endpoints", json=hook).json()
    sent = client.post(f"/v1/webhook_endpoints/{endpoint['id']}/test").json()
    upload = client.post("/v1/uploads", json={"filename": "a.pdf", "size_bytes": 2**25}).json()
    key = client.post("/v1/api_keys", json={"name": "second"}).json()
    letter = "dlq_1"
    with database.begin() as connection:
        failure = failures.attempts_exhausted(3).model_dump(mode="json")
        row = {"id": letter, "tenant": "owner", "job_id": job, "task": "x", "failure": failure}
        connection.execute(insert(dead_letters).values(row))
        connection.execute(insert(pages).values(job_id=job, number=1))
    return {
        "job_id": job,
        "batch_id": batch["id"],
        "endpoint_id": endpoint["id"],
        "delivery_id": sent["id"],
        "upload_id": upload["id"],
        "key_id": key["id"],
        "letter_id": letter,
        "number": "1",
    }


def _ask(client: httpx.Client, method: str, path: str, ids: dict[str, str]) -> tuple[Any, ...]:
    """Return all of an answer but what differs between any two."""
    how = BODIES.get(f"{method} {path}", {})
    answer = client.request(method, path.format(**ids), follow_redirects=False, **how)
    body = answer.json() if answer.content else {}
    headers = {name for name in answer.headers if name not in ("content-length", "x-request-id")}
    return answer.status_code, {**body, "request_id": ""}, headers


def test_there_is_something_of_every_kind_to_be_asked_for() -> None:
    named = {part.strip("{}") for _, path in ADDRESSES for part in path.split("/") if "{" in part}
    assert len(ADDRESSES) >= 30
    assert named - NOT_IDS == {
        "job_id", "batch_id", "endpoint_id", "delivery_id", "upload_id", "key_id", "letter_id",
    }  # fmt: skip


def test_another_s_things_are_answered_for_as_those_that_never_were(tenants: Tenants) -> None:
    none = {
        name: value if name in NOT_IDS else value[:-2] + ("zz" if value[-2:] != "zz" else "yy")
        for name, value in tenants.ids.items()
    }
    for method, path in ADDRESSES:
        theirs = _ask(tenants.other, method, path, tenants.ids)
        nobody_s = _ask(tenants.other, method, path, none)
        assert theirs == nobody_s, f"{method} {path}"
        assert theirs[0] == 404, f"{method} {path}"


def test_the_owner_still_has_everything_and_would_have_been_answered(tenants: Tenants) -> None:
    for method, path in ADDRESSES:
        _ask(tenants.other, method, path, tenants.ids)
    for kind in ("job", "batch", "upload"):
        path = {"job": "jobs", "batch": "batches", "upload": "uploads"}[kind]
        found = tenants.owner.get(f"/v1/{path}/{tenants.ids[f'{kind}_id']}")
        assert found.status_code == 200, kind
        assert found.json()["status"] in ("queued", "pending"), "nobody touched it"
    endpoint = tenants.owner.get(f"/v1/webhook_endpoints/{tenants.ids['endpoint_id']}").json()
    assert endpoint["enabled"] is True
    keys = tenants.owner.get("/v1/api_keys").json()["data"]
    assert tenants.ids["key_id"] in [key["id"] for key in keys]
    tenants.owner.delete(f"/v1/jobs/{tenants.ids['job_id']}")
    gone = tenants.other.get(f"/v1/jobs/{tenants.ids['job_id']}")
    assert gone.status_code == 404, "that a job was deleted is its owner's alone to know"


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/v1/jobs", {"upload_id": "upload_id"}),
        ("/v1/batches", {"upload_ids": ["upload_id"]}),
    ],
)
def test_another_s_upload_cannot_be_handed_in(
    tenants: Tenants, address: str, body: dict[str, Any]
) -> None:
    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [filled(one) for one in value]
        return tenants.ids.get(value, value)

    answer = tenants.other.post(address, json={name: filled(of) for name, of in body.items()})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "address",
    [
        "/v1/jobs",
        "/v1/jobs?batch_id={batch_id}",
        "/v1/batches",
        "/v1/webhook_endpoints",
        "/v1/webhook_deliveries",
        "/v1/webhook_deliveries?endpoint_id={endpoint_id}",
        "/v1/dead_letters",
        "/v1/audit",
    ],
)
def test_another_s_things_are_in_no_list(tenants: Tenants, address: str) -> None:
    listed = tenants.other.get(address.format(**tenants.ids)).json()
    assert listed["data"] == []
    assert listed.get("next_cursor") is None
    own = tenants.owner.get(address.partition("?")[0]).json()
    assert own["data"], "the list is empty for the owner as well: nothing is shown by this test"


def test_one_key_of_each_tenant_is_all_the_other_sees(tenants: Tenants) -> None:
    listed = tenants.other.get("/v1/api_keys").json()["data"]
    assert [key["id"] for key in listed] == ["key_other"]

"""What a key may do, what a tenant may use and has used, and who may set it: over HTTP."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import insert, update

from api.app import create_app
from api.auth import key_hash
from api.scopes import needed
from api.settings import ApiSettings
from schemas.tables_sql import api_keys, jobs
from tests.documents import pdf
from tests.stack import Servers

FIRST = "gj_the-operator-s-key-of-these-tests"


@pytest.fixture
def operator(
    servers: Servers, quiet_url: str, database: sqlalchemy.Engine, tmp_path: Path
) -> Iterator[TestClient]:
    settings = ApiSettings(
        host="0.0.0.0",
        bootstrap_key=SecretStr(FIRST),
        database_url=SecretStr(quiet_url),
        redis_url=servers.broker(5),
        objects_dir=tmp_path,
        retention_days=90,
    )
    with TestClient(create_app(settings), headers=bearer(FIRST)) as client:
        yield client


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def made(client: TestClient, **wanted: object) -> tuple[dict[str, Any], TestClient]:
    """Make a key and return it, with a client that uses it."""
    answer = client.post("/v1/api_keys", json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json(), TestClient(client.app, headers=bearer(answer.json()["key"]))


def submit(client: TestClient, mark: str) -> httpx.Response:
    return client.post("/v1/jobs", files={"file": ("a.pdf", pdf(1, mark))})


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/v1/jobs/job_1/result", "read"),
        ("GET", "/v1/usage", "read"),
        ("POST", "/v1/jobs", "write"),
        ("DELETE", "/v1/batches/bat_1", "write"),
        ("PUT", "/v1/uploads/upl_1/content", "write"),
        ("GET", "/v1/api_keys", "admin"),
        ("POST", "/v1/webhook_endpoints", "admin"),
        ("GET", "/v1/webhook_deliveries", "admin"),
        ("GET", "/v1/audit", "admin"),
        ("PUT", "/v1/tenants/a", "admin"),
    ],
)
def test_what_is_asked_for_says_what_it_takes(method: str, path: str, scope: str) -> None:
    assert needed(method, path) == scope


def test_a_key_does_what_it_has_the_scope_for_and_nothing_else(operator: TestClient) -> None:
    key, reader = made(operator, scopes=["read"])
    assert key["scopes"] == ["read"]
    assert reader.get("/v1/jobs").status_code == 200
    refusals = [submit(reader, "no"), reader.get("/v1/api_keys"), reader.get("/v1/audit")]
    assert [code(one) for one in refusals] == [(403, "scope_missing")] * 3
    writer = made(operator, scopes=["write"])[1]
    accepted = submit(writer, "scoped")
    assert accepted.status_code == 202
    job_id = accepted.json()["id"]
    assert code(writer.get(f"/v1/jobs/{job_id}")) == (403, "scope_missing")
    assert reader.get(f"/v1/jobs/{job_id}").status_code == 200


def test_nobody_makes_a_key_that_may_do_more_than_the_own_one(operator: TestClient) -> None:
    admin = made(operator, scopes=["admin", "read"])[1]
    assert made(admin, scopes=["read"])[0]["scopes"] == ["read"]
    for wanted in ({"scopes": ["write"]}, {}):
        assert code(admin.post("/v1/api_keys", json=wanted)) == (403, "scope_missing")
    assert operator.post("/v1/api_keys", json={"scopes": []}).status_code == 422


def test_the_operator_makes_a_tenant_and_the_tenant_stays_within_itself(
    operator: TestClient,
) -> None:
    key, tenant = made(operator, tenant="yinzhou", name="鄞州区")
    assert key["tenant"] == "yinzhou"
    job_id = submit(tenant, "own").json()["id"]
    assert operator.get(f"/v1/jobs/{job_id}").status_code == 404
    assert made(tenant)[0]["tenant"] == "yinzhou"
    other = tenant.post("/v1/api_keys", json={"tenant": "local"})
    assert code(other) == (403, "operators_only")
    assert tenant.delete("/v1/api_keys/key_nobody").status_code == 404
    assert operator.delete(f"/v1/api_keys/{key['id']}").status_code == 204
    assert tenant.get("/v1/jobs").status_code == 401


@pytest.mark.parametrize("name", ["A", "a/b", "..", "-a", "a" * 64, ""])
def test_a_name_that_cannot_begin_the_keys_of_objects_is_no_tenant_s(
    operator: TestClient, name: str
) -> None:
    assert operator.post("/v1/api_keys", json={"tenant": name}).status_code == 422


def test_limits_of_a_tenant_are_the_operator_s_to_set_and_hold(operator: TestClient) -> None:
    key, tenant = made(operator, tenant="cixi")
    before = tenant.get("/v1/quota").json()
    assert before["queued_jobs"] == {"limit": 20_000, "used": 0}
    assert (before["requests_per_minute"], before["retention_days"]) == (None, 90)
    wanted = {"weight": 3, "max_queued_jobs": 1, "retention_days": 0}
    assert operator.put("/v1/tenants/cixi", json=wanted).json() == {
        **wanted, "requests_per_minute": None, "tenant": "cixi", "keys": 1,
    }  # fmt: skip
    assert [one["tenant"] for one in operator.get("/v1/tenants").json()["data"]] == [
        "cixi", "local",
    ]  # fmt: skip
    assert submit(tenant, "first").status_code == 202
    refused = submit(tenant, "second")
    assert code(refused) == (429, "queue_full")
    assert int(refused.headers["retry-after"]) > 0
    after = tenant.get("/v1/quota").json()
    assert after["queued_jobs"] == {"limit": 1, "used": 1}
    assert (after["weight"], after["retention_days"]) == (3, None)
    operator.delete(f"/v1/api_keys/{key['id']}")


def test_too_many_requests_of_a_tenant_are_told_when_to_come_back(operator: TestClient) -> None:
    operator.put("/v1/tenants/xiangshan", json={"requests_per_minute": 6})
    one, other = (made(operator, tenant="xiangshan")[1] for _ in range(2))
    assert one.get("/v1/quota").json()["requests_per_minute"] == 6
    refused = other.get("/v1/quota")
    assert code(refused) == (429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 11


@pytest.mark.parametrize(
    ("method", "address"),
    [("GET", "/v1/tenants"), ("GET", "/v1/tenants/{}"), ("PUT", "/v1/tenants/{}")],
)
def test_a_tenant_learns_nothing_of_tenants(
    operator: TestClient, method: str, address: str
) -> None:
    tenant = made(operator, tenant="fenghua")[1]
    asked = [tenant.request(method, address.format(name), json={}) for name in ("fenghua", "no")]
    assert [code(answer) for answer in asked] == [(403, "operators_only")] * 2


def test_usage_is_summed_up_by_day_and_deleted_jobs_count(
    operator: TestClient, database: sqlalchemy.Engine
) -> None:
    today = datetime.now(UTC)
    tenant = made(operator, tenant="ninghai")[1]
    submit(operator, "of another tenant")
    ids = [submit(tenant, f"used {n}").json()["id"] for n in range(3)]
    with database.begin() as connection:
        earlier = update(jobs).where(jobs.c.id == ids[0])
        connection.execute(earlier.values(created_at=today - timedelta(days=40)))
        done = update(jobs).where(jobs.c.id == ids[1])
        values = {"status": "succeeded", "verdict": "failed", "pages_total": 4}
        connection.execute(done.values(**values, created_at=today, finished_at=today))
    tenant.delete(f"/v1/jobs/{ids[1]}")
    size = len(pdf(1, "used 1"))
    day = today.date().isoformat()
    used = tenant.get("/v1/usage", params={"since": day, "until": day}).json()
    assert used["statuses"] == {"succeeded": 1, "queued": 1}
    assert used["verdicts"] == {"failed": 1}
    assert (used["jobs"], used["pages"], used["size_bytes"]) == (2, 4, 2 * size)
    assert used["days"] == [{"day": day, "jobs": 2, "pages": 4, "size_bytes": 2 * size}]


def test_without_days_usage_is_of_this_month(operator: TestClient) -> None:
    found = operator.get("/v1/usage").json()
    assert found["since"] == date.fromisoformat(found["until"]).replace(day=1).isoformat()


@pytest.mark.parametrize(
    "period",
    [
        {"since": "2026-02-01", "until": "2026-01-01"},
        {"since": "2024-01-01", "until": "2026-01-01"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01", "until": "0001-01-02"},
        {"since": "9999-12-31"},
    ],
)
def test_days_that_cannot_be_summed_up_are_refused(
    operator: TestClient, period: dict[str, str]
) -> None:
    assert code(operator.get("/v1/usage", params=period)) == (422, "invalid_period")


def test_the_audit_says_who_removed_what_and_who_was_given_a_key(operator: TestClient) -> None:
    key, tenant = made(operator, tenant="haishu")
    job_id = submit(tenant, "to be deleted").json()["id"]
    archive = {"file": ("a.pdf", pdf(1, "to be deleted, too"))}
    batch_id = tenant.post("/v1/batches", files=archive).json()["id"]
    assert tenant.delete(f"/v1/jobs/{job_id}").status_code == 204
    assert tenant.delete(f"/v1/batches/{batch_id}").status_code == 204
    for address in (f"/v1/jobs/{job_id}", f"/v1/batches/{batch_id}"):
        assert code(tenant.get(address)) == (410, "deleted")
    listed = tenant.get("/v1/audit").json()["data"]
    assert [(one["actor"], one["action"], one["subject"]) for one in listed] == [
        (key["id"], "batch.deleted", batch_id),
        (key["id"], "job.deleted", job_id),
        ("bootstrap", "key.created", key["id"]),
    ]
    found = tenant.get("/v1/audit", params={"subject": job_id}).json()["data"]
    assert [one["action"] for one in found] == ["job.deleted"]
    first = tenant.get("/v1/audit", params={"limit": 1}).json()
    rest = tenant.get("/v1/audit", params={"cursor": first["next_cursor"]}).json()
    assert [*first["data"], *rest["data"]] == listed
    assert operator.get("/v1/audit", params={"subject": job_id}).json()["data"] == []


@pytest.mark.parametrize("days", ["0", "-1", "36501", "1.5", "viele"])
def test_a_batch_is_kept_for_days_that_are_a_number(operator: TestClient, days: str) -> None:
    file = {"file": ("a.pdf", pdf(1, "kept"))}
    refused = operator.post("/v1/batches", files=file, data={"retention_days": days})
    assert code(refused) == (422, "invalid_retention_days")


def test_how_long_a_batch_is_kept_is_said_when_it_is_handed_in(operator: TestClient) -> None:
    file = {"file": ("a.pdf", pdf(1, "kept"))}
    batch = operator.post("/v1/batches", files=file, data={"retention_days": "7"})
    assert (batch.status_code, batch.json()["retention_days"]) == (202, 7)
    assert operator.get(batch.json()["links"]["self"]).json()["retention_days"] == 7
    job = operator.post("/v1/jobs", files=file, data={"retention_days": "7"})
    assert code(job) == (422, "retention_of_batches")


def test_a_key_made_before_there_were_scopes_may_do_all(
    operator: TestClient, database: sqlalchemy.Engine
) -> None:
    with database.begin() as connection:
        row = {"id": "key_old", "tenant": "old", "sha256": key_hash("gj_old"), "hint": "gj_old"}
        connection.execute(insert(api_keys).values(row))
    old = TestClient(operator.app, headers=bearer("gj_old"))
    assert old.get("/v1/api_keys").json()["data"][0]["scopes"] == ["read", "write", "admin"]

"""Requests of a key and of a tenant are counted over all processes; jobs that wait, too."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import insert

from api.app import create_app
from api.errors import ApiError
from api.limits import Limiter
from api.settings import ApiSettings
from schemas.tables_sql import tenants
from tests.documents import pdf
from tests.stack import Servers

FIRST = "gj_first-key-of-these-tests"


@pytest.fixture
def guarded(
    servers: Servers, quiet_url: str, database: sqlalchemy.Engine, tmp_path: Path
) -> Iterator[TestClient]:
    settings = ApiSettings(
        host="0.0.0.0",
        bootstrap_key=SecretStr(FIRST),
        database_url=SecretStr(quiet_url),
        redis_url=servers.broker(5),
        objects_dir=tmp_path,
    )
    with TestClient(create_app(settings)) as client:
        yield client


def test_two_processes_share_one_count(servers: Servers) -> None:
    name = secrets.token_hex(8)
    one, other = Limiter(servers.broker(5)), Limiter(servers.broker(5))
    for _ in range(5):  # 60 a minute: ten may come at once
        one.admit(name, 60)
        other.admit(name, 60)
    with pytest.raises(ApiError) as refusal:
        one.admit(name, 60)
    assert refusal.value.status_code == 429
    assert int((refusal.value.headers or {})["Retry-After"]) in (1, 2)
    one.admit(secrets.token_hex(8), 60)


def test_nobody_is_held_up_while_the_count_is_away() -> None:
    away = Limiter("redis://127.0.0.1:1/0")
    for _ in range(3):
        away.admit("name", 1)


def test_a_key_has_a_limit_of_its_own(guarded: TestClient) -> None:
    first = {"Authorization": f"Bearer {FIRST}"}
    wanted = {"name": "slow", "requests_per_minute": 6}
    made = guarded.post("/v1/api_keys", json=wanted, headers=first).json()
    own = {"Authorization": f"Bearer {made['key']}"}
    answers = [guarded.get("/v1/jobs", headers=own) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 429, 429]
    assert answers[1].json()["code"] == "rate_limited"
    assert answers[1].headers["retry-after"]
    assert guarded.get("/v1/jobs", headers=first).status_code == 200


def test_a_tenant_has_a_quota_of_its_own(guarded: TestClient, database: sqlalchemy.Engine) -> None:
    with database.begin() as connection:
        connection.execute(insert(tenants).values(tenant="local", max_queued_jobs=1))
    codes = [
        guarded.post(
            "/v1/jobs",
            files={"file": ("a.pdf", pdf(1, f"quota {number}"))},
            headers={"Authorization": f"Bearer {FIRST}"},
        ).status_code
        for number in range(2)
    ]
    assert codes == [202, 429]

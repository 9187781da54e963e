"""The same Idempotency-Key twice: during the first request, after it, or it came to nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import func, update

from api import idempotency
from api.app import compose, create_app
from api.errors import ApiError
from api.parts import Parts
from api.settings import ApiSettings
from schemas.tables_sql import idempotency_keys
from tests.documents import pdf


@pytest.fixture
def settings(quiet_url: str, tmp_path: Path) -> ApiSettings:
    return ApiSettings(
        database_url=SecretStr(quiet_url),
        redis_url="redis://127.0.0.1:1/0",
        objects_dir=tmp_path,
        require_key=False,
    )


@pytest.fixture
def parts(settings: ApiSettings, database: sqlalchemy.Engine) -> Iterator[Parts]:
    made = compose(settings)
    yield made
    made.database.dispose()


def test_a_second_request_is_put_off_while_the_first_is_under_way(parts: Parts) -> None:
    assert idempotency.take(parts, "local", "k")
    with pytest.raises(ApiError) as refusal:
        idempotency.take(parts, "local", "k")
    assert (refusal.value.status_code, refusal.value.code) == (409, "idempotency_in_progress")
    assert refusal.value.headers == {"Retry-After": "1"}
    assert idempotency.take(parts, "other", "k"), "another tenant's key is another key"


def test_a_key_whose_request_failed_or_died_is_free_again(parts: Parts) -> None:
    idempotency.take(parts, "local", "k")
    idempotency.give_back(parts, "local", "k")
    assert idempotency.take(parts, "local", "k")
    with parts.database.begin() as connection:
        connection.execute(update(idempotency_keys).values(running_until=func.now()))
    assert idempotency.take(parts, "local", "k")


def test_over_http_a_failed_request_leaves_its_key_and_a_good_one_is_replayed(
    settings: ApiSettings, database: sqlalchemy.Engine
) -> None:
    def submit(content: bytes) -> tuple[int, object]:
        answer = client.post(
            "/v1/jobs", files={"file": ("a.pdf", content)}, headers={"Idempotency-Key": "k"}
        )
        return answer.status_code, answer.json().get("id") or answer.json()["code"]

    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        assert submit(b"\x00\x01\x02" * 9) == (415, "not_a_document")
        first = submit(pdf(1, "idempotent"))
        assert first[0] == 202
        assert submit(pdf(1, "idempotent")) == first
        assert submit(pdf(1, "something else")) == (422, "idempotency_key_reused")
        assert submit(pdf(1, "idempotent")) == first

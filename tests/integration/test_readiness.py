"""Readiness names what is wrong: a database away or behind, a bucket that cannot be, no broker."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import text

from api.app import create_app
from api.settings import ApiSettings
from storage.database import connect
from tests.s3 import s3_credentials
from tests.stack import Servers, fresh_database

NOWHERE = "redis://127.0.0.1:9/0"


def settings(servers: Servers, url: str, folder: Path, **given: object) -> ApiSettings:
    plain: dict[str, object] = {
        "redis_url": servers.broker(5),
        "database_url": SecretStr(url),
        "objects_dir": folder,
        "migrate_on_start": False,
    }
    return ApiSettings.model_validate(plain | given)


def ready(found: ApiSettings) -> tuple[int, dict[str, str], dict[str, str]]:
    answer = ask(found, "/readyz")
    body = answer.json()
    return answer.status_code, body["checks"], body["problems"]


def ask(found: ApiSettings, path: str) -> httpx.Response:
    app = create_app(found)
    try:
        return TestClient(app).get(path)
    finally:
        app.state.parts.database.dispose()


def test_all_is_well(servers: Servers, quiet_url: str, tmp_path: Path) -> None:
    status, checks, problems = ready(settings(servers, quiet_url, tmp_path))
    assert (status, set(checks.values()), problems) == (200, {"ok"}, {})


def test_a_database_that_is_away(servers: Servers, tmp_path: Path) -> None:
    away = "postgresql://gouji@127.0.0.1:9/gouji"
    status, checks, problems = ready(settings(servers, away, tmp_path))
    assert (status, checks["database"]) == (503, "away")
    assert "GOUJI_DATABASE_URL" in problems["database"]


@pytest.mark.parametrize(
    ("revision", "state"), [("0002", "behind"), (None, "behind"), ("9999", "ok")]
)
def test_a_schema_behind_the_version_but_not_one_ahead_of_it(
    servers: Servers, tmp_path: Path, revision: str | None, state: str
) -> None:
    with fresh_database(servers) as url:
        database = connect(url, pool_size=1)
        with database.begin() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            if revision:
                insert = text("INSERT INTO alembic_version VALUES (:revision)")
                connection.execute(insert, {"revision": revision})
        database.dispose()
        status, checks, problems = ready(settings(servers, url, tmp_path))
    assert checks["database"] == state
    assert status == (200 if state == "ok" else 503)
    if state == "behind":
        assert "GOUJI_MIGRATE_ON_START" in problems["database"]


def test_a_folder_that_cannot_be(servers: Servers, quiet_url: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    status, checks, problems = ready(settings(servers, quiet_url, file / "objects"))
    assert (status, checks["object_store"]) == (503, "away")
    assert "GOUJI_OBJECTS_DIR" in problems["object_store"]


def _s3(endpoint: str, bucket: str) -> dict[str, object]:
    access, secret = s3_credentials()
    return {
        "s3_endpoint": endpoint,
        "s3_bucket": bucket,
        "s3_access_key": SecretStr(access),
        "s3_secret_key": SecretStr(secret),
    }


def test_a_missing_bucket_that_can_be_made_is_no_trouble(
    servers: Servers, quiet_url: str, tmp_path: Path, s3_endpoint: str
) -> None:
    given = _s3(s3_endpoint, "made-by-readiness")
    status, checks, _ = ready(settings(servers, quiet_url, tmp_path, **given))
    assert (status, checks["object_store"]) == (200, "ok")


class _Refusing(BaseHTTPRequestHandler):
    """An S3 server that has no bucket, or only for others, and lets none be made."""

    head = 404

    def do_HEAD(self) -> None:
        self._answer(self.head, b"")

    def do_PUT(self) -> None:
        self._answer(403, b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("head", "setting"), [(404, "GOUJI_S3_BUCKET"), (403, "GOUJI_S3_ACCESS_KEY")]
)
def test_a_bucket_that_is_not_there_and_cannot_be_made_and_one_of_others(
    servers: Servers, quiet_url: str, tmp_path: Path, head: int, setting: str
) -> None:
    handler = type("_Handler", (_Refusing,), {"head": head})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        given = _s3(f"http://127.0.0.1:{server.server_port}", "not-ours")
        status, checks, problems = ready(settings(servers, quiet_url, tmp_path, **given))
        server.shutdown()
    assert (status, checks["object_store"]) == (503, "away")
    assert "not-ours" in problems["object_store"]
    assert setting in problems["object_store"]


def test_a_store_that_is_away(servers: Servers, quiet_url: str, tmp_path: Path) -> None:
    away = _s3("http://127.0.0.1:9", "gouji")
    status, checks, problems = ready(settings(servers, quiet_url, tmp_path, **away))
    assert (status, checks["object_store"]) == (503, "away")
    assert "GOUJI_S3_ENDPOINT" in problems["object_store"]


def test_a_broker_away_is_named_but_work_is_still_taken(
    servers: Servers, quiet_url: str, tmp_path: Path
) -> None:
    found = settings(servers, quiet_url, tmp_path, redis_url=NOWHERE)
    status, checks, problems = ready(found)
    assert (status, checks["broker"]) == (200, "away")
    assert "GOUJI_REDIS_URL" in problems["broker"]


def test_metrics_answer_whatever_is_away(servers: Servers, tmp_path: Path) -> None:
    away = settings(servers, "postgresql://gouji@127.0.0.1:9/gouji", tmp_path, redis_url=NOWHERE)
    answer = ask(away, "/metrics")
    assert answer.status_code == 200
    for line in ("gouji_database_up 0.0", "gouji_broker_up 0.0", 'part="object_store"} 1.0'):
        assert line in answer.text

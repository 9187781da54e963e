"""What a browser is told with every answer: of each kind of address, and of each kind of fault."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from api import page
from api.app import create_app
from api.headers import ALWAYS, SANDBOX
from api.settings import ApiSettings
from tests.documents import pdf

PLAIN = ALWAYS["Content-Security-Policy"]
NOT_KEPT, KEPT_FOR_EVER = "no-store", page.KEPT_FOR_EVER
ASKED = "no-cache"
OWN_SCRIPTS = page.guard(None)["Content-Security-Policy"]

KINDS = {
    "page": ("GET", "/", 200, "text/html", OWN_SCRIPTS, ASKED),
    "page, asked for only its headers": ("HEAD", "/", 200, "text/html", OWN_SCRIPTS, ASKED),
    "file of the page": ("GET", "/page/{version}/main.js", 200, "text/javascript", PLAIN,
                         KEPT_FOR_EVER),
    "file of an older page": ("GET", "/page/old/main.js", 200, "text/javascript", PLAIN, ASKED),
    "no file of the page": ("GET", "/page/old/..%2fapp.py", 404, "application/problem", PLAIN,
                            NOT_KEPT),
    "job": ("GET", "/v1/jobs/{job}", 200, "application/json", PLAIN, ASKED),
    "jobs": ("GET", "/v1/jobs", 200, "application/json", PLAIN, NOT_KEPT),
    "events": ("GET", "/v1/jobs/{job}/events", 200, "text/event-stream", PLAIN, NOT_KEPT),
    "record": ("GET", "/v1/jobs/{job}/result", 200, "application/json", SANDBOX, NOT_KEPT),
    "result page": ("GET", "/v1/jobs/{job}/result?format=html", 200, "text/html", SANDBOX,
                    NOT_KEPT),
    "table": ("GET", "/v1/jobs/{job}/result?format=csv", 200, "text/csv", SANDBOX, NOT_KEPT),
    "validation": ("GET", "/v1/jobs/{job}/validation", 200, "application/json", SANDBOX, NOT_KEPT),
    "picture": ("GET", "/v1/jobs/{job}/pages/1", 200, "image/webp", SANDBOX, NOT_KEPT),
    "document": ("GET", "/v1/jobs/{job}/source", 200, "application/pdf", SANDBOX, NOT_KEPT),
    "batch's table": ("GET", "/v1/batches/{batch}/export", 200, "text/csv", PLAIN, NOT_KEPT),
    "batch's page": ("GET", "/v1/batches/{batch}/export?format=html", 200, "text/html", SANDBOX,
                     NOT_KEPT),
    "schema": ("GET", "/v1/schemas/validation/1", 200, "application", PLAIN, None),
    "interface": ("GET", "/openapi.json", 200, "application/json", PLAIN, NOT_KEPT),
    "alive": ("GET", "/livez", 200, "text/plain", PLAIN, NOT_KEPT),
    "ready": ("GET", "/readyz", 200, "application/json", PLAIN, NOT_KEPT),
    "metrics": ("GET", "/metrics", 200, "text/plain", PLAIN, NOT_KEPT),
    "no address": ("GET", "/nowhere", 404, "application/problem", PLAIN, NOT_KEPT),
    "no job": ("GET", "/v1/jobs/job_0", 404, "application/problem", PLAIN, NOT_KEPT),
    "no method": ("OPTIONS", "/v1/jobs", 405, "application/problem", PLAIN, NOT_KEPT),
    "no key": ("GET", "/v1/jobs?key", 401, "application/problem", PLAIN, NOT_KEPT),
    "nonsense": ("GET", "/v1/jobs?limit=x", 422, "application/problem", PLAIN, NOT_KEPT),
    "known already": ("GET", "/v1/jobs/{job}?known", 304, "", PLAIN, ASKED),
    "gone": ("DELETE", "/v1/jobs/{other}", 204, "", PLAIN, NOT_KEPT),
}  # fmt: skip
"""Kind → method, address, status, media type, what may be loaded, how long it keeps (or None)."""

OF_ALL = {name: value for name, value in ALWAYS.items() if name not in (
    "Content-Security-Policy", "Cache-Control")}  # fmt: skip


@pytest.fixture(scope="module")
def there(stack: object) -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    """A client, and the ids of a batch and its job that have come to an end."""
    with stack.client() as client:  # type: ignore[attr-defined]
        files = {"file": ("a.pdf", pdf(1, "headers"))}
        batch = client.post("/v1/batches", files=files).json()["id"]
        deadline = time.monotonic() + 120
        while client.get(f"/v1/batches/{batch}").json()["status"] != "succeeded":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        job = client.get(f"/v1/batches/{batch}/items").json()["data"][0]["job_id"]
        files = {"file": ("b.pdf", pdf(1, "headers, too"))}
        other = client.post("/v1/jobs", files=files).json()["id"]
        client.get(f"/v1/jobs/{other}?wait=60")
        yield client, {"batch": batch, "job": job, "other": other, "version": page.site().version}


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_tells_the_browser_what_it_may_do(
    there: tuple[httpx.Client, dict[str, str]], kind: str
) -> None:
    client, ids = there
    method, path, status, media_type, policy, keep = KINDS[kind]
    address, more = path.format(**ids), {}
    if kind == "no key":
        more = {"Authorization": "Bearer gj_nobody"}
    if kind == "known already":
        more = {"If-None-Match": client.get(address).headers["etag"]}
    answer = client.request(method, address, headers=more)
    assert answer.status_code == status, answer.text
    assert answer.headers.get("content-type", "").startswith(media_type)
    said = {name: answer.headers.get_list(name) for name in OF_ALL}
    assert said == {name: [value] for name, value in OF_ALL.items()}
    assert answer.headers.get_list("content-security-policy") == [policy]
    assert keep is None or answer.headers.get_list("cache-control") == [keep]
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers
    assert "strict-transport-security" not in answer.headers, "it came without TLS"


GETS = [kind for kind, (method, *_) in KINDS.items() if method == "GET" and "no" not in kind[:3]]
VARYING = {"x-request-id", "date", "transfer-encoding", "retry-after"}


@pytest.mark.parametrize("kind", GETS)
def test_who_asks_for_the_head_alone_gets_that_of_the_whole(
    there: tuple[httpx.Client, dict[str, str]], kind: str
) -> None:
    client, ids = there
    address = KINDS[kind][1].format(**ids)
    whole, head = client.get(address), client.head(address)
    assert head.status_code == whole.status_code
    assert head.content == b""
    said = [{n: v for n, v in one.headers.items() if n not in VARYING} for one in (head, whole)]
    if kind != "metrics":
        assert said[0] == said[1]
    assert client.get("/livez").text == "ok\n", "the connection is as it was"


@pytest.fixture
def door(tmp_path: Path) -> TestClient:
    """The door without its servers."""
    settings = ApiSettings(max_archive_bytes=1024, objects_dir=tmp_path)
    return TestClient(create_app(settings), base_url="https://localhost")


def complete(answer: httpx.Response) -> bool:
    return all(answer.headers.get_list(name) == [value] for name, value in ALWAYS.items())


def test_what_nobody_thought_of_is_answered_like_all_else(
    door: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("gj_secret in an exception")

    monkeypatch.setattr(page, "site", broken)
    answer = door.get("/", headers={"X-Request-Id": "mine"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "mine"
    assert "secret" not in answer.text
    assert complete(answer)


def test_too_much_is_answered_like_all_else(door: TestClient) -> None:
    answer = door.post("/v1/jobs", files={"file": ("a.pdf", bytes(2_000_000))})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert complete(answer)


def test_a_database_that_is_away_is_answered_like_all_else(door: TestClient) -> None:
    answer = door.get("/v1/jobs")
    assert answer.status_code == 503
    assert complete(answer)


def test_over_tls_a_browser_is_told_to_come_that_way_again(door: TestClient) -> None:
    assert door.get("/livez").headers["strict-transport-security"] == "max-age=31536000"

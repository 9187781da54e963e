"""Workers die, messages are lost, the broker is away: a delay each, never a document."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
import redis

from tests.documents import pdf
from tests.stack import LIGHT, READING, Servers, Stack, environment, free_port, fresh_database

PAGE_S = "1.5"
PATIENCE_S = 240


@pytest.fixture(scope="module")
def fragile(servers: Servers) -> Iterator[Stack]:
    """A service of its own whose reading workers the tests start and kill."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="gouji-fragile-")))
        url = running.enter_context(fresh_database(servers))
        port = free_port()
        made = Stack(
            environment={
                **environment(servers, 2, url, folder, port),
                "GOUJI_NULL_PAGE_S": PAGE_S,
                "GOUJI_MAX_ATTEMPTS": "3",
            },
            folder=folder,
            port=port,
        )
        running.callback(made.stop)
        with redis.Redis.from_url(servers.broker(2)) as client:
            client.flushdb()
        made.start_api()
        made.start_worker("light", LIGHT)
        made.await_ready()
        yield made


@pytest.fixture
def http(fragile: Stack) -> Iterator[httpx.Client]:
    """A client; what readers a failed test leaves do not read for the next."""
    with fragile.client() as client:
        yield client
    for name in set(fragile.children) - {"api", "light"}:
        fragile.kill(name)


def submit(http: httpx.Client, content: bytes) -> str:
    answer = http.post("/v1/jobs", files={"file": ("a.pdf", content)})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def job(http: httpx.Client, job_id: str, wait_s: float = 0) -> dict[str, object]:
    return dict(http.get(f"/v1/jobs/{job_id}", params={"wait": wait_s}).json())


def ended(http: httpx.Client, job_id: str) -> dict[str, object]:
    """Wait for a job's end, for as long as a busy machine may need."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := job(http, job_id, wait_s=20))["finished_at"] is None:
        assert time.monotonic() < deadline, f"{job_id} is {found['status']}"
    return found


def until(looked_for: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + within_s
    while not looked_for():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def metric(http: httpx.Client, line: str) -> bool:
    return line in http.get("/metrics").text


def test_a_worker_killed_in_mid_page_costs_a_delay_and_no_document(
    fragile: Stack, http: httpx.Client
) -> None:
    fragile.start_worker("first", READING, GOUJI_NULL_PAGE_S="600")
    job_id = submit(http, pdf(3, "killed in mid-page"))
    until(lambda: metric(http, 'gouji_pages{status="running"} 1'))
    fragile.kill("first")
    assert job(http, job_id)["status"] == "running"

    fragile.start_worker("second", READING)
    found = ended(http, job_id)
    assert found["status"] == "succeeded", fragile.logs()
    progress = found["progress"]
    assert isinstance(progress, dict)
    assert progress["pages_done"] == 3
    assert progress["attempt"] == 2
    fragile.kill("second")


def test_messages_lost_in_the_broker_are_sent_again(
    fragile: Stack, http: httpx.Client, servers: Servers
) -> None:
    job_id = submit(http, pdf(2, "lost messages"))
    until(lambda: metric(http, 'gouji_queue_messages{queue="pages.interactive"} 2'))
    with redis.Redis.from_url(servers.broker(2)) as client:
        client.flushdb()
    fragile.start_worker("third", READING)
    assert ended(http, job_id)["status"] == "succeeded", fragile.logs()
    fragile.kill("third")


def test_a_page_that_kills_its_reader_is_set_aside_and_the_others_are_read(
    fragile: Stack, http: httpx.Client
) -> None:
    fragile.start_worker("poisoned", READING, app="tests.poison:celery", GOUJI_NULL_PAGE_S="0")
    job_id = submit(http, pdf(3, "deadly") + b"\n%poison\n")
    after = submit(http, pdf(2, "harmless"))
    assert ended(http, after)["status"] == "succeeded", fragile.logs()
    found = ended(http, job_id)
    assert found["status"] == "partially_succeeded", fragile.logs()
    progress = found["progress"]
    assert isinstance(progress, dict)
    assert (progress["pages_done"], progress["pages_failed"]) == (2, 1)
    letter = http.get("/v1/dead_letters").json()["data"][0]
    assert (letter["job_id"], letter["page"], letter["failure"]["code"]) == (
        job_id,
        2,
        "attempts_exhausted",
    )
    fragile.kill("poisoned")

    fragile.start_worker("sound", READING, GOUJI_NULL_PAGE_S="0")
    assert http.post(f"/v1/dead_letters/{letter['id']}/requeue").status_code == 202
    assert ended(http, job_id)["status"] == "succeeded", fragile.logs()
    fragile.kill("sound")

    address = f"/v1/dead_letters/{letter['id']}"
    assert http.get(address).json()["requeued_at"] is not None
    assert http.delete(address).status_code == 204
    assert (http.get(address).status_code, http.delete(address).status_code) == (404, 404)
    assert job(http, job_id)["status"] == "succeeded"


def test_a_worker_told_to_stop_hands_back_the_page_it_cannot_finish(
    fragile: Stack, http: httpx.Client
) -> None:
    slow = {"GOUJI_NULL_PAGE_S": "600", "GOUJI_DRAIN_S": "1", "GOUJI_LEASE_S": "600"}
    fragile.start_worker("leaving", READING, **slow)
    job_id = submit(http, pdf(1, "handed back"))
    until(lambda: metric(http, 'gouji_pages{status="running"} 1'))
    leaving = fragile.children.pop("leaving")
    leaving.terminate()
    leaving.wait(60)
    fragile.start_worker("staying", READING, GOUJI_NULL_PAGE_S="0")
    found = ended(http, job_id)
    assert found["status"] == "succeeded", fragile.logs()
    progress = found["progress"]
    assert isinstance(progress, dict)
    assert progress["attempt"] == 1, "an attempt that was handed back is none"
    fragile.kill("staying")


def test_work_is_taken_in_while_the_broker_is_away(fragile: Stack, http: httpx.Client) -> None:
    away = Stack(
        environment={**fragile.environment, "GOUJI_REDIS_URL": "redis://127.0.0.1:1/0"},
        folder=fragile.folder,
        port=free_port(),
    )
    away.environment = {**away.environment, "GOUJI_PORT": str(away.port)}
    away.start("api-without-broker", ["api"])
    fragile.start_worker("fourth", READING, GOUJI_NULL_PAGE_S="0")
    try:
        with away.client() as client:
            until(lambda: _answers(client))
            assert client.get("/readyz").json()["checks"]["broker"] == "away"
            job_id = submit(client, pdf(1, "no broker"))
        assert ended(http, job_id)["status"] == "succeeded", fragile.logs()
    finally:
        away.stop()
        fragile.kill("fourth")


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/livez").is_success
    except httpx.TransportError:
        return False


def test_a_waiting_job_says_that_no_worker_is_there(fragile: Stack, http: httpx.Client) -> None:
    fragile.kill("light")
    lonely = Stack(
        environment={**fragile.environment, "GOUJI_NO_WORKER_AFTER_S": "1"},
        folder=fragile.folder,
        port=free_port(),
    )
    lonely.environment = {**lonely.environment, "GOUJI_PORT": str(lonely.port)}
    lonely.start("api-lonely", ["api"])
    try:
        with lonely.client() as client:
            until(lambda: _answers(client))
            job_id = submit(client, pdf(1, "lonely"))
            progress = job(client, job_id)["progress"]
            assert isinstance(progress, dict)
            assert progress["reason"] == "no_worker_running"
    finally:
        lonely.stop()

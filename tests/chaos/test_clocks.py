"""Clocks that are wrong, and jump: of the API, of a worker, of the database.

Each of these processes is told its time by a library that is loaded before all others, built here;
without a C compiler the tests are skipped. Whoever waits inside a process waits by the monotonic
clock, which is left alone, as the kernel leaves it alone when somebody sets the clock.
"""

import json
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import sqlalchemy
from standardwebhooks.webhooks import WebhookVerificationError

from gouji import embedded
from storage.database import connect
from tests.documents import pdf
from tests.receiver import Receiver, receiver
from tests.stack import (
    LIGHT,
    READING,
    Servers,
    Stack,
    environment,
    free_port,
    fresh_database,
)

_HOUR_S = 3600
_PATIENCE_S = 240.0
_DOCUMENTS = 4
_PATIENT = {"GOUJI_NULL_PAGE_S": "0.5", "GOUJI_LEASE_S": "30", "GOUJI_RESEND_S": "20"}
"""What the clocks do is tried, not how busy the machine is."""

pytestmark = pytest.mark.timeout(1800)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The clock of some processes; a file they have mapped says how far it is ahead."""

    file: Path
    library: Path

    def set(self, ahead_s: int) -> None:
        """Have it be so many seconds ahead, from this moment on."""
        with self.file.open("r+b") as held:
            held.write(struct.pack("q", ahead_s))

    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "WRONG_CLOCK": str(self.file)}


def wrong_clocks(folder: Path) -> dict[str, Clock]:
    """Build the library and return the clocks, which are right."""
    library = folder / "wrong_clock.so"
    source = Path(__file__).with_name("wrong_clock.c")
    compiler = shutil.which("cc")
    assert compiler is not None
    built = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(source), "-ldl"]
    subprocess.run(built, check=True)
    clocks = {}
    for name in ("API", "worker", "database"):
        (folder / name).write_bytes(struct.pack("q", 0))
        (folder / name).chmod(0o644)
        clocks[name] = Clock(file=folder / name, library=library)
    return clocks


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A service whose clocks can be set, and a receiver that has the right time."""

    stack: Stack
    clocks: dict[str, Clock]
    hook: Receiver
    secret: str
    rows: sqlalchemy.Engine

    def hand_in(self, name: str) -> list[str]:
        """Hand documents in, each with a key of its own, and return the jobs."""
        return [self._post(f"{name} {number}") for number in range(_DOCUMENTS)]

    def _post(self, name: str) -> str:
        with self.stack.client() as client:
            answer = client.post(
                "/v1/jobs",
                files={"file": ("a.pdf", pdf(2, name))},
                headers={"Idempotency-Key": name},
            )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def await_end(self, job_ids: list[str]) -> list[str]:
        """Return the states of the jobs when they are over."""
        with self.stack.client() as client:
            return [_end(client, job_id) for job_id in job_ids]

    def await_events(self, job_ids: list[str]) -> list[bool]:
        """Return of the first event of each job whether its signature is good now."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            came = {self._job_of(at): at for at in range(len(self.hook.got))}
            if set(job_ids) <= set(came):
                return [self._is_good(came[job_id]) for job_id in job_ids]
            assert time.monotonic() < deadline, f"{len(came)} events; {self.stack.logs()}"
            time.sleep(0.1)

    def _job_of(self, at: int) -> str:
        return str(json.loads(self.hook.got[at].body)["data"]["id"])

    def _is_good(self, at: int) -> bool:
        try:
            self.hook.got[at].verify(self.secret)
        except WebhookVerificationError:
            return False
        return True

    def clock_ahead_s(self) -> list[float]:
        """Return how far the clocks of processes are ahead of the database's, as they say."""
        query = "SELECT clock_ahead_s FROM processes WHERE ended_at IS NULL ORDER BY 1"
        with self.rows.connect() as connection:
            return list(connection.execute(sqlalchemy.text(query)).scalars())


def _end(client: httpx.Client, job_id: str) -> str:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        job = client.get(f"/v1/jobs/{job_id}", params={"wait": 5}).json()
        if job["status"] not in ("queued", "running"):
            return str(job["status"])
    return f"{job['status']} after {_PATIENCE_S:.0f} s"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    if sys.platform != "linux" or shutil.which("cc") is None:
        pytest.skip("there is no compiler for the library that sets the clocks")
    folder = tmp_path_factory.mktemp("clocks")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    clocks = wrong_clocks(folder)
    with ExitStack() as opened:
        redis_url = opened.enter_context(embedded.valkey(folder / "queue"))
        with pytest.MonkeyPatch.context() as patch:
            for name, value in clocks["database"].environment().items():
                patch.setenv(name, value)
            url = opened.enter_context(embedded.postgres(folder / "rows"))
        servers = Servers(redis_url=redis_url, database_url=url)
        own = opened.enter_context(fresh_database(servers))
        port = free_port()
        told = {**environment(servers, 1, own, folder, port), **_PATIENT}
        stack = Stack(environment=told, folder=folder, port=port)
        opened.callback(stack.stop)
        stack.start("api", ["api"], **clocks["API"].environment())
        celery, wrong = "workers.app:celery", clocks["worker"].environment()
        stack.start_worker("reading", READING, celery, 1, **wrong)
        stack.start_worker("light", LIGHT, celery, 2, **wrong)
        stack.await_ready()
        hook = opened.enter_context(receiver())
        with stack.client() as client:
            made = client.post("/v1/webhook_endpoints", json={"url": hook.url}).json()
        rows = connect(own, pool_size=1)
        opened.callback(rows.dispose)
        yield Watched(stack=stack, clocks=clocks, hook=hook, secret=made["secret"], rows=rows)


@pytest.mark.parametrize("ahead_s", [_HOUR_S, -_HOUR_S, 26 * _HOUR_S])
@pytest.mark.parametrize("whose", ["API", "worker", "database"])
def test_a_clock_that_jumps_loses_nothing(watched: Watched, whose: str, ahead_s: int) -> None:
    name = f"{whose} {ahead_s}"
    first = watched.hand_in(name)
    watched.clocks[whose].set(ahead_s)
    try:
        more = watched.hand_in(f"{name} later")
        again = watched.hand_in(name)
        assert again == first, "the same keys"
        assert watched.await_end([*first, *more]) == ["succeeded"] * 2 * _DOCUMENTS
        if whose != "database":  # whose time it is that an event bears
            assert all(watched.await_events(more))
    finally:
        watched.clocks[whose].set(0)
    last = watched.hand_in(f"{name} back")
    assert watched.await_end(last) == ["succeeded"] * _DOCUMENTS
    assert all(watched.await_events(last))


def test_a_wrong_clock_is_said(watched: Watched) -> None:
    """What alerts and `gouji doctor` go by."""
    watched.clocks["worker"].set(_HOUR_S)
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while max(watched.clock_ahead_s()) < _HOUR_S - 60:
            assert time.monotonic() < deadline, watched.clock_ahead_s()
            time.sleep(0.5)
    finally:
        watched.clocks["worker"].set(0)

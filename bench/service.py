"""Measure the service around the reading: null steps, real servers, real processes, one machine."""

import argparse
import http.client
import io
import json
import os
import random
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import text

from gouji import embedded
from storage.database import connect
from tests.documents import pdf
from tests.stack import Servers, Stack, environment, free_port, fresh_database

_BOUNDARY = "gouji-bench"
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_READING = "pages.interactive,pages.bulk"
_LIGHT = "assemble.interactive,assemble.bulk,webhooks,housekeeping"
_INSPECTING = "inspect.interactive,inspect.bulk"

_AS_IN_USE = {
    "GOUJI_SWEEP_INTERVAL_S": "5",
    "GOUJI_RESEND_S": "30",
    "GOUJI_LEASE_S": "40",
    "GOUJI_RETRY_BACKOFF_S": "5",
}
"""The defaults, where the stack of the tests is quicker."""

_ROWS = """
    INSERT INTO jobs (id, tenant, status, verdict, filename, media_type, kind, sha256, size_bytes,
                      pages_total, pages_done, issuer, year, region_code, finding_codes,
                      started_at, finished_at)
    SELECT 'job_0000' || lpad(n::text, 22, '0'), 'local',
           CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'succeeded' END,
           CASE WHEN n % 50 = 0 THEN NULL WHEN n % 3 = 0 THEN 'failed' ELSE 'passed' END,
           'report-' || n || '.pdf', 'application/pdf', 'scan', md5(n::text) || md5(n::text), 1000,
           4, 4, 'issuer ' || n % 20000, 2019 + n % 6, (110000 + n % 500000)::text,
           CASE WHEN n % 3 = 0 THEN ARRAY['REQ-ROW'] ELSE '{}'::text[] END, now(), now()
    FROM generate_series(1, :rows) AS n"""
_PAGES = """
    INSERT INTO pages (job_id, number, status, finished_at)
    SELECT 'job_0000' || lpad(n::text, 22, '0'), 1, 'done', now() - interval '1 day'
    FROM generate_series(1, :rows) AS n"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what only this measurement asks for."""
    parser.add_argument("--rows", type=int, default=1_000_000, help="service: jobs there already")
    parser.add_argument("--items", type=int, default=10_000, help="service: documents in the zip")
    parser.add_argument("--page-s", type=float, default=0.2, help="service: seconds a page takes")


@dataclass
class Door:
    """One connection of a client to an API process."""

    port: int
    link: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/json"
    ) -> tuple[int, Any]:
        """Send a request and return status and JSON."""
        self.link.request(method, path, body or None, {"Content-Type": kind} if body else {})
        answer = self.link.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else None

    def submit(self, path: str, name: str, content: bytes, **fields: str) -> Any:
        """Hand a file in as a form."""
        parts = [
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        head = "".join(parts) + (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{_BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        status, answer = self.ask("POST", path, body, kind)
        assert status in (200, 202), (status, answer)
        return answer


@contextmanager
def service(page_s: float) -> Iterator[tuple[Stack, list[int], sqlalchemy.Engine]]:
    """Run servers, two API processes and the workers; yield them with the API's ports."""
    with ExitStack() as running:
        name = running.enter_context(tempfile.TemporaryDirectory(prefix="gouji-bench-"))
        folder = Path(name)
        folder.chmod(0o755)
        servers = Servers(
            redis_url=running.enter_context(embedded.valkey(folder / "queue")),
            database_url=running.enter_context(embedded.postgres(folder / "database")),
        )
        url = running.enter_context(fresh_database(servers))
        ports = [free_port(), free_port()]
        told = environment(servers, 1, url, folder, ports[0])
        told |= {"GOUJI_NULL_PAGE_S": str(page_s), "GOUJI_LOG_LEVEL": "WARNING", **_AS_IN_USE}
        stack = Stack(environment=told, folder=folder, port=ports[0])
        running.callback(stack.stop)
        stack.start_api()
        stack.start("api2", ["api"], GOUJI_PORT=str(ports[1]))
        stack.start_worker("reading", _READING, processes=2)
        stack.start_worker("light", _LIGHT, processes=2)
        stack.start_worker("inspecting", _INSPECTING)
        stack.start_worker("opening", "expand")
        stack.await_ready()
        database = connect(url, pool_size=2)
        yield stack, ports, database
        database.dispose()


def cpu_s(stack: Stack, *names: str) -> float:
    """Return the CPU seconds so far of processes of the stack and of those they started."""
    wanted = {stack.children[name].pid for name in names}
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        if int(path.parent.name) in wanted or int(fields[1]) in wanted:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS_PER_S


def archive(items: int) -> bytes:
    """Return a ZIP of that many different documents of one page."""
    one = pdf(1, "bench")
    coded = io.BytesIO()
    with zipfile.ZipFile(coded, "w", zipfile.ZIP_STORED) as made:
        for number in range(items):
            made.writestr(f"{number // 1000:03d}/{number:06d}.pdf", one + b"%%%d" % number)
    return coded.getvalue()


def measure_batch(door: Door, items: int) -> tuple[str, dict[str, float]]:
    """Hand in a large archive by upload; say when it was accepted and how fast it was opened."""
    content = archive(items)
    _, upload = door.ask("POST", "/v1/uploads", b'{"filename": "many.zip"}')
    status, _ = door.ask("PUT", upload["url"], content, "application/octet-stream")
    assert status == 204
    began = time.monotonic()
    door.ask("POST", upload["complete"])
    wanted = json.dumps({"upload_ids": [upload["id"]]}).encode()
    _, batch = door.ask("POST", "/v1/batches", wanted)
    accepted = time.monotonic()
    while True:
        _, seen = door.ask("GET", f"/v1/batches/{batch['id']}")
        if seen["progress"]["items_total"] is not None:
            break
        time.sleep(0.5)
    opened = time.monotonic()
    assert seen["progress"]["items_total"] == items
    return batch["id"], {
        "archive_mib": len(content) / 2**20,
        "accepted_after_s": accepted - began,
        "items_opened_per_s": items / (opened - accepted),
    }


def measure_interactive(door: Door) -> dict[str, float]:
    """Hand single documents in behind the batch; say when they began and when they were done."""
    waits, ends = [], []
    for number in range(5):
        began = time.monotonic()
        job = door.submit("/v1/jobs", "one.pdf", pdf(1, f"interactive {number}"))
        address = f"/v1/jobs/{job['id']}"
        while True:
            _, seen = door.ask("GET", address)
            if seen["started_at"] is not None:
                break
            time.sleep(0.02)
        waits.append(time.monotonic() - began)
        door.ask("GET", f"{address}?wait=60")
        ends.append(time.monotonic() - began)
    return {"interactive_begun_s": max(waits), "interactive_done_s": max(ends)}


def measure_requests(
    ports: Sequence[int], known: Sequence[str], batch_id: str, *, rate: int, seconds: int
) -> dict[str, float]:
    """Ask for states and lists at a fixed rate, late answers counted from when they were due."""
    chance = random.Random(1)
    cursor = chance.choice(known)
    asked: dict[str, Callable[[], str]] = {
        "status": lambda: f"/v1/jobs/{chance.choice(known)}",
        "list": lambda: "/v1/jobs?limit=50",
        "list_narrowed": lambda: f"/v1/jobs?limit=50&status=failed&cursor={cursor}",
        "list_by_rule": lambda: "/v1/jobs?limit=50&finding=REQ-ROW&verdict=failed",
        "batch": lambda: f"/v1/batches/{batch_id}",
    }
    kinds = ["status"] * 6 + ["list", "list_narrowed", "list_by_rule", "batch"]
    plan = [kinds[number % len(kinds)] for number in range(rate * seconds)]
    taken: dict[str, list[float]] = {kind: [] for kind in asked}
    doors = threading.local()

    def one(number: int) -> None:
        due = began + number / rate
        time.sleep(max(0.0, due - time.monotonic()))
        if not hasattr(doors, "door"):
            doors.door = Door(ports[number % len(ports)])
        status, _ = doors.door.ask("GET", asked[plan[number]]())
        assert status == 200
        taken[plan[number]].append(time.monotonic() - due)

    with ThreadPoolExecutor(16) as pool:
        began = time.monotonic() + 0.5
        list(pool.map(one, range(len(plan))))
    found = {f"{kind}_p99_ms": 1000 * _quantile(each, 0.99) for kind, each in taken.items()}
    every = [one for each in taken.values() for one in each]
    found |= {"p50_ms": 1000 * _quantile(every, 0.5), "p99_ms": 1000 * _quantile(every, 0.99)}
    return found


def measure_submissions(
    ports: Sequence[int], database: sqlalchemy.Engine, seconds: float
) -> dict[str, float]:
    """Hand single documents in from eight clients; count what was accepted, and what is there."""
    one = pdf(1, "submission")
    ends = time.monotonic() + seconds
    before = _count(database)

    def client(number: int) -> int:
        door, done = Door(ports[number % len(ports)]), 0
        while time.monotonic() < ends:
            door.submit("/v1/jobs", "a.pdf", one + b"%%%d-%d" % (number, done), priority="bulk")
            done += 1
        return done

    with ThreadPoolExecutor(8) as pool:
        began = time.monotonic()
        accepted = sum(pool.map(client, range(8)))
        took = time.monotonic() - began
    return {
        "submissions_per_s": accepted / took,
        "submissions_lost": accepted - (_count(database) - before),
    }


def _count(database: sqlalchemy.Engine) -> int:
    with database.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM jobs")).scalar_one())


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def fill(database: sqlalchemy.Engine, rows: int) -> list[str]:
    """Have that many finished jobs in the database; return some of their ids."""
    with database.begin() as connection:
        connection.execute(text(_ROWS), {"rows": rows})
        connection.execute(text(_PAGES), {"rows": rows})
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE jobs, pages"))
        found = connection.execute(
            text("SELECT id FROM jobs TABLESAMPLE SYSTEM (1) LIMIT 5000")
        ).scalars()
        return list(found)


def run(chosen: argparse.Namespace) -> None:
    """Measure everything and print it."""
    figures: dict[str, float] = {}

    def tell(found: dict[str, float]) -> None:
        figures.update(found)
        if not chosen.json:
            for name, value in found.items():
                print(f"{name:26} {value:10.3f}", flush=True)

    with service(chosen.page_s) as (stack, ports, database):
        known = fill(database, chosen.rows)
        tell({"rows": float(chosen.rows)})
        before = cpu_s(stack, "opening")
        batch_id, found = measure_batch(Door(ports[0]), chosen.items)
        tell(found)
        tell({"opening_cpu_ms_per_item": 1000 * (cpu_s(stack, "opening") - before) / chosen.items})
        tell(measure_interactive(Door(ports[0])))
        before = cpu_s(stack, "api", "api2")
        tell(measure_requests(ports, known, batch_id, rate=100, seconds=20))
        tell({"api_cpu_ms_per_request": 1000 * (cpu_s(stack, "api", "api2") - before) / 2000})
        before = cpu_s(stack, "api", "api2")
        found = measure_submissions(ports, database, 10.0)
        tell(found)
        handed = found["submissions_per_s"] * 10
        tell({"api_cpu_ms_per_submission": 1000 * (cpu_s(stack, "api", "api2") - before) / handed})
    if chosen.json:
        print(json.dumps(figures))

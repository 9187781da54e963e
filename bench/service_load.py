"""Requests to the service: a large archive, single documents, states and lists at a fixed rate."""

import io
import json
import random
import threading
import time
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlencode

import sqlalchemy
from sqlalchemy import text

from bench.service_stack import Door
from tests.documents import pdf

_NARROWED: dict[str, dict[str, str | int]] = {
    "list_state": {"status": "failed"},
    "list_verdict": {"verdict": "failed"},
    "list_rare_verdict": {"verdict": "incomplete"},
    "list_year": {"year": 2021},
    "list_year_and_verdict": {"year": 2021, "verdict": "failed"},
    "list_rule": {"finding": "REQ-ROW"},
    "list_rare_rule": {"finding": "STR-TABLE"},
    "list_absent_rule": {"finding": "STR-TEMPLATE"},
    "list_issuer": {"issuer": "宁波市东区科学技术局0处"},
    "list_absent_issuer": {"issuer": "没有这个机关"},
    "list_text": {"text": "年度报告"},
    "list_absent_text": {"text": "不存在"},
    "list_region": {"region": 330200},
    "list_province": {"region": 33},
}
"""What lists are narrowed to; `bench.service_rows` says how much there is of each."""


def _list(narrowed: dict[str, str | int]) -> str:
    return f"/v1/jobs?{urlencode({'limit': 50, **narrowed})}"


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
        **{name: partial(_list, each) for name, each in _NARROWED.items()},
        "list_paged": lambda: f"/v1/jobs?limit=50&status=failed&cursor={cursor}",
        "list_document": lambda: f"/v1/jobs?limit=50&text=scan-{chance.randrange(10**6)}.",
        "batch": lambda: f"/v1/batches/{batch_id}",
    }
    kinds = ["status"] * (len(asked) + 1) + list(asked)[1:]
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

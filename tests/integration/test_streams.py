"""Following a batch: server-sent events for many subscribers, replay, long poll, ETag."""

import asyncio
import json
from contextlib import nullcontext
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import sqlalchemy
from sqlalchemy import insert

from api import jobs as jobs_api
from api import streams
from schemas.event import JobEvent
from schemas.tables_sql import batches, job_events, jobs
from tests.documents import pdf, zip_of
from tests.stack import Stack

ITEMS = 6
SUBSCRIBERS = 100


def begin(http: httpx.Client, mark: str) -> str:
    content = zip_of({f"{number}.pdf": pdf(1, f"{mark} {number}") for number in range(ITEMS)})
    answer = http.post("/v1/batches", files={"file": ("a.zip", content)})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def ended(http: httpx.Client, batch_id: str) -> dict[str, Any]:
    for _ in range(5):
        found = http.get(f"/v1/batches/{batch_id}", params={"wait": 30}).json()
        if found["finished_at"]:
            return dict(found)
    raise AssertionError(found)


def events(text: str) -> list[dict[str, Any]]:
    lines = (line for line in text.splitlines() if line.startswith("data: "))
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def items(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in found if event["type"] == "item.finished"]


def test_many_subscribers_see_every_item_and_the_end(stack: Stack, http: httpx.Client) -> None:
    batch_id = begin(http, "subscribed")

    async def subscribe() -> list[str]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(
            base_url=stack.address, timeout=120, limits=limits, trust_env=False
        ) as client:
            address = f"/v1/batches/{batch_id}/events"
            answers = await asyncio.gather(*(client.get(address) for _ in range(SUBSCRIBERS)))
        return [answer.text for answer in answers]

    streams = [events(text) for text in asyncio.run(subscribe())]
    first = items(streams[0])
    assert sorted(event["data"]["name"] for event in first) == [f"{n}.pdf" for n in range(ITEMS)]
    assert {event["data"]["status"] for event in first} == {"succeeded"}
    for stream in streams:
        assert items(stream) == first
        assert stream[-1]["type"] == "batch.completed"
        assert stream[-1]["data"]["counts"] == {"succeeded": ITEMS}


def test_a_stream_goes_on_after_the_event_last_seen(http: httpx.Client) -> None:
    batch_id = begin(http, "taken up")
    ended(http, batch_id)
    address = f"/v1/batches/{batch_id}/events"
    all_of_it = items(events(http.get(address).text))
    assert len(all_of_it) == ITEMS
    seen = {"Last-Event-ID": all_of_it[1]["id"]}
    assert items(events(http.get(address, headers=seen).text)) == all_of_it[2:]
    last = http.get(address, headers={"Last-Event-ID": all_of_it[-1]["id"]})
    assert (last.status_code, last.text) == (204, "")
    wrong = http.get(address, headers={"Last-Event-ID": "yesterday"})
    assert wrong.status_code == 422
    assert http.get("/v1/batches/bat_none/events").status_code == 404


def test_a_wait_with_an_etag_ends_when_something_has_changed(http: httpx.Client) -> None:
    batch_id = begin(http, "changing")
    address = f"/v1/batches/{batch_id}"
    seen = [http.get(address)]
    while not seen[-1].json()["finished_at"]:
        known = {"If-None-Match": seen[-1].headers["etag"]}
        answer = http.get(address, params={"wait": 30}, headers=known)
        assert answer.status_code == 200, "the batch was to change within the wait"
        assert answer.json() != seen[-1].json()
        seen.append(answer)
    last = {"If-None-Match": seen[-1].headers["etag"]}
    assert http.get(address, params={"wait": 30}, headers=last).status_code == 304


def test_a_job_that_changed_before_the_wait_is_answered_at_once(http: httpx.Client) -> None:
    made = http.post("/v1/jobs", files={"file": ("a.pdf", pdf(1, "etag of a job"))}).json()
    address = f"/v1/jobs/{made['id']}"
    early = http.get(address)
    answer = early
    while not answer.json()["finished_at"]:
        known = {"If-None-Match": answer.headers["etag"]}
        answer = http.get(address, params={"wait": 30}, headers=known)
        assert answer.status_code == 200
    late = http.get(address, params={"wait": 30}, headers={"If-None-Match": early.headers["etag"]})
    assert late.status_code == 200


@pytest.fixture
def written(database: sqlalchemy.Engine) -> sqlalchemy.Engine:
    with database.begin() as connection:
        connection.execute(insert(batches).values(id="bat_1"))
        for name in "ab":
            row = {"id": f"job_{name}", "batch_id": "bat_1", "filename": name, "sha256": name}
            connection.execute(insert(jobs).values(size_bytes=1, **row))
    return database


def test_what_is_committed_late_is_not_left_out(written: sqlalchemy.Engine) -> None:
    from types import SimpleNamespace

    from api.batch_events import Position, after

    parts: Any = SimpleNamespace(reading=written.execution_options(isolation_level="AUTOCOMMIT"))

    def note(connection: sqlalchemy.Connection, job_id: str) -> None:
        data = {"status": "succeeded", "verdict": None}
        line = {"job_id": job_id, "batch_id": "bat_1", "type": "job.state", "data": data}
        connection.execute(insert(job_events).values(line))

    def seen() -> list[object]:
        found = after(parts, "bat_1", Position(), ended=False)
        return [event.data["job_id"] for event in found]

    with written.connect() as slow, written.connect() as quick:
        note(slow, "job_a")
        note(quick, "job_b")
        quick.commit()
        assert seen() == []
        slow.commit()
    assert seen() == ["job_a", "job_b"]


def test_the_ends_of_items_can_be_left_out(http: httpx.Client) -> None:
    batch_id = begin(http, "whole only")
    address = f"/v1/batches/{batch_id}/events"
    found = events(http.get(address, params={"items": "false"}, timeout=120).text)
    assert items(found) == []
    assert found[-1]["type"] == "batch.completed"
    assert found[-1]["data"]["counts"] == {"succeeded": ITEMS}


def test_the_stream_of_a_finished_job_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes while another is still watching is not told of news: there will be none."""
    line = JobEvent(seq=1, type="job.state", at=datetime.now(UTC), data={"status": "succeeded"})
    monkeypatch.setattr(jobs_api, "status_of", lambda *_: ("succeeded", 1))
    monkeypatch.setattr(jobs_api, "events_after", lambda *about: [line] if about[-1] < 1 else [])
    monkeypatch.setattr(streams, "news_or_timeout", lambda *_: pytest.fail("it waits"))
    parts: Any = SimpleNamespace(hub=SimpleNamespace(watch=lambda _: nullcontext()))

    async def read() -> list[str]:
        return [text async for text in streams.of_job(parts, "local", "job_1", 0)]

    assert [event["data"]["status"] for event in events("".join(asyncio.run(read())))] == [
        "succeeded"
    ]

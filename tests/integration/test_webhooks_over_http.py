"""Events on their way to a customer: signed, retried, logged, replayed."""

import json
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from sqlalchemy import func, update
from standardwebhooks import Webhook

from schemas.tables_sql import webhook_deliveries
from storage.database import connect
from tests.documents import pdf, zip_of
from tests.receiver import Receiver, receiver
from tests.stack import Stack
from workers.webhook.schedule import MAX_ATTEMPTS


@pytest.fixture
def endpoint(http: httpx.Client, hook: Receiver) -> Iterator[dict[str, str]]:
    answer = http.post("/v1/webhook_endpoints", json={"url": hook.url, "events": []})
    assert answer.status_code == 201, answer.text
    yield answer.json()
    http.delete(f"/v1/webhook_endpoints/{answer.json()['id']}")


def run(http: httpx.Client, mark: str) -> dict[str, object]:
    answer = http.post(
        "/v1/jobs", files={"file": ("a.pdf", pdf(1, mark))}, headers={"Prefer": "wait=30"}
    )
    return dict(answer.json())


def until(looked_for: Callable[[], bool], within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not looked_for():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def log_of(http: httpx.Client, endpoint: dict[str, str]) -> list[dict[str, object]]:
    found = http.get("/v1/webhook_deliveries", params={"endpoint_id": endpoint["id"]})
    return list(found.json()["data"])


def test_a_finished_job_is_announced_with_a_valid_signature(
    http: httpx.Client, hook: Receiver, endpoint: dict[str, str]
) -> None:
    job = run(http, "announced")
    got = hook.await_count(1)[0]
    event = got.verify(endpoint["secret"])
    assert event["type"] == "job.succeeded"
    assert event["data"]["id"] == job["id"]
    assert event["data"]["verdict"] == "incomplete"
    assert event["data"]["links"]["result"] == f"/v1/jobs/{job['id']}/result"
    assert got.headers["webhook-id"].startswith("evt_")
    assert endpoint["secret"].startswith("whsec_")
    with pytest.raises(Exception, match="signature"):
        got.verify("whsec_" + "A" * 32)


def test_a_batch_is_announced_once_when_it_is_complete(
    http: httpx.Client, hook: Receiver, endpoint: dict[str, str]
) -> None:
    content = zip_of({f"{n}.pdf": pdf(1, f"announced {n}") for n in range(3)})
    http.post("/v1/batches", files={"file": ("a.zip", content)})
    got = hook.await_count(4)
    time.sleep(0.5)
    types = sorted(json.loads(one.body)["type"] for one in hook.got)
    assert types == ["batch.completed", *["job.succeeded"] * 3]
    done = next(json.loads(one.body) for one in got if b"batch.completed" in one.body)
    assert done["data"]["status"] == "succeeded"


def test_an_endpoint_gets_only_what_it_asked_for(http: httpx.Client, hook: Receiver) -> None:
    wanted = {"url": hook.url, "events": ["job.failed"]}
    endpoint = http.post("/v1/webhook_endpoints", json=wanted).json()
    run(http, "not wanted")
    http.post(
        "/v1/jobs", files={"file": ("a.pdf", pdf(2, "wanted")[:300])}, headers={"Prefer": "wait=30"}
    )
    hook.await_count(1)
    time.sleep(0.3)
    assert [json.loads(one.body)["type"] for one in hook.got] == ["job.failed"]
    http.delete(f"/v1/webhook_endpoints/{endpoint['id']}")


def test_a_failed_delivery_is_tried_again_and_each_try_is_logged(
    http: httpx.Client, hook: Receiver, endpoint: dict[str, str]
) -> None:
    hook.statuses[:] = [503, 204]
    run(http, "tried again")
    first, second = hook.await_count(2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    second.verify(endpoint["secret"])
    until(lambda: log_of(http, endpoint)[0]["status"] == "delivered")
    attempts = log_of(http, endpoint)[0]["attempts"]
    assert isinstance(attempts, list)
    assert [entry["status"] for entry in attempts] == [503, 204]
    for entry, got in zip(attempts, (first, second), strict=True):
        assert entry["request"]["url"] == hook.url
        sent = entry["request"]["headers"]
        assert {name: got.headers[name] for name in sent} == sent
        assert set(sent) == {"webhook-id", "webhook-timestamp", "webhook-signature"}
        assert entry["response_headers"]["content-length"] == "0"


def test_gone_switches_the_endpoint_off(
    http: httpx.Client, hook: Receiver, endpoint: dict[str, str]
) -> None:
    hook.statuses[:] = [410]
    run(http, "gone")
    hook.await_count(1)
    address = f"/v1/webhook_endpoints/{endpoint['id']}"
    until(lambda: not http.get(address).json()["enabled"])
    assert http.get(address).json()["disabled_reason"] == "gone"
    run(http, "gone for good")
    time.sleep(0.5)
    assert len(hook.got) == 1
    assert http.patch(address, json={"enabled": True}).json()["disabled_reason"] is None


def test_an_event_can_be_replayed_and_keeps_its_id(
    http: httpx.Client, hook: Receiver, endpoint: dict[str, str]
) -> None:
    run(http, "replayed")
    first = hook.await_count(1)[0]
    until(lambda: log_of(http, endpoint)[0]["status"] == "delivered")
    again = http.post(f"/v1/webhook_deliveries/{log_of(http, endpoint)[0]['id']}/replay")
    assert again.status_code == 202
    second = hook.await_count(2)[1]
    assert second.headers["webhook-id"] == first.headers["webhook-id"]
    assert json.loads(second.body) == json.loads(first.body)


def test_after_a_rotation_both_secrets_verify(
    http: httpx.Client, hook: Receiver, endpoint: dict[str, str]
) -> None:
    rotated = http.post(f"/v1/webhook_endpoints/{endpoint['id']}/rotate_secret").json()
    assert rotated["secret"] != endpoint["secret"]
    assert http.post(f"/v1/webhook_endpoints/{endpoint['id']}/test").status_code == 202
    got = hook.await_count(1)[0]
    for secret in (endpoint["secret"], rotated["secret"]):
        assert Webhook(secret).verify(got.body.decode(), got.headers)["type"] == (
            "webhook_endpoint.test"
        )


def test_the_secret_is_said_only_once(http: httpx.Client, endpoint: dict[str, str]) -> None:
    assert endpoint["secret"] not in http.get("/v1/webhook_endpoints").text
    assert "secret" not in http.get(f"/v1/webhook_endpoints/{endpoint['id']}").json()


def test_an_endpoint_that_took_nothing_for_days_is_switched_off_and_the_others_are_told(
    http: httpx.Client, hook: Receiver, endpoint: dict[str, str], stack: Stack
) -> None:
    hook.statuses[:] = [500]
    with receiver() as other:
        wanted = {"url": other.url, "events": ["webhook_endpoint.disabled"]}
        told = http.post("/v1/webhook_endpoints", json=wanted).json()
        delivery = http.post(f"/v1/webhook_endpoints/{endpoint['id']}/test").json()
        hook.await_count(1)
        until(lambda: bool(log_of(http, endpoint)[0]["attempts"]))
        database = connect(stack.environment["GOUJI_DATABASE_URL"], pool_size=1)
        with database.begin() as connection:  # as if the days of trying were over
            connection.execute(
                update(webhook_deliveries)
                .where(webhook_deliveries.c.id == delivery["id"])
                .values(attempts=MAX_ATTEMPTS - 1, lease_until=func.now(), due_at=func.now())
            )
        database.dispose()
        event = other.await_count(1, within_s=60)[0].verify(told["secret"])
        http.delete(f"/v1/webhook_endpoints/{told['id']}")
    assert (event["type"], event["data"]["id"]) == ("webhook_endpoint.disabled", endpoint["id"])
    now = http.get(f"/v1/webhook_endpoints/{endpoint['id']}").json()
    assert (now["enabled"], now["disabled_reason"]) == (False, "attempts_exhausted")

"""Webhook endpoints over HTTP where nothing is delivered: what is recorded, refused, sent again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import select, update

from api.app import create_app
from api.settings import ApiSettings
from schemas.event import EventData
from schemas.tables_sql import outbox, webhook_deliveries
from storage import events
from storage.outbox import BrokerUnavailable, drain, unit_of_work

URL = "https://receiver.example/hook"


@pytest.fixture
def client(
    quiet_url: str, database: sqlalchemy.Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[TestClient]:
    networks = getattr(request, "param", ())
    settings = ApiSettings(
        database_url=SecretStr(quiet_url),
        redis_url="redis://127.0.0.1:1/0",
        objects_dir=tmp_path,
        require_key=False,
        webhook_allow_networks=networks,
    )
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as made:
        yield made


def register(client: TestClient) -> str:
    answer = client.post("/v1/webhook_endpoints", json={"url": URL})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def happen(database: sqlalchemy.Engine, *ids: str) -> None:
    for job_id in ids:
        with unit_of_work(database, lambda _: None) as unit:
            data = EventData(id=job_id, status="succeeded")
            events.publish(unit, "local", "job.succeeded", data)


def end(database: sqlalchemy.Engine, status: str, *job_ids: str) -> None:
    """Have the deliveries of these jobs' events end so."""
    with database.begin() as connection:
        for job_id in job_ids:
            named = webhook_deliveries.c.body.contains(f'"id":"{job_id}"')
            connection.execute(
                update(webhook_deliveries).where(named).values(status=status, due_at=None)
            )


def sent_again(client: TestClient, endpoint: str, **wanted: object) -> tuple[int, list[str]]:
    """Replay a range; return the answer's number, and the jobs now waiting to be announced."""
    body = {"since": "2026-01-01T00:00:00Z", **wanted}
    answer = client.post(f"/v1/webhook_endpoints/{endpoint}/replay", json=body)
    assert answer.status_code == 202, answer.text
    found = client.get("/v1/webhook_deliveries", params={"status": "pending"}).json()["data"]
    return answer.json()["replayed"], sorted(one["body"]["data"]["id"] for one in found)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://receiver.example/hook", "https_required"),
        ("https://user:word@receiver.example/hook", "url_with_password"),
        ("ftp://receiver.example/hook", "invalid_request"),
    ],
)
def test_an_address_nothing_would_be_sent_to_is_refused(
    client: TestClient, url: str, code: str
) -> None:
    answer = client.post("/v1/webhook_endpoints", json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    changed = client.patch(f"/v1/webhook_endpoints/{register(client)}", json={"url": url})
    assert (changed.status_code, changed.json()["code"]) == (422, code)


@pytest.mark.parametrize("client", [("127.0.0.0/8",)], indirect=True)
def test_plain_http_is_for_networks_the_operator_opened(client: TestClient) -> None:
    answer = client.post("/v1/webhook_endpoints", json={"url": "http://127.0.0.1:9/hook"})
    assert answer.status_code == 201


@pytest.mark.parametrize(("hours", "overlaps"), [(None, True), (72, True), (0, False)])
def test_a_rotation_overlaps_as_long_as_asked(
    client: TestClient, hours: int | None, overlaps: bool
) -> None:
    address = f"/v1/webhook_endpoints/{register(client)}"
    body = None if hours is None else {"overlap_hours": hours}
    rotated = client.post(f"{address}/rotate_secret", json=body).json()
    until = client.get(address).json()["previous_secret_until"]
    assert rotated["previous_secret_until"] == until
    assert (until is not None) == overlaps
    if until is not None:
        left = datetime.fromisoformat(until) - datetime.now(UTC)
        assert abs(left - timedelta(hours=24 if hours is None else hours)) < timedelta(minutes=5)


def test_a_range_is_sent_again_without_what_arrived_and_without_doubling(
    client: TestClient, database: sqlalchemy.Engine
) -> None:
    endpoint = register(client)
    happen(database, "job_a", "job_b", "job_c")
    end(database, "failed", "job_a", "job_c")
    end(database, "delivered", "job_b")
    assert sent_again(client, endpoint) == (2, ["job_a", "job_c"])
    assert sent_again(client, endpoint) == (0, ["job_a", "job_c"])
    listed = client.get("/v1/webhook_deliveries").json()["data"]
    assert len({one["event_id"] for one in listed}) == 3
    end(database, "delivered", "job_a", "job_c")
    assert sent_again(client, endpoint, until="2026-01-02T00:00:00Z", status=["delivered"])[0] == 0
    assert sent_again(client, endpoint, status=["delivered"])[0] == 3


def test_what_happens_while_an_endpoint_is_off_can_be_had_later(
    client: TestClient, database: sqlalchemy.Engine
) -> None:
    endpoint = register(client)
    address = f"/v1/webhook_endpoints/{endpoint}"
    client.patch(address, json={"enabled": False})
    happen(database, "job_missed")
    listed = client.get("/v1/webhook_deliveries").json()["data"]
    assert [(one["status"], one["next_attempt_at"]) for one in listed] == [("cancelled", None)]
    for call in (f"{address}/replay", f"{address}/test"):
        refused = client.post(call, json={"since": "2026-01-01T00:00:00Z"})
        assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_disabled")
    client.patch(address, json={"enabled": True})
    assert sent_again(client, endpoint) == (1, ["job_missed"])


def test_the_log_is_narrowed(client: TestClient, database: sqlalchemy.Engine) -> None:
    endpoint = register(client)
    happen(database, "job_a", "job_b")
    client.post(f"/v1/webhook_endpoints/{endpoint}/test")
    all_of_it = client.get("/v1/webhook_deliveries").json()["data"]
    cases: list[tuple[dict[str, str], int]] = [
        ({"type": "job.succeeded"}, 2),
        ({"type": "webhook_endpoint.test"}, 1),
        ({"event_id": all_of_it[0]["event_id"]}, 1),
        ({"created_after": all_of_it[0]["created_at"]}, 0),
        ({"created_before": all_of_it[0]["created_at"]}, 2),
        ({"endpoint_id": "whe_other"}, 0),
        ({"status": "delivered"}, 0),
    ]
    for wanted, number in cases:
        found = client.get("/v1/webhook_deliveries", params=wanted).json()["data"]
        assert len(found) == number, wanted


def test_an_event_recorded_while_the_broker_is_away_waits_in_the_outbox(
    client: TestClient, database: sqlalchemy.Engine
) -> None:
    endpoint = register(client)

    def away(_: object) -> None:
        raise BrokerUnavailable

    with unit_of_work(database, away) as unit:
        events.publish(unit, "local", "job.failed", EventData(id="job_x", status="failed"))
    assert client.get("/v1/webhook_deliveries", params={"endpoint_id": endpoint}).json()["data"]
    sent: list[object] = []
    assert drain(database, sent.append, older_than_s=0, limit=10) == 1
    assert len(sent) == 1
    with database.connect() as connection:
        assert connection.execute(select(outbox)).all() == []

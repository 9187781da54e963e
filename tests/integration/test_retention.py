"""How long jobs and batches are kept, and that what is deleted is gone: the real database."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import delete, func, insert, select, update

from api import batches as asked
from api import dead_letters as letters
from api import jobs as job_rows
from api import removal
from api.auth import Caller
from api.errors import ApiError
from api.routes import batches as routes
from schemas import failures, keys
from schemas.ids import make_id
from schemas.tables_sql import (
    audit,
    batch_items,
    batch_letters,
    batches,
    dead_letters,
    idempotency_keys,
    jobs,
    service_state,
    webhook_attempts,
    webhook_deliveries,
    webhook_endpoints,
)
from schemas.tables_sql import tenants as policies
from storage import removal as marking
from tests.integration.test_batch_rows import Rig, document
from workers.settings import WorkerSettings
from workers.tasks import discard as discarding
from workers.tasks.discard import discard
from workers.tasks.expand import expand
from workers.tasks.leftovers import clear
from workers.tasks.retention import expire

TENANT = "local"


@pytest.fixture
def rig(database: sqlalchemy.Engine, tmp_path: Path) -> Rig:
    return Rig(database, tmp_path)


def finish(rig: Rig, job_id: str, days_ago: float, **row: object) -> str:
    """Record a job that ended so long ago, with a result in the store."""
    at = func.now() - timedelta(days=days_ago)
    common: dict[str, Any] = {
        "id": job_id,
        "status": "succeeded",
        "filename": "年报.pdf",
        "issuer": "某局",
        "year": 2024,
        "sha256": job_id,
        "size_bytes": 1,
        "files": ["record.json"],
        "finished_at": at,
    }
    with rig.database.begin() as connection:
        connection.execute(insert(jobs).values(**{**common, **row}))
    rig.worker.objects.put(result(job_id), b"{}", "application/json")
    return job_id


def result(job_id: str) -> str:
    return keys.result(TENANT, job_id, "record.json")


def batch(rig: Rig, batch_id: str, days_ago: float, *job_ids: str, **row: object) -> str:
    source = document("ab" * 32).model_dump()
    at = func.now() - timedelta(days=days_ago)
    common: dict[str, Any] = {
        "id": batch_id,
        "status": "succeeded",
        "expanded": True,
        "sources": [source],
        "metadata": {"title": "年报.zip"},
        "finished_at": at,
    }
    with rig.database.begin() as connection:
        connection.execute(insert(batches).values(**{**common, **row}))
    for position, job_id in enumerate(job_ids):
        finish(rig, job_id, days_ago, batch_id=batch_id)
        with rig.database.begin() as connection:
            item = {"batch_id": batch_id, "position": position, "name": "x", "job_id": job_id}
            connection.execute(insert(batch_items).values(item))
    return batch_id


def sweep(rig: Rig) -> None:
    """Do all of a round, as if the last one were long ago."""
    for task in (expire, discard, clear):
        with rig.database.begin() as connection:
            connection.execute(delete(service_state))
        task(rig.worker)


def keep(rig: Rig, days: int) -> None:
    rig.worker.settings = WorkerSettings(retention_days=days)


def there(rig: Rig, job_id: str) -> bool:
    try:
        job_rows.status_of(rig.api, TENANT, job_id)
    except ApiError as gone:
        return (gone.status_code, gone.code) != (410, "deleted")
    return True


def noted(rig: Rig) -> list[tuple[str, str, str]]:
    query = select(audit.c.actor, audit.c.action, audit.c.subject).order_by(audit.c.id)
    with rig.database.connect() as connection:
        return [(row.actor, row.action, row.subject) for row in connection.execute(query)]


def test_nothing_is_deleted_unless_somebody_said_how_long_it_is_kept(rig: Rig) -> None:
    finish(rig, "job_1", 4000)
    batch(rig, "bat_1", 4000, "job_2")
    sweep(rig)
    assert there(rig, "job_1")
    assert there(rig, "job_2")
    assert noted(rig) == []


def test_a_single_job_is_deleted_when_its_days_are_over(rig: Rig) -> None:
    keep(rig, 30)
    old, young = finish(rig, "job_1", 30.1), finish(rig, "job_2", 29.9)
    under_way = finish(rig, "job_3", 40, status="running", finished_at=None)
    sweep(rig)
    assert [there(rig, job_id) for job_id in (old, young, under_way)] == [False, True, True]
    assert rig.worker.objects.stat(result(old)) is None
    assert rig.worker.objects.stat(result(young)) is not None
    assert noted(rig) == [("retention", "job.expired", old)]


def test_jobs_of_a_batch_are_kept_for_as_long_as_it_is(rig: Rig) -> None:
    keep(rig, 30)
    batch(rig, "bat_old", 31, "job_1", "job_2")
    batch(rig, "bat_own", 31, "job_3", retention_days=60)
    batch(rig, "bat_short", 8, "job_4", retention_days=7)
    sweep(rig)
    assert [there(rig, f"job_{n}") for n in (1, 2, 3, 4)] == [False, False, True, False]
    for gone in ("bat_old", "bat_short"):
        with pytest.raises(ApiError) as caught:
            asked.read(rig.api, TENANT, gone)
        assert (caught.value.status_code, caught.value.code) == (410, "deleted")
    assert [one.id for one in asked.listed(rig.api, TENANT, None, 10).data] == ["bat_own"]
    assert [rig.worker.objects.stat(result(f"job_{n}")) is None for n in (1, 2, 3, 4)] == [
        True, True, False, True,
    ]  # fmt: skip
    assert noted(rig) == [
        ("retention", "batch.expired", "bat_old"),
        ("retention", "batch.expired", "bat_short"),
    ]


@pytest.mark.parametrize(("days", "gone"), [(5, True), (0, False), (None, True)])
def test_a_tenant_s_own_number_comes_before_the_operator_s(
    rig: Rig, days: int | None, gone: bool
) -> None:
    keep(rig, 8)
    with rig.database.begin() as connection:
        connection.execute(insert(policies).values(tenant=TENANT, retention_days=days))
    finish(rig, "job_1", 9)
    batch(rig, "bat_1", 9, "job_2")
    sweep(rig)
    assert [there(rig, "job_1"), there(rig, "job_2")] == [not gone, not gone]


def test_what_is_deleted_says_nothing_of_its_document_any_more(rig: Rig) -> None:
    batch(rig, "bat_1", 0, "job_1")
    removal.delete_batch(rig.api, TENANT, "bat_1", by="key_1")
    sweep(rig)
    with rig.database.connect() as connection:
        rows = [
            *connection.execute(select(jobs)).mappings(),
            *connection.execute(select(batches)).mappings(),
            *connection.execute(select(batch_items)).mappings(),
            *connection.execute(select(audit)).mappings(),
        ]
    text = json.dumps([dict(row) for row in rows], default=str, ensure_ascii=False)
    assert "年报" not in text
    assert "某局" not in text


def test_deleting_a_batch_under_way_cancels_it_and_deletes_its_jobs(rig: Rig) -> None:
    batch(rig, "bat_1", 0, status="running", finished_at=None)
    for n, status in enumerate(("running", "queued", "succeeded")):
        at = None if status != "succeeded" else func.now()
        finish(rig, f"job_{n}", 0, batch_id="bat_1", status=status, finished_at=at)
    finish(rig, "job_other", 0)
    with rig.database.begin() as connection:
        key = {"tenant": TENANT, "key": "k", "fingerprint": "f", "resource_id": "bat_1"}
        connection.execute(insert(idempotency_keys).values(key))
    removal.delete_batch(rig.api, TENANT, "bat_1", by="key_1")
    assert [there(rig, f"job_{n}") for n in range(3)] == [False] * 3
    assert there(rig, "job_other")
    assert rig.statuses() == ["cancelled", "cancelled", "succeeded", "succeeded"]
    assert noted(rig) == [("key_1", "batch.deleted", "bat_1")]
    with rig.database.connect() as connection:
        assert connection.execute(select(idempotency_keys.c.key)).all() == []
    with pytest.raises(ApiError) as caught:
        removal.delete_batch(rig.api, TENANT, "bat_1", by="key_1")
    assert caught.value.status_code == 410


def test_nothing_brings_a_deleted_batch_back(rig: Rig) -> None:
    batch(rig, "bat_1", 0, "job_1")
    failure = failures.attempts_exhausted(3).model_dump(mode="json")
    with rig.database.begin() as connection:
        row = {"id": "dlq_1", "batch_id": "bat_1", "failure": failure}
        connection.execute(insert(batch_letters).values(row))
        of_job = {"id": "dlq_2", "job_id": "job_1", "task": "x", "failure": failure}
        connection.execute(insert(dead_letters).values(of_job))
    removal.delete_batch(rig.api, TENANT, "bat_1", by="key_1")
    assert letters.listed(rig.api, TENANT, None, 10).data == ()
    for again in (asked.retry, asked.cancel):
        with pytest.raises(ApiError) as caught:
            again(rig.api, TENANT, "bat_1")
        assert caught.value.status_code == 410
    expand(rig.worker, "bat_1")
    with rig.database.connect() as connection:
        assert connection.execute(select(batch_items.c.name)).all() == []


def test_a_batch_of_more_jobs_than_one_statement_takes_is_deleted_whole(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "_AT_A_TIME", 2)
    batch(rig, "bat_1", 0, *(f"job_{n}" for n in range(5)))
    removal.delete_batch(rig.api, TENANT, "bat_1", by="key_1")
    assert [there(rig, f"job_{n}") for n in range(5)] == [False] * 5


def test_a_large_batch_is_gone_at_once_and_its_jobs_some_at_a_time(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "_PORTION", 2)
    batch(rig, "bat_1", 0, *(f"job_{n}" for n in range(4)), status="running", finished_at=None)
    finish(rig, "job_4", 0, batch_id="bat_1", status="queued", finished_at=None)
    asking = Caller(tenant=TENANT, actor="key_1")
    answer = routes.delete_batch("bat_1", rig.api, asking)
    said = {"id": "bat_1", "status": "deleting", "jobs_left": 3}
    assert (answer.status_code, json.loads(answer.body)) == (202, said)
    assert rig.statuses() == [*["succeeded"] * 4, "cancelled"], "nothing goes on being read"
    with pytest.raises(ApiError, match="some at a time") as caught:
        asked.read(rig.api, TENANT, "bat_1")
    assert caught.value.status_code == 410
    sweep(rig)
    assert not any(there(rig, f"job_{n}") for n in range(5))
    assert noted(rig) == [("key_1", "batch.deleted", "bat_1")]
    with rig.database.connect() as connection:
        assert connection.execute(select(batch_items.c.name)).all() == []
        assert connection.execute(select(batches.c.due_at)).scalar_one() is None
    with pytest.raises(ApiError) as caught:
        asked.read(rig.api, TENANT, "bat_1")
    assert "some at a time" not in str(caught.value)


def test_a_small_batch_is_gone_with_all_its_jobs_when_that_is_said(rig: Rig) -> None:
    batch(rig, "bat_1", 0, "job_1", "job_2")
    answer = routes.delete_batch("bat_1", rig.api, Caller(tenant=TENANT, actor="key_1"))
    assert answer.status_code == 204
    assert [there(rig, "job_1"), there(rig, "job_2")] == [False, False]


def test_a_batch_of_another_tenant_is_not_there_to_be_deleted(rig: Rig) -> None:
    batch(rig, "bat_1", 0, "job_1")
    with pytest.raises(ApiError) as caught:
        removal.delete_batch(rig.api, "other", "bat_1", by="key_1")
    assert caught.value.status_code == 404
    assert there(rig, "job_1")


def test_the_archive_of_a_deleted_batch_goes_with_it(rig: Rig) -> None:
    key = keys.upload(TENANT, "ab" * 32)
    batch(rig, "bat_1", 0, "job_1")
    batch(rig, "bat_2", 0, "job_2", finished_at=None, status="running")
    rig.worker.objects.put(key, b"zip", "application/zip")
    removal.delete_batch(rig.api, TENANT, "bat_1", by="key_1")
    sweep(rig)
    assert rig.worker.objects.stat(key) is not None, "another batch is still being made of it"
    with rig.database.begin() as connection:
        ended = update(batches).where(batches.c.id == "bat_2")
        connection.execute(ended.values(finished_at=func.now(), status="succeeded"))
    removal.delete_batch(rig.api, TENANT, "bat_2", by="key_1")
    sweep(rig)
    assert rig.worker.objects.stat(key) is None


def test_a_round_that_ends_early_is_gone_on_with(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discarding, "_RESULTS_S", -1.0)
    batch(rig, "bat_1", 0, "job_1", "job_2")
    removal.delete_batch(rig.api, TENANT, "bat_1", by="key_1")
    left = []
    for _ in range(2):
        discard(rig.worker)
        left.append(sum(rig.worker.objects.stat(result(f"job_{n}")) is not None for n in (1, 2)))
    assert left == [1, 0]


def test_that_a_document_s_bytes_are_gone_is_noted(rig: Rig) -> None:
    finish(rig, "job_1", 0)
    removal.delete_job(rig.api, TENANT, "job_1", by="key_1")
    with rig.database.begin() as connection:
        connection.execute(update(jobs).values(due_at=func.now() - timedelta(seconds=1)))
    sweep(rig)
    assert noted(rig) == [
        ("key_1", "job.deleted", "job_1"),
        ("housekeeping", "document.removed", "job_1"),  # its hash, in this test
    ]


def delivery(rig: Rig, name: str, made_days_ago: float, ended_days_ago: float | None) -> None:
    """Record a delivery made so long ago, with one attempt; None is one not ended yet."""
    made_ms = round(1000 * (time.time() - 86_400 * made_days_ago))
    row = {
        "id": make_id("whd", made_ms, sum(name.encode())),
        "tenant": TENANT,
        "endpoint_id": "whe_1",
        "event_id": f"evt_{name}",
        "type": "job.succeeded",
        "body": name,
        "status": "pending" if ended_days_ago is None else "delivered",
        "finished_at": ended_days_ago and func.now() - timedelta(days=ended_days_ago),
    }
    tried = {"delivery_id": row["id"], "number": 1, "duration_ms": 1, "request": {}}
    with rig.database.begin() as connection:
        connection.execute(insert(webhook_deliveries).values(row))
        connection.execute(insert(webhook_attempts).values(tried))


def test_the_log_of_deliveries_is_kept_for_its_days_and_no_delivery_under_way_is_lost(
    rig: Rig,
) -> None:
    with rig.database.begin() as connection:
        hook = {"id": "whe_1", "tenant": TENANT, "url": "https://example.org", "secret": "x"}
        connection.execute(insert(webhook_endpoints).values(hook))
    delivery(rig, "old", 91, 90.1)
    delivery(rig, "long tried", 92, 89)
    delivery(rig, "pending", 95, None)
    delivery(rig, "young", 1, 1)
    sweep(rig)
    with rig.database.connect() as connection:
        left = connection.execute(select(webhook_deliveries.c.body)).scalars().all()
        tries = connection.execute(select(func.count()).select_from(webhook_attempts)).scalar_one()
    assert sorted(left) == ["long tried", "pending", "young"]
    assert tries == 3

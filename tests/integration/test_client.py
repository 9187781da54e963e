"""The client against the real service: over lost answers, interrupted uploads, both ways of use."""

import asyncio
import os
import zipfile
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from gouji.client import AsyncClient, Client, FileLedger, Refused, Unreachable, verify_webhook
from gouji.client.uploads import LARGE_BYTES
from tests.cutting_proxy import Mishap, proxy
from tests.documents import pdf
from tests.receiver import Receiver
from tests.stack import Stack

PARTS = 3


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "年报.pdf"
    path.write_bytes(pdf(2, f"client {uuid4()}"))
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive that goes up in three parts: a document, and noise that is none."""
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.pdf", pdf(1, f"large {uuid4()}"))
        made.writestr("noise.bin", os.urandom(LARGE_BYTES + 1000))
    return path


def test_a_document_is_handed_in_followed_and_its_results_read(
    stack: Stack, document: Path
) -> None:
    with Client(stack.address) as client:
        job = client.submit(document, priority="interactive", metadata={"处": "一"})
        seen = [
            event.data["status"] for event in client.follow(job.id) if event.type == "job.state"
        ]
        assert (seen[0], seen[-1]) == ("queued", "succeeded")
        done = client.wait(job.id)
        assert (done.status, done.metadata, done.filename) == (
            "succeeded",
            {"处": "一"},
            document.name,
        )
        assert client.record(job.id).source.sha256 == done.sha256
        assert client.validation(job.id).verdict == done.verdict
        assert client.tables(job.id)
        assert client.file(job.id, "source") == document.read_bytes()
        assert client.page(job.id, 2)[:4] == b"RIFF"
        assert job.id in [found.id for found in client.jobs(sha256=done.sha256)]
        client.delete(job.id)
        with pytest.raises(Refused) as caught:
            client.job(job.id)
        assert caught.value.status == 410


def test_the_asynchronous_client_does_the_same(
    stack: Stack, document: Path, tmp_path: Path
) -> None:
    async def use() -> None:
        async with AsyncClient(stack.address) as client:
            batch = await client.submit_batch([document, document])
            ends = [e async for e in client.follow_batch(batch.id) if e.type == "item.finished"]
            assert [end.data["name"] for end in ends] == [document.name]
            done = await client.wait_batch(batch.id)
            assert done.counts == {"succeeded": 1, "skipped": 1}
            items = [item async for item in client.items(batch.id, status="succeeded")]
            assert (await client.record(items[0].job_id or "")).source.filename == document.name
            await client.export(batch.id, "csv", tmp_path / "out.csv")
            assert (tmp_path / "out.csv").stat().st_size
            assert batch.id in [found.id async for found in client.batches()]

    asyncio.run(use())


@pytest.mark.parametrize("mishap", ["answer_lost", "error_and_closed"])
def test_a_submission_whose_answer_was_lost_is_not_done_twice(
    stack: Stack, document: Path, mishap: Mishap
) -> None:
    with proxy(stack.port) as between, Client(between.url) as client:
        between.mishaps[:] = [mishap]
        job = client.submit(document)
        assert between.suffered == [mishap]
        assert [found.id for found in client.jobs(sha256=job.sha256)] == [job.id]


def test_an_upload_goes_on_where_it_stopped(stack: Stack, archive: Path, tmp_path: Path) -> None:
    def ledger() -> FileLedger:
        return FileLedger(tmp_path / "uploads.json")

    sent: list[int] = []
    with proxy(stack.port) as between:
        stopped = pytest.raises(KeyboardInterrupt)
        with Client(between.url, ledger=ledger()) as client, stopped:
            client.submit_batch([archive], progress=_stop_after_the_first_part)
        with Client(between.url, ledger=ledger()) as client:
            between.mishaps[:] = ["cut_in_the_middle"]
            batch = client.submit_batch([archive], progress=lambda done, _: sent.append(done))
            done = client.wait_batch(batch.id, patience_s=120)
    assert len(sent) == PARTS
    assert sent[0] > 0, "the first part was there already"
    assert sent[-1] == archive.stat().st_size
    assert done.counts == {"succeeded": 1, "skipped": 1}


def _stop_after_the_first_part(done: int, _: int) -> None:
    if done:
        raise KeyboardInterrupt


def test_what_was_handed_in_before_can_be_refused_or_reused(stack: Stack, document: Path) -> None:
    with Client(stack.address) as client:
        first = client.wait(client.submit(document).id)
        assert client.submit(document, on_duplicate="reuse").id == first.id
        with pytest.raises(Refused) as caught:
            client.submit(document, on_duplicate="reject")
        assert caught.value.code == "duplicate"
        assert client.submit(document, on_duplicate="reprocess").id != first.id
        with pytest.raises(Refused) as caught:
            client.submit_prefix("s3://nobody/opened/")
        assert caught.value.code == "prefix_not_allowed"


def test_webhooks_are_registered_verified_rotated_and_replayed(
    stack: Stack, hook: Receiver
) -> None:
    with Client(stack.address) as client:
        made = client.register(hook.url, ["batch.completed"], "测试")
        client.send_test(made.id)
        got = hook.await_count(1)[0]
        assert verify_webhook(got.body, got.headers, made.secret).data.id == made.id
        rotated = client.rotate_secret(made.id, overlap_hours=0)
        delivery = next(client.deliveries(endpoint_id=made.id))
        client.replay(delivery.id)
        again = hook.await_count(2)[1]
        assert again.headers["webhook-id"] == got.headers["webhook-id"]
        assert verify_webhook(again.body, again.headers, rotated.secret)
        changed = client.change_endpoint(made.id, {"enabled": False})
        assert changed.enabled is False
        assert changed in client.endpoints()
        client.unregister(made.id)
        assert made.id not in [one.id for one in client.endpoints()]


def test_nobody_there_is_told_from_something_else_there(hook: Receiver) -> None:
    with Client("http://127.0.0.1:9") as client, pytest.raises(Unreachable):
        client.job("job_1")
    other = httpx.URL(hook.url).copy_with(path="/")
    with Client(str(other)) as client, pytest.raises(Refused) as caught:
        client.job("job_1")
    assert caught.value.code == "unexpected_answer"

"""Large files go straight to an S3 server and come straight from it; prefixes of it are batches."""

import os
import zipfile
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from gouji.client import Client, FileLedger
from schemas.upload import Upload
from storage.objects import open_store
from storage.s3 import S3Store
from tests.documents import pdf, zip_of
from tests.remote import inbox_of, store_of
from tests.stack import Stack

PART = 16 * 1024 * 1024
PARTS = 3
SIZE = (PARTS - 1) * PART + 1000


def begin(http: httpx.Client, size: int = SIZE) -> Upload:
    answer = http.post("/v1/uploads", json={"filename": "many.zip", "size_bytes": size})
    assert answer.status_code == 201, answer.text
    return Upload.model_validate(answer.json())


def look(http: httpx.Client, upload: Upload) -> Upload:
    return Upload.model_validate(http.get(f"/v1/uploads/{upload.id}").json())


def test_parts_go_to_the_store_by_addresses_that_need_no_key(remote: Stack) -> None:
    content = os.urandom(SIZE)
    with remote.client() as http:
        begun = begin(http)
        store = urlsplit(remote.environment["GOUJI_S3_ENDPOINT"]).netloc
        assert [urlsplit(part.url).netloc for part in begun.parts] == [store] * PARTS
        for part in begun.parts[1:]:
            sent = content[(part.number - 1) * PART : part.number * PART]
            assert httpx.put(part.url, content=sent, trust_env=False).is_success
        early = http.post(begun.complete)
        assert (early.status_code, early.json()["code"]) == (409, "parts_missing")
        there = look(http, begun)
        assert [part.number for part in there.parts if part.etag] == [2, 3]
        httpx.put(there.parts[0].url, content=content[:PART], trust_env=False)
        done = http.post(begun.complete).json()
        assert (done["status"], done["size_bytes"]) == ("completed", SIZE)
        taken = http.post("/v1/batches", json={"upload_ids": [begun.id]})
        assert taken.status_code == 202


def test_a_part_of_another_size_than_promised_is_no_part(remote: Stack) -> None:
    with remote.client() as http:
        begun = begin(http)
        httpx.put(begun.parts[2].url, content=b"short", trust_env=False)
        assert look(http, begun).parts[2].etag is None


def test_an_upload_given_up_leaves_no_parts_in_the_store(remote: Stack) -> None:
    with remote.client() as http:
        begun = begin(http)
        httpx.put(begun.parts[2].url, content=bytes(1000), trust_env=False)
        assert http.delete(f"/v1/uploads/{begun.id}").status_code == 204
        assert http.get(f"/v1/uploads/{begun.id}").status_code == 404
        late = httpx.put(begun.parts[0].url, content=bytes(PART), trust_env=False)
        assert late.is_error
    kept = S3Store(store_of(remote)).listed(f"local/incoming/{begun.id}")
    assert list(kept) == []


def test_the_client_goes_on_with_what_the_store_has(remote: Stack, tmp_path: Path) -> None:
    archive = tmp_path / "large.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.pdf", pdf(1, f"large {uuid4()}"))
        made.writestr("noise.bin", os.urandom(SIZE))
    sent: list[int] = []

    def ledger() -> FileLedger:
        return FileLedger(tmp_path / "uploads.json")

    def stop(done: int, _: int) -> None:
        if done:
            raise KeyboardInterrupt

    with Client(remote.address, ledger=ledger()) as client, pytest.raises(KeyboardInterrupt):
        client.submit_batch([archive], progress=stop)
    with Client(remote.address, ledger=ledger()) as client:
        batch = client.submit_batch([archive], progress=lambda done, _: sent.append(done))
        ended = client.wait_batch(batch.id, patience_s=240)
    assert sent[0] == PART, "the first part was there already"
    assert sent[-1] == archive.stat().st_size
    assert ended.counts == {"succeeded": 1, "skipped": 1}


def test_all_below_an_opened_prefix_becomes_a_batch(remote: Stack) -> None:
    bucket = inbox_of(remote.port)
    inbox = open_store(store_of(remote, bucket))
    mark = str(uuid4())
    members = {"in.pdf": pdf(1, f"in {mark}"), "no.xyz": b"\x00\x01"}
    for name, content in {
        f"opened/{mark}/一局.pdf": pdf(1, f"one {mark}"),
        f"opened/{mark}/县/more.zip": zip_of(members),
        f"closed/{mark}/二局.pdf": pdf(1, f"two {mark}"),
    }.items():
        inbox.put(name, content, "application/octet-stream")
    with Client(remote.address) as client:
        batch = client.submit_prefix(f"s3://{bucket}/opened/{mark}/")
        ended = client.wait_batch(batch.id, patience_s=240)
        items = {item.name: item.status for item in client.items(batch.id)}
        assert items == {
            "一局.pdf": "succeeded",
            "县/more.zip/in.pdf": "succeeded",
            "县/more.zip/no.xyz": "skipped",
        }
        assert ended.status == "succeeded"
    with remote.client() as http:
        closed = {"prefix": f"s3://{bucket}/closed/{mark}/"}
        refused = http.post("/v1/batches", json=closed)
        assert (refused.status_code, refused.json()["code"]) == (403, "prefix_not_allowed")


def test_a_deleted_job_s_results_are_gone_from_the_store(remote: Stack) -> None:
    with remote.client() as http:
        made = http.post(
            "/v1/jobs",
            files={"file": ("a.pdf", pdf(1, f"deleted {uuid4()}"))},
            headers={"Prefer": "wait=60"},
        ).json()
        address = http.get(made["links"]["result"]).headers["location"]
        assert httpx.get(address, trust_env=False).is_success
        assert http.delete(made["links"]["self"]).status_code == 204
        assert http.get(made["links"]["result"]).status_code == 410
        assert httpx.get(address, trust_env=False).is_error
    assert list(S3Store(store_of(remote)).listed(f"local/jobs/{made['id']}/")) == []

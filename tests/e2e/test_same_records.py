"""The same batch through a folder and through S3 gives the same records, byte for byte."""

import time

import httpx

from tests.documents import pdf, zip_of
from tests.stack import Stack

BATCH = zip_of({f"{number}.pdf": pdf(2, f"same {number}") for number in range(3)})
PARTS = ("result", "validation", "tables", "pages/1", "source")


def test_the_same_batch_gives_the_same_records(stack: Stack, remote: Stack) -> None:
    assert _records(stack) == _records(remote)


def _records(stack: Stack) -> dict[str, list[bytes]]:
    with stack.client() as client:
        batch = client.post("/v1/batches", files={"file": ("same.zip", BATCH)}).json()
        deadline = time.monotonic() + 60
        while client.get(batch["links"]["self"]).json()["finished_at"] is None:
            assert time.monotonic() < deadline, stack.logs()
            time.sleep(0.2)
        items = client.get(batch["links"]["items"]).json()["data"]
        assert [item["status"] for item in items] == ["succeeded"] * 3, items
        return {
            item["name"]: [_file(client, item["job_id"], part) for part in PARTS] for item in items
        }


def _file(client: httpx.Client, job_id: str, part: str) -> bytes:
    answer = client.get(f"/v1/jobs/{job_id}/{part}")
    if answer.status_code == 303:  # straight from the store, without our credentials
        answer = httpx.get(answer.headers["location"], trust_env=False)
    assert answer.is_success, answer.text
    return answer.content

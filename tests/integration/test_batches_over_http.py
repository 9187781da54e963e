"""Many documents at once, through the real service."""

import csv
import io
import json
import time

import httpx
import openpyxl
import pyarrow.parquet
import pytest

from schemas.batch import Batch, BatchItem, BatchItemList
from tests.documents import pdf, tar_of, zip_of


def hand_in(http: httpx.Client, *files: tuple[str, bytes]) -> Batch:
    answer = http.post("/v1/batches", files=[("file", file) for file in files])
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == answer.json()["links"]["self"]
    return Batch.model_validate_json(answer.text)


def finished(http: httpx.Client, batch_id: str) -> tuple[Batch, dict[str, BatchItem]]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        batch = Batch.model_validate_json(http.get(f"/v1/batches/{batch_id}").text)
        if batch.finished_at is not None:
            items = BatchItemList.model_validate_json(http.get(batch.links.items).text).data
            return batch, {item.name: item for item in items}
        assert batch.progress.reason, "nothing is pending without a reason"
        time.sleep(0.2)
    raise AssertionError(f"batch {batch_id} did not finish: {batch}")


def test_a_zip_with_gbk_names_becomes_a_job_for_each_document(http: httpx.Client) -> None:
    archive = zip_of(
        {"上海/宝山区.pdf": pdf(1, "baoshan"), "上海/青浦区.pdf": pdf(2, "qingpu")}, encoding="gbk"
    )
    batch, items = finished(http, hand_in(http, ("年报.zip", archive)).id)
    assert batch.status == "succeeded"
    assert batch.counts == {"succeeded": 2}
    assert list(items) == ["上海/宝山区.pdf", "上海/青浦区.pdf"]
    job = http.get(f"/v1/jobs/{items['上海/青浦区.pdf'].job_id}").json()
    assert (job["filename"], job["pages"], job["batch_id"]) == ("青浦区.pdf", 2, batch.id)


def test_bad_members_have_their_own_reasons_and_the_rest_goes_on(http: httpx.Client) -> None:
    good = pdf(1, "good member")
    archive = zip_of(
        {
            "good.pdf": good,
            "copy.pdf": good,
            "notes.gif": b"GIF89a" + bytes(20),
            "broken.pdf": pdf(2, "broken member")[:300],
            "inner.zip": zip_of({"x.pdf": good}),
            "../climbing.pdf": good,
        }
    )
    batch, items = finished(http, hand_in(http, ("mixed.zip", archive)).id)
    assert {name: item.status for name, item in items.items()} == {
        "good.pdf": "succeeded",
        "copy.pdf": "skipped",
        "notes.gif": "skipped",
        "broken.pdf": "failed",
        "inner.zip": "failed",
        "../climbing.pdf": "failed",
    }
    codes = {name: item.error.code for name, item in items.items() if item.error}
    assert codes["copy.pdf"] == "duplicate"
    assert codes["notes.gif"] == "unsupported_type"
    assert codes["inner.zip"] == "archive_nested"
    assert codes["../climbing.pdf"] == "archive_path_unsafe"
    assert batch.status == "partially_succeeded"
    assert batch.counts == {"succeeded": 1, "skipped": 2, "failed": 3}


def test_archives_and_documents_may_come_together(http: httpx.Client) -> None:
    files = [
        ("one.pdf", pdf(1, "together 1")),
        ("more.tgz", tar_of({"two.pdf": pdf(1, "together 2")})),
    ]
    batch, items = finished(http, hand_in(http, *files).id)
    assert batch.status == "succeeded"
    assert list(items) == ["one.pdf", "two.pdf"]


def test_an_archive_that_cannot_be_opened_is_the_batch_s_own_failure(http: httpx.Client) -> None:
    cut = zip_of({"a.pdf": pdf(1, "never seen")})[:60]
    batch, items = finished(http, hand_in(http, ("cut.zip", cut)).id)
    assert batch.status == "failed"
    assert batch.error is not None
    assert items["cut.zip"].error == batch.error


def test_one_export_holds_the_values_of_all(http: httpx.Client) -> None:
    archive = zip_of({"a.pdf": pdf(1, "export a"), "b.pdf": pdf(1, "export b")})
    batch, items = finished(http, hand_in(http, ("export.zip", archive)).id)
    jobs = {item.job_id for item in items.values()}

    content = http.get(batch.links.export, params={"format": "csv"}).content
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 2 * 200
    assert {row["job_id"] for row in rows} == jobs
    wanted = (
        "issuer region level year template table row column value kind confidence flag page source"
    )
    assert set(wanted.split()) < set(rows[0])

    book = openpyxl.load_workbook(
        io.BytesIO(http.get(batch.links.export, params={"format": "xlsx"}).content), read_only=True
    )
    assert sum(1 for _ in book["data1"].rows) == 1 + 2 * 200
    book.close()
    lines = http.get(batch.links.export, params={"format": "jsonl"}).text.splitlines()
    assert len(lines) == 2 * 200
    assert [json.loads(line)["job_id"] for line in lines] == [row["job_id"] for row in rows]
    parquet = http.get(batch.links.export, params={"format": "parquet"}).content
    table = pyarrow.parquet.read_table(io.BytesIO(parquet))
    assert table.column("job_id").to_pylist() == [row["job_id"] for row in rows]
    assert set(rows[0]) < set(table.column_names)


def test_one_page_sums_a_batch_up(http: httpx.Client) -> None:
    archive = zip_of({"a.pdf": pdf(1, "summed a"), "b.pdf": pdf(1, "summed b")})
    batch, items = finished(http, hand_in(http, ("summed.zip", archive)).id)
    answer = http.get(batch.links.export, params={"format": "html"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "sandbox" in answer.headers["content-security-policy"]
    for item in items.values():
        assert f"/v1/jobs/{item.job_id}/result?format=html" in answer.text


def test_a_cancelled_batch_stops_and_can_be_retried(http: httpx.Client) -> None:
    files = {f"{number}.pdf": pdf(4, f"cancelled {number}") for number in range(12)}
    batch_id = hand_in(http, ("many.zip", zip_of(files))).id
    cancelled = http.post(f"/v1/batches/{batch_id}/cancel")
    assert cancelled.status_code == 200
    batch, _ = finished(http, batch_id)
    assert batch.status == "cancelled"
    assert http.post(f"/v1/batches/{batch_id}/cancel").status_code == 409
    assert http.post(f"/v1/batches/{batch_id}/retry").status_code == 202
    batch, items = finished(http, batch_id)
    assert (batch.status, batch.counts) == ("succeeded", {"succeeded": 12})
    assert len(items) == 12


def test_items_are_paged(http: httpx.Client) -> None:
    files = {f"{number}.pdf": pdf(1, f"paged {number}") for number in range(3)}
    batch, _ = finished(http, hand_in(http, ("paged.zip", zip_of(files))).id)
    first = http.get(batch.links.items, params={"limit": 2}).json()
    second = http.get(batch.links.items, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [item["name"] for item in first["data"] + second["data"]] == list(files)
    assert second["next_cursor"] is None


def _handed_in_twice(http: httpx.Client, mark: str, policy: str) -> tuple[Batch, BatchItem, str]:
    """Hand a document in alone, then within a batch; return batch, item and the first job's id."""
    content = pdf(1, mark)
    answer = http.post("/v1/jobs", files={"file": ("first.pdf", content)})
    first = str(answer.json()["id"])
    http.get(f"/v1/jobs/{first}", params={"wait": 30})
    files = [("file", ("again.zip", zip_of({"again.pdf": content})))]
    answer = http.post("/v1/batches", files=files, data={"on_duplicate": policy})
    assert answer.status_code == 202, answer.text
    batch, items = finished(http, answer.json()["id"])
    return batch, items["again.pdf"], first


def test_an_earlier_job_stands_for_a_member_and_is_exported_with_the_batch(
    http: httpx.Client,
) -> None:
    batch, item, first = _handed_in_twice(http, "reused member", "reuse")
    assert (batch.status, item.status, item.job_id) == ("succeeded", "skipped", first)
    assert item.error is not None
    assert item.error.code == "duplicate"
    content = http.get(batch.links.export, params={"format": "csv"}).content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(content, newline=""))
    assert {row["job_id"] for row in rows} == {first}


def test_a_member_handed_in_before_is_refused_where_that_is_wished(http: httpx.Client) -> None:
    batch, item, _ = _handed_in_twice(http, "rejected member", "reject")
    assert (batch.status, item.status, item.job_id) == ("failed", "skipped", None)
    assert item.error is not None
    assert item.error.code == "duplicate"


def test_a_member_is_read_again_where_that_is_wished(http: httpx.Client) -> None:
    batch, item, first = _handed_in_twice(http, "reprocessed member", "reprocess")
    assert (batch.status, item.status) == ("succeeded", "succeeded")
    assert item.job_id not in (None, first)


def test_files_of_one_name_are_told_by_their_folders(http: httpx.Client) -> None:
    first, second = (pdf(1, f"of one name {number}") for number in range(2))
    files = ("鄞州区/2024.pdf", first), ("海曙区/2024.pdf", second)
    _, items = finished(http, hand_in(http, *files).id)
    assert list(items) == ["鄞州区/2024.pdf", "海曙区/2024.pdf"]
    job = http.get(f"/v1/jobs/{items['海曙区/2024.pdf'].job_id}").json()
    assert job["filename"] == "2024.pdf"


@pytest.mark.parametrize(
    ("address", "content", "kind", "code"),
    [
        ("/v1/batches", b"no form", "multipart/form-data; boundary=x", "invalid_form"),
        ("/v1/jobs", b"no form", "multipart/form-data", "invalid_form"),
        ("/v1/batches", b"{", "application/json", "invalid_request"),
        ("/v1/batches", b'{"upload_ids": 1}', "application/json", "invalid_request"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_what_it_should_be(
    http: httpx.Client, address: str, content: bytes, kind: str, code: str
) -> None:
    answer = http.post(address, content=content, headers={"Content-Type": kind})
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == code


def test_more_files_than_a_request_takes_are_sent_to_an_archive(http: httpx.Client) -> None:
    many = [("file", (f"{n}.pdf", b"%PDF-1.4")) for n in range(1001)]
    answer = http.post("/v1/batches", files=many)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_form")
    assert "archive" in answer.json()["detail_en"]


def test_a_field_that_is_wrong_in_json_is_named(http: httpx.Client) -> None:
    wanted = {"upload_ids": ["upl_1"], "retention_days": 0}
    answer = http.post("/v1/batches", json=wanted)
    assert answer.status_code == 422
    assert [one["name"] for one in answer.json()["invalid"]] == ["retention_days"]

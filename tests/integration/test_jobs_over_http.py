"""One document through the real service: API, broker, database, workers; only reading is null."""

import json
from typing import Any

import httpx
import pytest

from schemas.job import Job
from schemas.record import Record
from schemas.table import Tables
from schemas.validation import Validation
from tests.documents import pdf, png, zip_of


def submit(
    http: httpx.Client, content: bytes, name: str = "报告.pdf", **fields: str
) -> httpx.Response:
    headers = {"Idempotency-Key": fields.pop("key")} if "key" in fields else {}
    if "prefer" in fields:
        headers["Prefer"] = fields.pop("prefer")
    return http.post("/v1/jobs", files={"file": (name, content)}, data=fields, headers=headers)


def finished(http: httpx.Client, content: bytes, name: str = "报告.pdf", **fields: str) -> Job:
    answer = submit(http, content, name, prefer="respond-async, wait=30", **fields)
    assert answer.status_code == 200, answer.text
    return Job.model_validate_json(answer.text)


def test_a_document_becomes_a_job_and_the_job_has_results(http: httpx.Client) -> None:
    answer = submit(http, pdf(2, "whole way"), metadata='{"案卷": 7}', priority="interactive")
    assert answer.status_code == 202
    assert answer.headers["location"] == answer.json()["links"]["self"]
    assert answer.json()["progress"]["reason"]
    job = Job.model_validate_json(http.get(answer.headers["location"], params={"wait": 30}).text)

    assert (job.status, job.verdict, job.pages) == ("succeeded", "incomplete", 2)
    assert job.metadata == {"案卷": 7}
    assert (job.progress.pages_done, job.progress.percent, job.progress.reason) == (2, 100, None)
    record = Record.model_validate_json(http.get(f"/v1/jobs/{job.id}/result").text)
    assert record.source.sha256 == job.sha256
    assert record.engine.ocr == "null"
    validation = http.get(f"/v1/jobs/{job.id}/validation")
    assert Validation.model_validate_json(validation.text).verdict == "incomplete"
    Tables.model_validate_json(http.get(f"/v1/jobs/{job.id}/tables").text)
    assert http.get(f"/v1/jobs/{job.id}/pages/2").headers["content-type"] == "image/webp"
    assert http.get(f"/v1/jobs/{job.id}/source").content == pdf(2, "whole way")


@pytest.mark.parametrize(
    ("kind", "media_type", "begins"),
    [
        ("json", "application/json", b"{"),
        ("csv", "text/csv; charset=utf-8", b"\xef\xbb\xbfjob_id,"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        ("html", "text/html; charset=utf-8", b"<!"),
    ],
)
def test_the_result_comes_in_several_formats(
    http: httpx.Client, kind: str, media_type: str, begins: bytes
) -> None:
    job = finished(http, pdf(1, "formats"))
    answer = http.get(f"/v1/jobs/{job.id}/result", params={"format": kind})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.content.lstrip().startswith(begins)
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_format_the_job_does_not_have_is_said_so(http: httpx.Client) -> None:
    job = finished(http, pdf(1, "formats"))
    answer = http.get(f"/v1/jobs/{job.id}/result", params={"format": "pdf"})
    assert (answer.status_code, answer.json()["code"]) == (404, "format_not_available")


def test_a_picture_is_a_document_too(http: httpx.Client) -> None:
    job = finished(http, png(), "扫描件.png")
    assert (job.status, job.pages, job.filename) == ("succeeded", 1, "扫描件.png")


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"", "empty.pdf", 422, "empty_file"),
        (b"\x00\x01\x02\x03", "noise.pdf", 415, "not_a_document"),
        (zip_of({"a.pdf": b"x"}), "a.zip", 415, "archive_as_document"),
        (b"GIF89a" + bytes(20), "a.gif", 415, "unsupported_type"),
    ],
)
def test_what_is_no_document_is_refused_at_the_door(
    http: httpx.Client, content: bytes, name: str, status: int, code: str
) -> None:
    answer = submit(http, content, name)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["code"], problem["category"]) == (status, code, "input")
    assert problem["retryable"] is False
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]


def test_what_inspection_refuses_is_a_failed_job_with_the_reason(http: httpx.Client) -> None:
    job = finished(http, pdf(3, "cut off")[:400])
    assert job.status == "failed"
    assert job.error is not None
    assert (job.error.category, job.error.retryable) == ("input", False)
    result = http.get(f"/v1/jobs/{job.id}/result")
    assert (result.status_code, result.json()["code"]) == (409, "no_result")


@pytest.mark.parametrize("policy", ["reuse", "reject", "reprocess"])
def test_a_document_handed_in_before_is_treated_as_wished(http: httpx.Client, policy: str) -> None:
    content = pdf(1, f"handed in twice: {policy}")
    first = submit(http, content, on_duplicate=policy).json()["id"]
    again = submit(http, content, on_duplicate=policy)
    if policy == "reject":
        assert (again.status_code, again.json()["code"]) == (409, "duplicate")
        assert first in again.headers["link"]
    else:
        assert again.status_code == 202
        assert (again.json()["id"] == first) is (policy == "reuse")


def test_the_same_idempotency_key_gives_the_same_job(http: httpx.Client) -> None:
    first = submit(http, pdf(1, "once"), key="once-1").json()["id"]
    again = submit(http, pdf(1, "once"), key="once-1").json()["id"]
    other = submit(http, pdf(1, "twice"), key="once-1")
    assert again == first
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_an_etag_saves_the_answer(http: httpx.Client) -> None:
    job = finished(http, pdf(1, "etag"))
    first = http.get(f"/v1/jobs/{job.id}")
    again = http.get(f"/v1/jobs/{job.id}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_events_tell_the_way_and_go_on_after_the_last_seen(http: httpx.Client) -> None:
    job = finished(http, pdf(2, "events"))
    events = _events(http.get(f"/v1/jobs/{job.id}/events").text)
    states = [event["data"]["status"] for event in events if event["type"] == "job.state"]
    pages = {event["data"]["page"] for event in events if event["type"] == "job.page"}
    assert states == ["queued", "running", "running", "running", "succeeded"]
    assert pages == {1, 2}
    after = http.get(f"/v1/jobs/{job.id}/events", headers={"Last-Event-ID": str(events[2]["seq"])})
    assert _events(after.text) == events[3:]


def _events(text: str) -> list[dict[str, Any]]:
    lines = (line for line in text.splitlines() if line.startswith("data: "))
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def test_the_list_is_filtered_and_paged(http: httpx.Client) -> None:
    made = [finished(http, pdf(1, f"listed {number}")) for number in range(3)]
    wanted = made[0].sha256
    found = http.get("/v1/jobs", params={"sha256": wanted}).json()["data"]
    assert [job["id"] for job in found] == [made[0].id]
    first = http.get("/v1/jobs", params={"limit": 2, "status": "succeeded"}).json()
    second = http.get(
        "/v1/jobs", params={"limit": 2, "status": "succeeded", "cursor": first["next_cursor"]}
    ).json()
    ids = [job["id"] for job in first["data"] + second["data"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 4


def test_a_finished_job_cannot_be_cancelled_or_retried(http: httpx.Client) -> None:
    job = finished(http, pdf(1, "finished"))
    for what in ("cancel", "retry"):
        answer = http.post(f"/v1/jobs/{job.id}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_a_failed_job_can_be_retried(http: httpx.Client) -> None:
    job = finished(http, pdf(3, "retried")[:400])
    assert http.post(f"/v1/jobs/{job.id}/retry").status_code == 202
    assert http.get(f"/v1/jobs/{job.id}", params={"wait": 30}).json()["status"] == "failed"
    events = _events(http.get(f"/v1/jobs/{job.id}/events").text)
    assert [event["data"]["status"] for event in events] == ["queued", "running", "failed"] * 2


def test_a_deleted_job_is_gone_with_its_files(http: httpx.Client) -> None:
    job = finished(http, pdf(1, "deleted"))
    assert http.delete(f"/v1/jobs/{job.id}").status_code == 204
    for part in ("", "/result", "/source", "/pages/1"):
        assert http.get(f"/v1/jobs/{job.id}{part}").status_code == 410
    assert job.id not in http.get("/v1/jobs").text


def test_a_deleted_job_frees_its_idempotency_key(http: httpx.Client) -> None:
    first = submit(http, pdf(1, "deleted and again"), key="again-1").json()["id"]
    assert http.delete(f"/v1/jobs/{first}").status_code == 204
    again = submit(http, pdf(1, "deleted and again"), key="again-1", prefer="wait=30")
    assert (again.status_code, again.json()["status"]) == (200, "succeeded")
    assert again.json()["id"] != first


def test_an_unknown_job_is_not_found(http: httpx.Client) -> None:
    answer = http.get("/v1/jobs/job_00000000000000000000000000")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_large_file_goes_in_by_an_upload(http: httpx.Client) -> None:
    upload = http.post("/v1/uploads", json={"filename": "大文件.pdf"}).json()
    early = http.post("/v1/jobs", json={"upload_id": upload["id"]})
    assert early.json()["code"] == "upload_incomplete"
    assert http.put(upload["url"], content=pdf(1, "uploaded")).status_code == 204
    done = http.post(upload["complete"]).json()
    assert done["status"] == "completed"
    job = http.post("/v1/jobs", json={"upload_id": upload["id"]}, headers={"Prefer": "wait=30"})
    assert (job.json()["status"], job.json()["filename"]) == ("succeeded", "大文件.pdf")


def test_an_upload_outlives_a_deleted_job_of_the_same_file(http: httpx.Client) -> None:
    content = pdf(1, "uploaded and deleted")
    upload = http.post("/v1/uploads", json={"filename": "a.pdf"}).json()
    http.put(upload["url"], content=content)
    assert http.post(upload["complete"]).json()["status"] == "completed"
    job = finished(http, content)
    assert http.delete(f"/v1/jobs/{job.id}").status_code == 204
    again = http.post("/v1/jobs", json={"upload_id": upload["id"]}, headers={"Prefer": "wait=30"})
    assert (again.status_code, again.json()["status"]) == (200, "succeeded")


def test_a_foreign_web_page_cannot_reach_a_service_without_keys(http: httpx.Client) -> None:
    rebound = http.get("/v1/jobs", headers={"Host": "evil.example"})
    posted = http.post("/v1/jobs/x/cancel", headers={"Origin": "https://evil.example"})
    assert (rebound.status_code, posted.status_code) == (403, 403)


def test_health_names_every_part(http: httpx.Client) -> None:
    assert http.get("/livez").text == "ok\n"
    assert http.get("/readyz").json() == {
        "ready": True,
        "checks": {"database": "ok", "object_store": "ok", "broker": "ok"},
        "problems": {},
    }
    metrics = http.get("/metrics").text
    assert 'gouji_queue_messages{queue="pages.bulk"} 0' in metrics
    assert "gouji_workers_seen 1" in metrics


def test_text_that_cannot_be_stored_is_the_client_s_fault(http: httpx.Client) -> None:
    stored = submit(http, pdf(1, "nul"), metadata='{"a": "\\u0000"}')
    asked = http.get("/v1/jobs", params={"issuer": "\x00"})
    for answer in (stored, asked):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_text")

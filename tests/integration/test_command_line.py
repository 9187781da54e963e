"""`gouji submit|status|fetch|export|cancel|retry` against the real service."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import Result
from typer.testing import CliRunner

from gouji import pursuit, submission
from gouji.cli import app
from gouji.client import Client
from tests.documents import pdf, zip_of
from tests.receiver import Receiver
from tests.stack import Stack


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "年报"
    folder.mkdir()
    (folder / "one.pdf").write_bytes(pdf(1, f"one {uuid4()}"))
    (folder / "more.zip").write_bytes(
        zip_of({"two.pdf": pdf(1, f"two {uuid4()}"), "note.xyz": b"\x00\x01 no document"})
    )
    (folder / "ignored.xyz").write_bytes(b"\x00\x01\x02")
    return folder


def run(stack: Stack, command: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, [command, *arguments, "--server", stack.address])


def lines(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_a_folder_is_handed_in_once_however_often_it_is_submitted(
    stack: Stack, documents: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = run(stack, "submit", str(documents), "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    assert sorted(line.get("filename", line.get("name", "")) for line in lines(done)) == [
        "note.xyz", "one.pdf", "two.pdf",
    ]  # fmt: skip
    assert {path.name for path in out.iterdir()} == {"one", "two"}
    first = lines(run(stack, "submit", str(documents), "--json"))
    again = lines(run(stack, "submit", str(documents), "--json"))
    assert [line["id"][:4] for line in first] == ["bat_"]
    assert first == again
    anew = lines(run(stack, "submit", str(documents), "--json", "--again"))
    assert {line["id"] for line in anew}.isdisjoint(line["id"] for line in first)


def test_a_folder_is_one_batch_with_the_names_of_its_files(stack: Stack, tmp_path: Path) -> None:
    folder = tmp_path / "全市"
    for name in ("市局/2024.pdf", "县局/2024.pdf", "县局/2023.pdf"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pdf(1, f"{name} {uuid4()}"))
    batch = lines(run(stack, "submit", str(folder), "--json"))[0]["id"]
    with Client(stack.address) as client:
        assert {item.name for item in client.items(client.wait_batch(batch).id)} == {
            "市局/2024.pdf",
            "县局/2024.pdf",
            "县局/2023.pdf",
        }
        assert client.batch(batch).metadata["title"] == "全市"


def test_a_folder_with_nothing_to_read_is_said_to_be_empty(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "note.xyz").write_bytes(b"\x00\x01\x02")
    done = run(stack, "submit", str(tmp_path))
    assert done.exit_code == 2
    assert "no documents" in " ".join(done.output.split())


def test_what_was_handed_in_before_is_treated_as_asked(stack: Stack, documents: Path) -> None:
    path = str(documents / "one.pdf")
    first = lines(run(stack, "submit", path, "--wait", "--json"))[0]["id"]
    reused = run(stack, "submit", path, "--on-duplicate", "reuse", "--json", "--again")
    assert lines(reused)[0]["id"] == first
    rejected = run(stack, "submit", path, "--on-duplicate", "reject", "--json", "--again")
    assert rejected.exit_code == 1
    assert lines(rejected)[0]["error"]["code"] == "duplicate"


def test_a_prefix_reaches_the_service_as_it_was_written(stack: Stack) -> None:
    done = run(stack, "submit", "s3://bucket/2024/", "--json")
    assert done.exit_code == 1
    assert lines(done)[0]["path"] == "s3://bucket/2024/"
    assert lines(done)[0]["error"]["code"] == "prefix_not_allowed"


def test_a_batch_is_looked_at_fetched_and_exported(
    stack: Stack, documents: Path, tmp_path: Path
) -> None:
    archive = str(documents / "more.zip")
    batch = lines(run(stack, "submit", archive, "--json"))[0]["id"]
    with Client(stack.address) as client:
        assert client.wait_batch(batch).metadata["title"] == "more.zip"
    shown = run(stack, "status", batch)
    assert "已完成" in shown.output
    assert "gouji fetch" in shown.output
    out = tmp_path / "fetched"
    assert run(stack, "fetch", batch, "--out", str(out)).exit_code == 0
    record = out / "two" / "record.json"
    marked = record.stat().st_mtime_ns
    assert run(stack, "fetch", batch, "--out", str(out)).exit_code == 0
    assert record.stat().st_mtime_ns == marked, "what is there is not fetched again"
    table = tmp_path / "all.csv"
    done = run(stack, "export", batch, "--format", "csv", "--out", str(table))
    assert done.exit_code == 0
    assert table.stat().st_size


def test_a_finished_job_cannot_be_cancelled_and_that_is_said(stack: Stack, documents: Path) -> None:
    job = lines(run(stack, "submit", str(documents / "one.pdf"), "--wait", "--json"))[0]["id"]
    for command in ("cancel", "retry"):
        done = run(stack, command, job)
        assert done.exit_code == 1
        assert getattr(done.exception, "code", None) == "wrong_state"


def test_a_failed_job_is_retried_and_a_waiting_one_cancelled(stack: Stack, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(pdf(2, f"broken {uuid4()}")[:300])
    failed = run(stack, "submit", str(broken), "--wait", "--json")
    assert failed.exit_code == 1
    job = lines(failed)[0]["id"]
    again = run(stack, "retry", job, "--json")
    assert lines(again)[0]["status"] in {"queued", "running"}  # a worker may have it already


def test_interrupted_waiting_says_how_to_come_back_and_the_service_goes_on(
    stack: Stack, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pursuit, "_read", _interrupt)
    done = run(stack, "submit", str(documents / "more.zip"), "--wait", "--again")
    assert done.exit_code == 130
    batch = done.output.partition("gouji status ")[2].split()[0]
    assert f"gouji fetch {batch}" in done.output
    with Client(stack.address) as client:
        assert client.wait_batch(batch).status == "succeeded"


def test_interrupted_handing_in_says_that_it_can_be_gone_on_with(
    stack: Stack, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "_hand_in", _interrupt)
    done = run(stack, "submit", str(documents), "--wait")
    assert done.exit_code == 130
    assert "Run the same command again" in " ".join(done.output.split())


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_what_is_deleted_is_gone_and_still_counts_as_used(stack: Stack, documents: Path) -> None:
    made = lines(run(stack, "submit", str(documents), "--wait", "--json"))[0]
    assert lines(run(stack, "delete", made["batch_id"], "--json"))[0]["deleted"] is True
    gone = run(stack, "status", made["batch_id"])
    assert getattr(gone.exception, "status", None) == 410
    told = lines(run(stack, "usage", "--json"))[0]
    assert told["usage"]["jobs"] >= 2
    assert told["quota"]["queued_jobs"]["limit"] == 20_000
    assert "本月文档" in run(stack, "usage").output


def test_help_is_there_in_both_languages() -> None:
    for command in ("submit", "status", "fetch", "export", "cancel", "retry", "delete", "usage"):
        shown = CliRunner().invoke(app, [command, "--help"]).output
        assert "。" in shown
        assert "--server" in shown


def test_nothing_is_asked_of_a_service_for_a_path_that_is_not_there() -> None:
    done = CliRunner().invoke(app, ["submit", "nowhere.pdf", "--server", "http://127.0.0.1:9"])
    assert done.exit_code == 2
    assert "nowhere.pdf" in done.output


def test_webhooks_are_looked_after_from_the_command_line(stack: Stack, hook: Receiver) -> None:
    def webhooks(*arguments: str) -> list[dict[str, Any]]:
        done = run(stack, "webhooks", *arguments, "--json")
        assert done.exit_code == 0, done.output
        return lines(done)

    made = webhooks("add", hook.url, "--event", "batch.completed")[0]
    webhooks("test", made["id"])
    hook.await_count(1)[0].verify(made["secret"])
    rotated = webhooks("rotate", made["id"], "--overlap-hours", "0")[0]
    assert rotated["secret"] != made["secret"]
    assert [one["type"] for one in webhooks("log", made["id"])] == ["webhook_endpoint.test"]
    again = webhooks("replay", webhooks("log", made["id"])[0]["id"])[0]
    assert again["event_id"] == webhooks("log", made["id"])[0]["event_id"]
    hook.await_count(2)[1].verify(rotated["secret"])
    assert webhooks("replay", made["id"], "--since", "2026-01-01")[0] == {"replayed": 0}
    assert made["id"] in [one["id"] for one in webhooks("list")]
    assert webhooks("enable", made["id"])[0]["enabled"] is True
    webhooks("remove", made["id"])
    assert made["id"] not in [one["id"] for one in webhooks("list")]

"""`gouji serve` and the commands around it, as a user types them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.documents import pdf, zip_of
from tests.stack import QUICK, ROOT, free_port

GOUJI = [sys.executable, "-c", "from gouji.cli import main; main()"]


def environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GOUJI_")}
    return {**ours, **QUICK}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GOUJI, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
    )


def start(data: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*GOUJI, "serve", "--data", str(data), "--port", str(port), "--workers", "1", "--json"],
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Run `gouji serve` and yield its address; it must end well and leave nothing running."""
    process = start(data, free_port())
    assert process.stdout is not None
    try:
        said = json.loads(process.stdout.readline())
        family = psutil.Process(process.pid).children(recursive=True)
        yield said["address"]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        process.stdout.close()
    assert process.returncode == 0
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served") / "data"


def test_serve_takes_work_and_keeps_it_over_a_restart(data: Path, tmp_path: Path) -> None:
    document = tmp_path / "年报.pdf"
    document.write_bytes(pdf(2, "served"))
    archive = tmp_path / "more.zip"
    archive.write_bytes(zip_of({"a.pdf": pdf(1, "a"), "b.pdf": pdf(1, "b")}))
    with served(data) as address:
        out = tmp_path / "out"
        done = run("submit", str(document), str(archive), "--server", address, "--out", str(out))
        assert done.returncode == 0, done.stderr
        assert {path.name for path in out.iterdir()} == {"年报", "a", "b"}
        for name in ("record.json", "validation.json", "tables.json", "workbook.xlsx"):
            assert (out / "年报" / name).stat().st_size
        assert (out / "年报" / "pages" / "0002.webp").stat().st_size
        again = run("submit", str(document), "--server", address, "--json")
        first = json.loads((out / "年报" / "job.json").read_text())["id"]
        assert json.loads(again.stdout)["id"] == first

    with served(data) as address:
        status = json.loads(run("status", first, "--server", address, "--json").stdout)
        assert (status["status"], status["pages"]) == ("succeeded", 2)
        fetched = run("fetch", first, "--server", address, "--out", str(tmp_path / "again"))
        assert fetched.returncode == 0
        assert (tmp_path / "again" / "年报" / "record.json").read_bytes() == (
            out / "年报" / "record.json"
        ).read_bytes()

        second = run("serve", "--data", str(data), "--port", str(free_port()))
        assert second.returncode == 1
        assert address in second.stderr
        taken = run("serve", "--data", str(data) + "2", "--port", address.rsplit(":", 1)[1])
        assert taken.returncode == 1
        assert "--port" in taken.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("submit", "no-such-file.pdf"), 2, "no-such-file.pdf"),
        (("process", "no-such-file.pdf", "--out", "x"), 2, "no-such-file.pdf"),
        (("status", "job_x", "--server", "http://127.0.0.1:9"), 1, "gouji serve"),
        (("process",), 2, "Missing"),
        (("export", "bat_x", "--format", "doc"), 2, "format"),
    ],
)
def test_every_error_says_what_to_do_and_shows_no_traceback(
    arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_an_error_is_json_for_programs() -> None:
    done = run("status", "job_x", "--server", "http://127.0.0.1:9", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["message"]

"""What is forked from the supervisor has a session, a name and a log of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gouji import children
from gouji.children import Child, ChildFailed

_PATIENCE_S = 60.0


def await_text(log: Path, wanted: str) -> str:
    """Return what a log says once it says what is wanted."""
    deadline = time.monotonic() + _PATIENCE_S
    while wanted not in (said := log.read_text() if log.exists() else ""):
        assert time.monotonic() < deadline, said
        time.sleep(0.02)
    return said


def wait_for_a_signal() -> None:
    print("here", flush=True)
    signal.pause()


def describe() -> None:
    print("comm", Path("/proc/self/comm").read_text().strip())
    print("leads", os.getsid(0) == os.getpid())
    print("told", os.environ["GOUJI_TOLD"])
    print("open", sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:-1])
    print("all", flush=True)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_child_has_a_session_a_name_and_an_environment_of_its_own(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (tmp_path / "lock").open("w") as lock:
        assert lock.fileno() > 2
        child = Child("Trying worker", describe, log, environment={"GOUJI_TOLD": "this"})
        child.start()
        said = await_text(log, "all")
        child.end(_PATIENCE_S)
    assert "comm gouji-trying\n" in said
    assert "leads True\n" in said
    assert "told this\n" in said
    assert "open [0, 1, 2]\n" in said
    assert "GOUJI_TOLD" not in os.environ


def test_a_child_that_was_killed_is_started_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = Child("trying worker", wait_for_a_signal, log)
    child.start()
    await_text(log, "here")
    assert child._pid is not None
    os.kill(child._pid, signal.SIGKILL)
    deadline = time.monotonic() + _PATIENCE_S
    while log.read_text().count("here") < 2:
        assert time.monotonic() < deadline
        child.keep_alive()
        time.sleep(0.02)
    child.ask_to_stop()
    child.end(_PATIENCE_S)
    assert not child.is_alive()


def fail() -> None:
    raise SystemExit("a setting is wrong")


def test_a_child_that_only_dies_ends_the_service_with_where_the_reason_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "_QUICK_DEATH_S", _PATIENCE_S)
    monkeypatch.setattr(children, "_AGAIN_S", 0.01)
    log = tmp_path / "log"
    child = Child("trying worker", fail, log)
    child.start()

    def look_on() -> None:
        while True:
            child.keep_alive()
            time.sleep(0.02)

    with pytest.raises(ChildFailed, match=str(log)):
        look_on()
    assert log.read_text().count("a setting is wrong") == children._QUICK_DEATHS


def hold_on() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    wait_for_a_signal()


@pytest.mark.parametrize(("work", "patience_s"), [(wait_for_a_signal, 60.0), (hold_on, 0.1)])
def test_a_child_that_is_told_to_stop_ends(
    work: Callable[[], None], patience_s: float, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    child = Child("trying worker", work, log)
    child.start()
    await_text(log, "here")
    child.ask_to_stop()
    child.end(patience_s)
    assert not child.is_alive()


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_what_is_loaded_before_the_forks_starts_no_thread() -> None:
    """A fork has one thread only; locks that another held would never be given back."""
    script = (
        "from gouji.children import load; load(); import os; print(os.listdir('/proc/self/task'))"
    )
    ours = {name: value for name, value in os.environ.items() if "_NUM_THREADS" not in name}
    told = subprocess.run(
        [sys.executable, "-c", script], env=ours, capture_output=True, text=True, check=True
    )
    assert len(told.stdout.split(",")) == 1, told.stdout

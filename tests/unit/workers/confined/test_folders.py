"""Folders of processes that were killed go; those of the living stay."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.stack import ROOT
from workers.confined.folders import clear_away, folder_for_a_while, own_folder

HOLD = (
    "import sys, time; from workers.confined.folders import folder_for_a_while\n"
    "with folder_for_a_while('gouji-test-') as folder:\n"
    "    (folder / 'archive').write_bytes(b'1')\n"
    "    print(folder, flush=True); time.sleep(600)"
)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_what_a_killed_process_left_is_removed_by_the_next() -> None:
    holding = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    with holding:
        assert holding.stdout is not None
        folder = Path(holding.stdout.readline().strip())
        clear_away("gouji-test-")
        assert (folder / "archive").exists(), "its process lives"
        holding.send_signal(signal.SIGKILL)
    assert folder.exists()
    with folder_for_a_while("gouji-test-") as own:
        assert not folder.exists()
        assert own.is_dir()
    assert not own.exists()


def test_folders_of_others_are_let_be(tmp_path: Path) -> None:
    other = tmp_path / "gouji-other"
    other.mkdir()
    clear_away("gouji-test-")
    assert other.is_dir()


def test_a_folder_that_another_cleared_away_before_it_was_held_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several readers start at once, and each begins by clearing away."""
    make = tempfile.mkdtemp
    made: list[str] = []

    def make_and_lose(*, prefix: str) -> str:
        made.append(make(prefix=prefix))
        if len(made) == 1:
            clear_away(prefix)
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", make_and_lose)
    folder, lock = own_folder("gouji-test-")
    os.close(lock)
    assert len(made) == 2
    assert str(folder) == made[1]
    assert folder.is_dir()

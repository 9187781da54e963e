"""What is written into a folder is there whole or not at all, and what is left of it goes."""

import os
import signal
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pytest

from storage.folder import FolderStore, clear_aside
from storage.objects import StorageError, read
from tests.stack import ROOT

WRITE = (
    "import sys, time; from pathlib import Path; from storage.folder import FolderStore\n"
    "with FolderStore(Path(sys.argv[1])).writing('local/uploads/a') as file:\n"
    "    file.write(b'half'); file.flush(); print('half', flush=True); time.sleep(600)"
)


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_process_killed_while_writing_leaves_no_object_and_its_half_goes_in_time(
    tmp_path: Path,
) -> None:
    writing = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    with writing:
        assert writing.stdout is not None
        assert writing.stdout.readline() == "half\n"
        writing.send_signal(signal.SIGKILL)
    store = FolderStore(tmp_path)
    assert store.stat("local/uploads/a") is None
    [left] = files(tmp_path)
    assert clear_aside(tmp_path, 3600) == 0, "it may still be written"
    store.put("local/uploads/a", b"whole", "")
    hours_ago = time.time() - 7200
    os.utime(left, (hours_ago, hours_ago))
    assert clear_aside(tmp_path, 3600) == 1
    assert read(store, "local/uploads/a") == b"whole"
    assert len(files(tmp_path)) == 1


class Broken(BytesIO):
    """A stream that ends in the middle, in one of several ways."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def read(self, size: int | None = -1, /) -> bytes:
        raise self.error


@pytest.mark.parametrize("error", [OSError("the disk is full"), ValueError("a defect")])
def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, error: Exception) -> None:
    store = FolderStore(tmp_path)
    store.put("local/a", b"before", "")
    with pytest.raises(StorageError if isinstance(error, OSError) else ValueError, match=r".+"):
        store.put("local/a", Broken(error), "")
    assert read(store, "local/a") == b"before"
    assert len(files(tmp_path)) == 1


def test_there_is_nothing_to_clear_before_the_first_write(tmp_path: Path) -> None:
    assert clear_aside(tmp_path / "never made", 0) == 0


@pytest.mark.parametrize("key", [".aside/x", "../x", "a//b", "a/./b", ""])
def test_no_key_reaches_what_is_none_of_its(tmp_path: Path, key: str) -> None:
    with pytest.raises(StorageError):
        FolderStore(tmp_path).put(key, b"", "")

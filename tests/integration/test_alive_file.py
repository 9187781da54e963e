"""A worker touches its file again and again, and not when it is gone."""

import time
from pathlib import Path

from tests.stack import Stack


def test_the_file_grows_younger_as_long_as_the_worker_lives(stack: Stack, tmp_path: Path) -> None:
    path = tmp_path / "alive"
    stack.start_worker("watched", "housekeeping", GOUJI_ALIVE_FILE=str(path))
    try:
        first = _touched(path, after=0.0)
        assert _touched(path, after=first) > first
    finally:
        stack.kill("watched")


def _touched(path: Path, after: float) -> float:
    deadline = time.monotonic() + 60
    while not path.exists() or path.stat().st_mtime <= after:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return path.stat().st_mtime

"""Every process refuses a wrong setting at its start: one sentence, no traceback, exit code 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import ROOT

GOUJI = ["-c", "from gouji.cli import main; main()"]
STARTS = {
    "api": ["-m", "api"],
    "worker": ["-m", "celery", "-A", "workers.app:celery", "worker"],
    "serve": [*GOUJI, "serve", "--data", "unused"],
    "process": [*GOUJI, "process", str(Path(__file__)), "--out", "unused"],
}


def start(name: str, **given: str) -> subprocess.CompletedProcess[str]:
    ours = {key: value for key, value in os.environ.items() if not key.startswith("GOUJI_")}
    return subprocess.run(
        [sys.executable, *STARTS[name]],
        env={**ours, "PYTHONPATH": str(ROOT), **given},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("name", sorted(STARTS))
def test_a_wrong_value_ends_the_start_with_one_sentence(name: str) -> None:
    done = start(name, GOUJI_MAX_PAGES="many")
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert 'GOUJI_MAX_PAGES is "many"; wanted: a whole number' in " ".join(done.stderr.split())


@pytest.mark.parametrize("name", ["api", "worker"])
def test_a_folder_that_cannot_be_written_is_refused(name: str) -> None:
    done = start(name, GOUJI_OBJECTS_DIR="/dev/null/objects")
    assert done.returncode == 2, done.stderr
    assert "GOUJI_OBJECTS_DIR" in done.stderr
    assert "Traceback" not in done.stderr

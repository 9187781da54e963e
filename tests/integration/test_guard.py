"""A test run that is killed leaves no server, no service and no folder behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.guard import MARK
from tests.stack import ROOT

_PATIENCE_S = 90.0
RUN = (
    "import sys, time; from pathlib import Path\n"
    "from gouji import embedded; from tests.guard import guard\n"
    "folder = Path(sys.argv[1]); folder.chmod(0o755); own = guard(); own.remove(folder)\n"
    "with embedded.valkey(folder / 'queue'), embedded.postgres(folder / 'rows'):\n"
    "    print('ready', flush=True); time.sleep(600)"
)


def holders(folder: Path) -> list[psutil.Process]:
    """Return the servers that lie in a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(str(folder) in part for part in process.info["cmdline"] or ()):
            found.append(process)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes by their environment")
def test_what_a_killed_run_started_is_ended(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    ours = {name: value for name, value in os.environ.items() if name != MARK}
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder)],
        env={**ours, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        assert len(holders(folder)) >= 3, "itself and two servers"
        run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + _PATIENCE_S
    while (left := holders(folder)) or folder.exists():
        assert time.monotonic() < deadline, left
        time.sleep(0.1)

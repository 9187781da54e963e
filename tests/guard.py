"""What ends the servers and services of a test run that was killed: nobody else would.

A run that is killed by a signal runs none of its fixtures' ends. So a process of its own waits for
the end of the run, however that comes, ends whatever still bears the run's mark in its environment
or a folder of its in its title (Linux), and removes the folders it was told of.
"""

import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MARK = "TESTS_OF"

_SCRIPT = """
import os, shutil, signal, sys, time
from pathlib import Path

mark = sys.argv[1].encode()

def bearers():
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            known = mark in (entry / "environ").read_bytes().split(bytes(1))
            title = (entry / "cmdline").read_bytes()  # Valkey's covers its environment
            if known or any(os.fsencode(folder) in title for folder in folders):
                yield int(entry.name)
        except OSError:
            pass

folders = [line.rstrip(chr(10)) for line in sys.stdin]
for number in (signal.SIGQUIT, signal.SIGKILL):
    for pid in set(bearers()) - {os.getpid()}:
        try:
            os.kill(pid, number)
        except OSError:
            pass
    deadline = time.monotonic() + 3
    while set(bearers()) - {os.getpid()} and time.monotonic() < deadline:
        time.sleep(0.1)
for folder in folders:
    shutil.rmtree(folder, ignore_errors=True)
"""


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Waits for the end of this process; what is started from now on bears the mark."""

    process: "subprocess.Popen[str]"

    def remove(self, folder: Path) -> None:
        """Have a folder removed after the end."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{folder}\n")
        self.process.stdin.flush()

    def let_go(self) -> None:
        """Have it look now, and wait until it has."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(60)


def guard() -> Guard:
    """Begin to mark what this process starts, and have it ended with this process."""
    mark = secrets.token_hex(8)
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", _SCRIPT, f"{MARK}={mark}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    os.environ[MARK] = mark
    return Guard(process=process)

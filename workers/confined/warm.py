"""A warm process as its reader sees it: started, spoken to, ended with all it started."""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from workers.confined.ends import END, READY
from workers.confined.folders import clear_away, own_folder

_PREFIX = "gouji-reader-"
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "PYTHONHOME")
"""Of the environment; keys and passwords stay behind."""
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


class Warm:
    """A process that forks for each document, and the lines to it; for one thread."""

    def __init__(self) -> None:
        clear_away(_PREFIX)
        self._folder, self._lock = own_folder(_PREFIX)
        self._lines, theirs = socket.socketpair()
        self._ends, end = os.pipe()
        numbers = (theirs.fileno(), end, os.getpid())
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-P", "-m", "workers.confined.child", *map(str, numbers),
                 str(self._folder)],
                env=_environment(),
                cwd=self._folder,
                pass_fds=(*numbers[:2], self._lock),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                process_group=0,
            )  # fmt: skip
        os.close(end)
        self._ready = False

    def await_ready(self, patience_s: float) -> bool:
        """Wait, the first time, until all is loaded; False when it did not come to that."""
        self._ready = self._ready or self.end_of_document(patience_s) == READY
        return self._ready

    def hand_line(self) -> socket.socket:
        """Have a process forked, and return the line to it."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._lines, [b"d"], [theirs.fileno()])
        return ours

    def end_of_document(self, patience_s: float) -> int | None:
        """Return how the process of a document ended (a wait status); None if it has not."""
        ready, _, _ = select.select([self._ends], (), (), patience_s)
        told = os.read(self._ends, END.size) if ready else b""
        return int(END.unpack(told)[0]) if len(told) == END.size else None

    def kill(self) -> None:
        """End it with all it started, and remove what it wrote."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._lines.close()
        os.close(self._ends)
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    modules = os.pathsep.join(str(Path(part).resolve()) for part in sys.path)
    return {**kept, **_ONE_THREAD, "PYTHONPATH": modules}

"""The processes under the supervisor: forked from it, watched, started again, ended.

What they need is loaded once, before the first fork: to load it in each would take seconds of the
processor, again whenever one has died, and the memory each of them keeps it in.
"""

import ctypes
import gc
import importlib.util
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import NoReturn

_QUICK_DEATH_S = 10.0
_QUICK_DEATHS = 4
_AGAIN_S = 0.5
"""Before it is started again; twice that for each time that it died at once."""
_NICE = 10
"""Who asks for a state or a list is answered at once; reading takes what is left."""
_LOOK_EVERY_S = 0.05
_MOST_FILES = 4096
"""More than the supervisor ever has open."""
_PR_SET_NAME = 15
_NAME_BYTES = 15


class ChildFailed(Exception):  # noqa: N818  says what happened
    """A process only dies, however often it is started; the message says where the reason is."""


@dataclass
class Child:
    """One supervised process with its log file; started again when it dies."""

    name: str
    work: Callable[[], None]
    """What it does until it is told to stop."""
    log: Path
    _: KW_ONLY
    environment: Mapping[str, str] = field(default_factory=dict)
    """What it is told beside what the supervisor is."""
    behind: bool = False
    """Whether others come first for the processor."""
    _pid: int | None = None
    _started: float = 0.0
    _again_at: float = 0.0
    _quick_deaths: int = 0

    def start(self) -> None:
        """Start the process, in a session of its own and bound to the life of this one."""
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            self._be(parent)
        self._started = time.monotonic()
        self._again_at = 0.0

    def is_alive(self) -> bool:
        """Say whether there is a process."""
        if self._pid is not None and os.waitpid(self._pid, os.WNOHANG)[0]:
            self._pid = None
        return self._pid is not None

    def _be(self, parent: int) -> NoReturn:
        """Be the process; never returns to what forked it."""
        code = 1
        try:
            self._live(parent)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
            if isinstance(end.code, str):
                sys.stderr.write(f"{end.code}\n")
        except BaseException:  # nothing may get out of a fork
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _live(self, parent: int) -> None:
        """Be the process: nothing of the supervisor's is kept but what it has loaded."""
        os.setsid()
        from workers.parent import die_with_parent  # the image of the API has the commands alone

        die_with_parent(signal.SIGTERM)
        if os.getppid() != parent:  # it was killed just now
            return
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        _call(self.name)
        self._speak_into_log()
        if self.behind:
            stand_back(os.getpid())
        os.environ.update(self.environment)
        self.work()

    def _speak_into_log(self) -> None:
        """Write to the log only; let go of all else that is open, the lock of the folder too."""
        with self.log.open("ab") as out, Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
        os.closerange(3, _MOST_FILES)
        sys.stdout, sys.stderr = (open(number, "w", buffering=1) for number in (1, 2))  # noqa: SIM115

    def keep_alive(self) -> None:
        """Start a dead process again, later each time; ChildFailed when it only dies at once."""
        if self.is_alive():
            return
        now = time.monotonic()
        if not self._again_at:
            quick = now - self._started < _QUICK_DEATH_S
            self._quick_deaths = self._quick_deaths + 1 if quick else 0
            if self._quick_deaths >= _QUICK_DEATHS:
                raise ChildFailed(
                    f"The {self.name} process does not stay alive; the reason is at the end of "
                    f"{self.log}."
                )
            self._again_at = now + _AGAIN_S * 2**self._quick_deaths
        elif now >= self._again_at:
            self.start()

    def ask_to_stop(self) -> None:
        """Ask the process to finish what it does and end."""
        if self._pid is not None and self.is_alive():
            os.kill(self._pid, signal.SIGTERM)

    def end(self, patience_s: float) -> None:
        """Wait for the end; after the patience the whole session is killed."""
        deadline = time.monotonic() + patience_s
        while self.is_alive():
            if time.monotonic() > deadline:
                self._kill()
            time.sleep(_LOOK_EVERY_S)

    def _kill(self) -> None:
        assert self._pid is not None
        os.kill(self._pid, signal.SIGKILL)
        with suppress(ProcessLookupError):  # it had only just begun
            os.killpg(self._pid, signal.SIGKILL)


def load() -> None:
    """Load what the API and the workers need; no thread and no connection comes of it.

    Libraries that would start threads of their own are told not to: a fork would not have them.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    import api.app  # noqa: F401  to have it is all that is wanted
    from workers import app

    app.load()
    gc.collect()
    gc.freeze()  # the collector of a child would else write to all it has in common with others


def serve_api() -> None:
    """Be the API."""
    from api.app import serve

    sys.argv = ["-m", "api"]
    serve()


def serve_queues(name: str, queues: str, processes: int) -> None:
    """Be a worker that takes these queues with so many processes."""
    from workers import app

    own = ["-n", f"{name}@%h", "-Q", queues, "-c", str(processes)]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    arguments = ["worker", *quiet, *own]
    celery = importlib.util.find_spec("celery.__main__")
    assert celery is not None
    assert celery.origin is not None
    sys.argv = [celery.origin, "--app", "workers.app:celery", *arguments]  # if it is told to reload
    app.run(arguments)


def stand_back(pid: int) -> None:
    """Have a worker that leads a session come after API, database and broker for the processor.

    Where the system weighs sessions rather than processes (autogroups), it is told of the session.
    """
    with suppress(OSError):  # it has ended again, or may not
        os.setpriority(os.PRIO_PROCESS, pid, _NICE)
        Path(f"/proc/{pid}/autogroup").write_text(str(_NICE))


def _call(name: str) -> None:
    """Show the process under its own name (Linux): its command line is that of the supervisor."""
    if sys.platform == "linux":
        shown = f"gouji-{name.split()[0].lower()}".encode()[:_NAME_BYTES]
        ctypes.CDLL(None).prctl(_PR_SET_NAME, shown, 0, 0, 0)

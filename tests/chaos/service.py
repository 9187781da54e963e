"""The service under test: its supervisor, which comes back, and its processes by what they are."""

import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx
import psutil

from tests.stack import ROOT

Role = Literal["supervisor", "api", "worker", "child"]


@dataclass
class Service:
    """`gouji serve`, started again whenever it ends, as an init system would."""

    data: Path
    port: int
    environment: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    starts: int = 0
    ending: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self) -> None:
        self._thread = threading.Thread(target=self._keep, name="init", daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        while not self.ending.is_set():
            if self.process is None or self.process.poll() is not None:
                self._start()
            self.ending.wait(0.5)

    def _start(self) -> None:
        self.starts += 1
        with (self.data.parent / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.serve", str(self.data), str(self.port)],
                env=dict(self.environment),
                cwd=ROOT,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def await_ready(self, within_s: float = 180) -> None:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if "gouji_workers_seen 1.0" in self._metrics():
                    return
            time.sleep(0.2)
        raise AssertionError(f"the service does not get ready:\n{self.logs()}")

    def _metrics(self) -> str:
        return httpx.get(f"{self.address}/metrics", timeout=30, trust_env=False).text

    def logs(self) -> str:
        """Return the ends of all logs."""
        tails = sorted(self.data.parent.glob("*.log")) + sorted(self.data.glob("logs/*.log"))
        return "\n".join(f"{p.name}:\n{p.read_text(errors='replace')[-3000:]}" for p in tails)

    def processes(self, role: Role) -> list[psutil.Process]:
        """Return the processes of a role, as they are at this moment."""
        if self.process is None or self.process.poll() is not None:
            return []
        with suppress(psutil.Error):
            supervisor = psutil.Process(self.process.pid)
            if role == "supervisor":
                return [supervisor]
            own = [p for p in supervisor.children() if p.name().startswith("gouji-")]
            apis = [p for p in own if p.name() == "gouji-api"]
            workers = [p for p in own if p not in apis]
            if role == "api":
                return apis
            if role == "worker":
                return workers
            return [child for worker in workers for child in worker.children()]
        return []

    def limit_files(self, size_bytes: int) -> int:
        """Let no process of the service write a file beyond a size: as a disk that is full.

        Return how many processes there are.
        """
        roles: tuple[Role, ...] = ("api", "worker", "child")
        hit = 0
        for process in (process for role in roles for process in self.processes(role)):
            with suppress(psutil.Error, ProcessLookupError):
                _, hard = process.rlimit(resource.RLIMIT_FSIZE)
                process.rlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
                hit += 1
        return hit

    def stop(self) -> list[psutil.Process]:
        """Stop it and return what is still there of it afterwards."""
        self.ending.set()
        if self._thread is not None:
            self._thread.join()
        if self.process is None or self.process.poll() is not None:
            return []
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        try:
            self.process.wait(90)
        except subprocess.TimeoutExpired:
            self.process.kill()
        _, alive = psutil.wait_procs(family, timeout=20)
        for process in alive:
            process.kill()
        return alive


@contextmanager
def running(service: Service) -> Iterator[Service]:
    service.run()
    try:
        service.await_ready()
        yield service
    finally:
        service.stop()


def orphans(data: Path) -> list[str]:
    """Return the command lines of processes that still hold a log of the service's folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "pid"]):
        with suppress(psutil.Error):
            held = [file.path for file in process.open_files()]
            if any(path.startswith(f"{data}/") for path in held):
                found.append(f"{process.pid} {json.dumps(process.info['cmdline'])}")
    return found

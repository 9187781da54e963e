"""The service as real processes, for tests: API, reading worker, light worker."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import sqlalchemy
from sqlalchemy.engine import make_url

from storage.database import connect, migrate

ROOT = Path(__file__).parent.parent
READING = "pages.interactive,pages.bulk"
LIGHT = (
    "inspect.interactive,inspect.bulk,expand,assemble.interactive,assemble.bulk,webhooks,"
    "housekeeping"
)

QUICK = {
    "GOUJI_ENGINE": "null",
    "GOUJI_SWEEP_INTERVAL_S": "1",
    "GOUJI_RESEND_S": "3",
    "GOUJI_LEASE_S": "3",
    "GOUJI_RETRY_BACKOFF_S": "0.5",
    "GOUJI_WEBHOOK_ALLOW_NETWORKS": "127.0.0.0/8",
    "GOUJI_MIGRATE_ON_START": "false",
    "GOUJI_LOG_LEVEL": "INFO",
    "PYTHONPATH": str(ROOT),
}
"""Leases of seconds instead of most of a minute, and no models."""


@dataclass(frozen=True, kw_only=True)
class Servers:
    """A broker and a database server that tests may fill."""

    redis_url: str
    database_url: str

    def broker(self, number: int) -> str:
        """Return the address of one of the broker's databases."""
        if self.redis_url.startswith("unix://"):
            return f"{self.redis_url}?db={number}"
        return self.redis_url.rsplit("/", 1)[0] + f"/{number}"


@contextmanager
def fresh_database(servers: Servers) -> Iterator[str]:
    """Make a database with the current schema and drop it at the end; yield its address."""
    name = f"gouji_test_{secrets.token_hex(4)}"
    admin = connect(servers.database_url, pool_size=1)
    url = make_url(servers.database_url).set(database=name).render_as_string(hide_password=False)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    database = connect(url, pool_size=1)
    migrate(database)
    database.dispose()
    yield url
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sqlalchemy.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@dataclass
class Stack:
    """A running service; `environment` is what its processes were told."""

    environment: Mapping[str, str]
    folder: Path
    port: int
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=60, trust_env=False)

    def start(self, name: str, command: list[str], **extra: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                env={**self.environment, **extra},
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def start_api(self) -> None:
        self.start("api", ["api"])

    def start_worker(
        self,
        name: str,
        queues: str,
        app: str = "workers.app:celery",
        processes: int = 1,
        **extra: str,
    ) -> None:
        worker = [
            "celery",
            "-A",
            app,
            "worker",
            "-Q",
            queues,
            "-c",
            str(processes),
            "-n",
            f"{name}@%h",
        ]
        self.start(name, [*worker, "--without-gossip", "--without-mingle", "-l", "INFO"], **extra)

    def kill(self, name: str) -> None:
        """SIGKILL a process and all its children, as a machine that loses power would."""
        process = self.children.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def await_ready(self) -> None:
        """Wait until the API answers and has seen a worker."""
        self._await("/metrics", "gouji_workers_seen 1")

    def await_answer(self) -> None:
        """Wait until the API answers."""
        self._await("/livez", "ok")

    def _await(self, address: str, says: str) -> None:
        deadline = time.monotonic() + 240
        with self.client() as client:
            while time.monotonic() < deadline:
                try:
                    if says in client.get(address).text:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
        raise AssertionError(f"the stack did not get ready; logs in {self.folder}:\n{self.logs()}")

    def logs(self) -> str:
        tails = (path.read_text(errors="replace")[-2000:] for path in self.folder.glob("*.log"))
        return "\n".join(tails)

    def stop(self) -> None:
        for process in self.children.values():
            process.terminate()
        for process in self.children.values():
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(
    servers: Servers, broker: int, database_url: str, folder: Path, port: int
) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GOUJI_")}
    return {
        **ours,
        **QUICK,
        "GOUJI_REDIS_URL": servers.broker(broker),
        "GOUJI_DATABASE_URL": database_url,
        "GOUJI_OBJECTS_DIR": str(folder / "objects"),
        "GOUJI_PORT": str(port),
    }

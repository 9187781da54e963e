"""The service on real servers in real processes, for measurements: two APIs, all workers."""

import http.client
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy

from gouji import embedded
from gouji.children import stand_back
from storage.database import connect
from tests.stack import Servers, Stack, environment, free_port, fresh_database

_BOUNDARY = "gouji-bench"
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_READING = "pages.interactive,pages.bulk,inspect.interactive,inspect.bulk"
_LIGHT = "assemble.interactive,assemble.bulk,housekeeping"
_INSPECTING = "inspect.interactive"

_AS_IN_USE = {
    "GOUJI_SWEEP_INTERVAL_S": "5",
    "GOUJI_RESEND_S": "30",
    "GOUJI_LEASE_S": "40",
    "GOUJI_RETRY_BACKOFF_S": "5",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""The defaults, where the stack of the tests is quicker."""


@dataclass
class Door:
    """One connection of a client to an API process."""

    port: int
    link: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/json"
    ) -> tuple[int, Any]:
        """Send a request and return status and JSON."""
        self.link.request(method, path, body or None, {"Content-Type": kind} if body else {})
        answer = self.link.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else None

    def submit(self, path: str, name: str, content: bytes, **fields: str) -> Any:
        """Hand a file in as a form."""
        parts = [
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        head = "".join(parts) + (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{_BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        status, answer = self.ask("POST", path, body, kind)
        assert status in (200, 202), (status, answer)
        return answer


@contextmanager
def service(**settings: str) -> Iterator[tuple[Stack, list[int], sqlalchemy.Engine]]:
    """Run servers, two API processes and the workers; yield them with the API's ports."""
    with ExitStack() as running:
        name = running.enter_context(tempfile.TemporaryDirectory(prefix="gouji-bench-"))
        folder = Path(name)
        folder.chmod(0o755)
        servers = Servers(
            redis_url=running.enter_context(embedded.valkey(folder / "queue")),
            database_url=running.enter_context(embedded.postgres(folder / "database")),
        )
        url = running.enter_context(fresh_database(servers))
        ports = [free_port(), free_port()]
        told = environment(servers, 1, url, folder, ports[0])
        told |= {"GOUJI_LOG_LEVEL": "WARNING", **_AS_IN_USE, **settings}
        stack = Stack(environment=told, folder=folder, port=ports[0])
        running.callback(stack.stop)
        stack.start_api()
        stack.start("api2", ["api"], GOUJI_PORT=str(ports[1]))
        stack.start_worker("reading", _READING, processes=2)
        stack.start_worker("light", _LIGHT, processes=2)
        stack.start_worker("inspecting", _INSPECTING)
        stack.start_worker("opening", "expand")
        stack.start_worker("webhooks", "webhooks", processes=2)
        for name in stack.children.keys() - {"api", "api2"}:
            stand_back(stack.children[name].pid)  # as `gouji serve` does
        stack.await_ready()
        database = connect(url, pool_size=2)
        yield stack, ports, database
        database.dispose()


def cpu_s(stack: Stack, *names: str) -> float:
    """Return the CPU seconds so far of processes of the stack, with all that came of them.

    `servers` stands for database and broker. What has ended is counted by who waited for it.
    """
    found = _processes()
    wanted = [stack.children[name].pid for name in names if name != "servers"]
    counted = {pid for root in wanted for pid in _below(root, found)}
    if "servers" in names:
        counted |= {pid for pid, one in found.items() if _is_server(one, found, stack)}
    return sum(found[pid].ticks for pid in counted) / _TICKS_PER_S


def cpu_below_s(pid: int) -> float:
    """Return the CPU seconds so far of a process and all that came of it."""
    found = _processes()
    return sum(found[one].ticks for one in _below(pid, found)) / _TICKS_PER_S


@dataclass(frozen=True, kw_only=True)
class _Process:
    parent: int
    command: str
    ticks: int
    """Of itself and of those it waited for."""


def _processes() -> dict[int, _Process]:
    """Return what runs on this machine (Linux)."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
            command = (path.parent / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue  # it has ended
        ticks = sum(map(int, fields[11:15]))
        found[int(path.parent.name)] = _Process(parent=int(fields[1]), command=command, ticks=ticks)
    return found


def _below(root: int, found: Mapping[int, _Process]) -> set[int]:
    """Return a process and its descendants."""
    below, more = set(), {root} & found.keys()
    while more:
        below |= more
        more = {pid for pid, one in found.items() if one.parent in more}
    return below


def _is_server(one: _Process, found: Mapping[int, _Process], stack: Stack) -> bool:
    """Say whether a process is a server on the stack's folder, or a child of one."""
    above = found[one.parent].command if one.parent in found else ""
    return any(
        str(stack.folder) in line and ("postgres" in line.split("\0")[0] or "valkey" in line)
        for line in (one.command, above)
    )

"""The whole service on one machine: servers, API and workers under one supervisor.

Servers whose address the environment names are used; the others come along. Children run in
sessions of their own and are stopped in order: first the door, then the workers, last the servers.
"""

import fcntl
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
from sqlalchemy.exc import OperationalError

from gouji import embedded
from gouji.children import Child, ChildFailed, load, serve_api, serve_queues
from storage.database import connect, free_leases, migrate
from storage.start import read_settings

READY_S = 180.0
_API_STOP_S = 12.0
_WORKER_STOP_S = 25.0
_LOOK_EVERY_S = 0.2
_INSPECTING_MEMORY_BYTES = 6 * 1024**3


class ServeFailed(Exception):  # noqa: N818  says what happened
    """The service cannot start or go on; the message says what to do next."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What `gouji serve` is asked to do; `workers` counts the processes that read pages."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1

    @property
    def address(self) -> str:
        """Where the service is reached from this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return f"http://{host}:{self.port}"


def serve(options: Options, ready: Callable[[Options], None]) -> None:
    """Run the service until SIGINT, SIGTERM or SIGHUP; `ready` is called once it answers."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopped.set())
    _check_settings()
    options.data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as running:
        running.enter_context(_alone(options))
        _check_port(options)
        kept: list[embedded.Server] = []
        os.environ.update(running.enter_context(_servers(options, kept)))
        load()
        children = _children(options)
        running.callback(_stop, children)
        for child in children:
            child.start()
        _await_ready(options, kept, children, stopped)
        if not stopped.is_set():
            ready(options)
        while not stopped.wait(_LOOK_EVERY_S):
            _look_after(kept, children)


def _check_settings() -> None:
    """Find out now, with a sentence, what would later be children that do not start.

    The rooms are looked at only here: an image without one of them still has the command line.
    """
    from api.settings import ApiSettings
    from workers.settings import WorkerSettings

    for room in (ApiSettings, WorkerSettings):
        read_settings(room)


def _bring_back(kept: list[embedded.Server]) -> None:
    """Start servers that died again; one that does not come is tried again at the next look."""
    for server in kept:
        try:
            server.keep_alive()
        except embedded.EmbeddedFailed as failed:
            print(f"{failed}; it is tried again", file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def _alone(options: Options) -> Iterator[None]:
    """Hold the data folder: two services on one folder would destroy it."""
    with (options.data / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            lock.seek(0)
            where = lock.read().strip() or "another address"
            raise ServeFailed(
                f"A service runs on {options.data} already, at {where}. Use that one, stop it, or "
                "choose another folder with --data."
            ) from exc
        lock.truncate(0)
        lock.write(options.address)
        lock.flush()
        yield


def _check_port(options: Options) -> None:
    """Find out now, with a sentence, what would later be a child that dies again and again."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((options.host, options.port))
    except OSError as exc:
        raise ServeFailed(
            f"Port {options.port} on {options.host} cannot be used ({exc.strerror}). Choose "
            "another with --port."
        ) from exc


@contextmanager
def _servers(options: Options, kept: list[embedded.Server]) -> Iterator[dict[str, str]]:
    """Run the servers that come along, note them, and yield the environment of the children."""
    given = os.environ
    with ExitStack() as running:
        environment = {
            **given,
            "GOUJI_HOST": options.host,
            "GOUJI_PORT": str(options.port),
            "GOUJI_MIGRATE_ON_START": "false",
            "PYTHONUNBUFFERED": "1",
        }
        if "GOUJI_REDIS_URL" not in given:
            queue = embedded.kept_valkey(options.data.resolve() / "queue")
            kept.append(running.enter_context(queue))
            environment["GOUJI_REDIS_URL"] = kept[-1].address
        alone = "GOUJI_DATABASE_URL" not in given
        if alone:
            database = embedded.kept_postgres(options.data.resolve() / "database")
            kept.append(running.enter_context(database))
            environment["GOUJI_DATABASE_URL"] = kept[-1].address
        if "GOUJI_S3_ENDPOINT" not in given:
            folder = given.get("GOUJI_OBJECTS_DIR") or str(options.data.resolve() / "objects")
            environment["GOUJI_OBJECTS_DIR"] = folder
        _prepare(environment["GOUJI_DATABASE_URL"], alone=alone)
        yield environment


def _prepare(url: str, *, alone: bool) -> None:
    """Bring the schema up to date; in a database of our own nobody holds anything any more."""
    database = connect(url, pool_size=1)
    try:
        migrate(database)
        if alone:
            free_leases(database)
    except OperationalError as exc:
        raise ServeFailed(
            "The database does not answer, or not to this user. Check GOUJI_DATABASE_URL, or leave "
            "it out to use the embedded database."
        ) from exc
    finally:
        database.dispose()


def _children(options: Options) -> list[Child]:
    """Return the API and the workers: for pages, for what is short, for files nobody trusts yet.

    Opening a large archive takes long, and so do receivers that do not answer; they must keep
    neither housekeeping nor a single document waiting, so each has a worker of its own. Of the two
    processes that deliver one goes on while the other waits for the last answers of its run. Who
    reads inspects as well, and goes on with the page that is open then; what a person handed in is
    inspected at once by another, if all who read are at it.
    """
    logs = options.data / "logs"
    logs.mkdir(exist_ok=True)
    light = "assemble.interactive,assemble.bulk,housekeeping"
    reading = "pages.interactive,pages.bulk,inspect.interactive"
    return [
        Child("API", serve_api, logs / "api.log"),
        _worker(logs, "reading", f"{reading},inspect.bulk", options.workers),
        _worker(logs, "light", light, 2),
        _worker(logs, "webhooks", "webhooks", 2),
        _worker(logs, "inspecting", "inspect.interactive", 1, bounded=True),
        _worker(logs, "opening", "expand", 1, bounded=True),
    ]


def _worker(logs: Path, name: str, queues: str, processes: int, *, bounded: bool = False) -> Child:
    bound = {"GOUJI_CHILD_MEMORY_BYTES": str(_INSPECTING_MEMORY_BYTES)} if bounded else {}
    return Child(
        f"{name} worker",
        partial(serve_queues, name, queues, processes),
        logs / f"{name}.log",
        environment={key: value for key, value in bound.items() if key not in os.environ},
        behind=True,
    )


def _look_after(kept: list[embedded.Server], children: list[Child]) -> None:
    """Start what has died again, during the start as well as later."""
    _bring_back(kept)
    for child in children:
        try:
            child.keep_alive()
        except ChildFailed as failed:
            raise ServeFailed(str(failed)) from failed


def _await_ready(
    options: Options,
    kept: list[embedded.Server],
    children: list[Child],
    stopped: threading.Event,
) -> None:
    """Wait until the API answers and a worker has given a sign of life."""
    deadline = time.monotonic() + READY_S
    while not stopped.wait(_LOOK_EVERY_S):
        _look_after(kept, children)
        if _answers(options):
            return
        if time.monotonic() > deadline:
            raise ServeFailed(
                f"The service did not get ready in {READY_S:.0f} s; the logs are in "
                f"{options.data / 'logs'}."
            )


def _answers(options: Options) -> bool:
    try:
        answer = httpx.get(f"{options.address}/metrics", timeout=2, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.is_success and "gouji_workers_seen 1" in answer.text


def _stop(children: list[Child]) -> None:
    """Close the door first, then let the workers finish, then end what does not."""
    door, *workers = children
    door.ask_to_stop()
    for worker in workers:
        worker.ask_to_stop()
    door.end(_API_STOP_S)
    for worker in workers:
        worker.end(_WORKER_STOP_S)


def describe(options: Options) -> str:
    """Return what a service that is ready says of itself, as JSON."""
    return json.dumps({"address": options.address, "data": str(options.data.resolve())})

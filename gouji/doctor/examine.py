"""All checks in order: settings first, for without them nothing else can be asked."""

import difflib
import os
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from pydantic_settings import BaseSettings

from gouji.doctor import on_one_machine
from gouji.doctor.broker import check_broker
from gouji.doctor.check import Check, warning, well, wrong
from gouji.doctor.database import check_database
from gouji.doctor.machine import check_machine
from gouji.doctor.service import check_service
from gouji.doctor.store import check_store
from gouji.terminal import Terminal
from schemas.environment import PREFIX, Addresses, Conversion
from storage.start import WrongSettings, read_settings

_OF_CLIENTS = frozenset({"GOUJI_SERVER", "GOUJI_API_KEY"})
_MARKS = {"ok": "✓", "warning": "!", "wrong": "✗", "skipped": "·"}


def doctor(terminal: Terminal, data: Path | None = None) -> int:
    """Check everything, print it, and return 1 when anything is wrong."""
    found: list[Check] = []
    for check in _all(on_one_machine.data_folder(data, os.environ)):
        found.append(check)
        terminal.say(_line(check))
    wrong_ones = [check for check in found if check.state == "wrong"]
    warned = sum(check.state == "warning" for check in found)
    if terminal.as_json:
        state = "wrong" if wrong_ones else "warning" if warned else "ok"
        terminal.result({"state": state, "checks": [check.tree() for check in found]}, "")
    terminal.say(f"\n{len(found)} checks: {len(wrong_ones)} wrong, {warned} to look at.")
    return 1 if wrong_ones else 0


def _all(data: Path | None) -> Iterator[Check]:
    """Yield what is found of the service the settings name, or of the one in a folder."""
    if data is None:
        remark = on_one_machine.no_addresses(os.environ)
        yield from (remark,) if remark else ()
        yield from examine(os.environ)
        return
    supervisor = on_one_machine.check_supervisor(data)
    yield supervisor
    if supervisor.state == "wrong":
        return
    os.environ.update(on_one_machine.addresses(data, os.environ))
    for check in examine(os.environ):
        yield on_one_machine.advised(check, data)


def _line(check: Check) -> str:
    todo = f"\n    → {check.todo}" if check.todo else ""
    return f"{_MARKS[check.state]} {check.name}: {check.found}{todo}"


def examine(environment: Mapping[str, str]) -> Iterator[Check]:
    """Yield what is found, thing by thing."""
    rooms = _rooms()
    settings = _settings(rooms)
    yield settings
    yield from _unknown(rooms, environment)
    if settings.state == "wrong":
        return
    addresses = read_settings(Addresses)
    url = addresses.database_url.get_secret_value()
    migrates = environment.get("GOUJI_MIGRATE_ON_START", "true").lower() not in ("false", "0", "no")
    yield from check_database(url, migrates=migrates)
    yield from check_broker(addresses.redis_url)
    yield from check_store(addresses)
    yield from check_service(url)
    yield from check_machine(addresses, read_settings(Conversion))


def _rooms() -> list[type[BaseSettings]]:
    """Return the settings of the rooms that are installed here."""
    found: list[type[BaseSettings]] = [Addresses, Conversion]
    if find_spec("api"):
        from api.settings import ApiSettings

        found.append(ApiSettings)
    if find_spec("workers"):
        from workers.settings import WorkerSettings

        found.append(WorkerSettings)
    return found


def _settings(rooms: list[type[BaseSettings]]) -> Check:
    said: dict[str, None] = {}
    for room in rooms:
        try:
            read_settings(room)
        except WrongSettings as exc:
            said[str(exc)] = None
    if said:
        return wrong("settings", " ".join(said), "see deploy/env.example, then start again")
    return well("settings", "every value is one that can be")


def _unknown(rooms: list[type[BaseSettings]], environment: Mapping[str, str]) -> Iterator[Check]:
    """Yield names that look like settings and are none: a slip of the pen has no effect else."""
    if not (find_spec("api") and find_spec("workers")):
        return  # an image with one room does not know the other's settings
    known = {PREFIX + name.upper() for room in rooms for name in room.model_fields} | _OF_CLIENTS
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1)
        meant = f"did you mean {near[0]}?" if near else "leave it out"
        yield warning("settings", f"{name} is no setting of this version", meant)

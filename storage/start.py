"""Reading the settings at the start of a process: all of them are right, or it does not begin."""

import sys
from pathlib import Path
from typing import NoReturn, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from schemas.environment import PREFIX, Addresses
from schemas.setting import refusals
from storage import tracing
from storage.folder import is_writable

Room = TypeVar("Room", bound=BaseSettings)

_BAD_USAGE = 2


class WrongSettings(Exception):  # noqa: N818  says what is so
    """Settings no process can begin with; the message has one sentence for each."""


def read_settings(room: type[Room]) -> Room:
    """Return a room's settings from the environment; raises WrongSettings."""
    try:
        found = room()
    except ValidationError as exc:
        raise WrongSettings(" ".join(refusals(exc, room, PREFIX))) from None
    if isinstance(found, Addresses) and not found.s3_endpoint:
        _must_be_writable(found.objects_dir)
    if tracing.is_wanted() and not tracing.is_possible():
        raise WrongSettings(
            f"{' or '.join(tracing.ENDPOINTS)} is set, but the libraries that send traces are not "
            "installed: install gouji[tracing], or leave it out."
        )
    return found


def settings_or_exit(room: type[Room]) -> Room:
    """Return a room's settings; a wrong one ends the process with its sentence, no traceback."""
    try:
        return read_settings(room)
    except WrongSettings as exc:
        refuse(exc)


def refuse(wrong: WrongSettings) -> NoReturn:
    """End the process as one that was called wrongly."""
    sys.stderr.write(f"gouji: {wrong}\n")
    raise SystemExit(_BAD_USAGE)


def _must_be_writable(folder: Path) -> None:
    """Look at the folder, or where it will be made, without making anything."""
    if not is_writable(folder):
        raise WrongSettings(
            f'{PREFIX}OBJECTS_DIR is "{folder}"; wanted: a folder this process may write to, '
            "unless GOUJI_S3_ENDPOINT is given."
        )

"""Old office documents → DOCX, by LibreOffice where the machine has it.

A conversion is a process of its own with a profile of its own: it runs no macros, keeps nothing and
is ended with all its children when its time is up.
"""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from schemas.environment import Conversion
from schemas.formats import Format

Reason = Literal["missing", "failed", "timeout"]

_SUFFIXES = {"ole": "doc", "rtf": "rtf", "odf": "odt", "wordml": "xml"}
_MOST_BYTES = 512 * 1024 * 1024
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


PIPES = Path("/tmp")  # noqa: S108  LibreOffice knows no other
"""Where LibreOffice makes the socket by which its processes find each other."""


class OfficeError(Exception):
    """The document could not be converted: no LibreOffice, not by it, or not in time."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def program(settings: Conversion) -> str | None:
    """Return where LibreOffice is on this machine, or None."""
    return shutil.which(settings.soffice) if settings.soffice else None


def as_docx(content: bytes, kind: Format, settings: Conversion) -> bytes:
    """Convert a document of a convertible format to DOCX."""
    found = program(settings)
    if found is None:
        raise OfficeError("missing")
    with TemporaryDirectory(prefix="gouji-office-") as name:
        folder = Path(name)
        source = folder / f"document.{_SUFFIXES[kind.name]}"
        source.write_bytes(content)
        user = folder / "profile" / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        _run(found, folder, source, settings.soffice_timeout_s)
        return _outcome(folder / "out" / "document.docx")


def _run(found: str, folder: Path, source: Path, timeout_s: float) -> None:
    command = [
        found,
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nofirststartwizard",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--convert-to", "docx:MS Word 2007 XML"),
        *("--outdir", str(folder / "out"), str(source)),
    ]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
    }
    try:
        running = subprocess.Popen(  # noqa: S603  the program is a setting, the rest is ours
            command,
            env={**environment, "LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise OfficeError("missing") from error
    try:
        running.wait(timeout_s)
    except subprocess.TimeoutExpired as error:
        raise OfficeError("timeout") from error
    finally:
        _end(running)


def _end(running: "subprocess.Popen[bytes]") -> None:
    """End the program with the processes it started; most often none is left.

    A confined one leads no group of its own: what it leaves is ended with the document's process.
    """
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.kill()
    running.wait()


def _outcome(made: Path) -> bytes:
    """Return what was made: LibreOffice ends well even where it made nothing."""
    try:
        if made.stat().st_size > _MOST_BYTES:
            raise OfficeError("failed")
        return made.read_bytes()
    except FileNotFoundError as error:
        raise OfficeError("failed") from error

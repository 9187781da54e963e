"""Which upload a file is being sent by, kept so that another run goes on with it."""

import json
import os
from pathlib import Path
from typing import Protocol


class Ledger(Protocol):
    """Remembers uploads that are not complete."""

    def find(self, server: str, mark: str) -> str | None:
        """Return the upload by which what has this mark was being sent."""
        ...

    def note(self, server: str, mark: str, upload_id: str) -> None:
        """Remember that an upload has begun."""
        ...

    def forget(self, server: str, mark: str) -> None:
        """Forget an upload that is complete, or gone."""
        ...


def mark_of(path: Path) -> str:
    """Return what stands for a file: one that was changed is another one."""
    whole = path.resolve()
    found = whole.stat()
    return f"{whole} {found.st_size} {found.st_mtime_ns}"


class FileLedger:
    """Keeps the uploads in one small file; several programs may use it at once."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or _usual_place()

    def find(self, server: str, mark: str) -> str | None:
        """Return the upload by which what has this mark was being sent."""
        found = self._read().get(f"{server} {mark}")
        return found if isinstance(found, str) else None

    def note(self, server: str, mark: str, upload_id: str) -> None:
        """Remember that an upload has begun."""
        self._write({**self._read(), f"{server} {mark}": upload_id})

    def forget(self, server: str, mark: str) -> None:
        """Forget an upload that is complete, or gone."""
        known = self._read()
        if known.pop(f"{server} {mark}", None) is not None:
            self._write(known)

    def _read(self) -> dict[str, object]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, known: dict[str, object]) -> None:
        aside = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps(known, indent=1), encoding="utf-8")
            aside.replace(self._file)
        except OSError:
            return  # a machine that keeps nothing uploads all the same


def _usual_place() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    folder = Path(state) if state else Path.home() / ".local" / "state"
    return folder / "gouji" / "uploads.json"

"""What a look at one thing found."""

from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

State = Literal["ok", "warning", "wrong", "skipped"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing looked at: what was found, and what to do about it unless it is well."""

    name: str
    state: State
    found: str
    todo: str | None = None

    def tree(self) -> dict[str, JsonValue]:
        """Return it for programs."""
        return {"name": self.name, "state": self.state, "found": self.found, "todo": self.todo}


def well(name: str, found: str) -> Check:
    """Return a check that found nothing to do."""
    return Check(name=name, state="ok", found=found)


def wrong(name: str, found: str, todo: str) -> Check:
    """Return a check that found what keeps the service from working."""
    return Check(name=name, state="wrong", found=found, todo=todo)


def warning(name: str, found: str, todo: str) -> Check:
    """Return a check that found what will harm some day, or harms some only."""
    return Check(name=name, state="warning", found=found, todo=todo)


def skipped(name: str, found: str) -> Check:
    """Return a check that could not be made here."""
    return Check(name=name, state="skipped", found=found)

"""What one family of rules yields, and the words findings share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from schemas.evidence import Evidence
from schemas.page import Page
from schemas.validation import Cause, Checked, Finding
from schemas.value import Box

SHOWN = 5
"""How many places a message names before it says how many there are."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Findings, and how often each rule was applied and did not hold."""

    findings: tuple[Finding, ...] = ()
    checked: dict[str, Checked] = field(default_factory=dict)


def cause_of(evidence: Iterable[Evidence]) -> Cause:
    """Return `source` only when every value concerned was read beyond doubt."""
    return "source" if all(item.flag is None for item in evidence) else "undetermined"


def spot(evidence: Evidence) -> tuple[int | None, Box | None]:
    """Return page and box of a value."""
    return evidence.page, evidence.box


def listed(names: Sequence[str], unit: str) -> str:
    """Name the first few places and say how many there are."""
    shown = "、".join(f"“{name}”" for name in names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown}等 {len(names)} {unit}"


def listed_en(names: Sequence[str]) -> str:
    """Name the first few places and say how many more there are."""
    shown = ", ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN} more"


def was_recognised(pages: Iterable[Page]) -> bool:
    """Say whether any page was read from pixels or not at all, so that an omission may be ours.

    Neither is it the report's when the file broke off.
    """
    return any(page.source == "ocr" or page.failure is not None or page.cut for page in pages)

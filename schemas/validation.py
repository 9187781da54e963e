"""The validation report of one document: verdict, what was checked, what was found."""

from typing import Literal

from pydantic import Field

from schemas.value import Box, Value

Severity = Literal["error", "warning", "info"]
Cause = Literal["source", "recognition", "undetermined"]
Verdict = Literal["passed", "warnings", "failed", "incomplete"]


class Finding(Value):
    """One contradiction, omission or doubt, with both numbers and the place on the page.

    `cause` is `source` when the report itself is wrong (the pixels are clear), `recognition` when
    the scan could not be read with certainty, `undetermined` when both are possible.
    """

    code: str
    severity: Severity
    cause: Cause
    message: str
    message_en: str
    paths: tuple[str, ...] = ()
    """JSON pointers into the record, the value to look at first in front."""
    expected: str | None = None
    actual: str | None = None
    formula: str | None = None
    """The relation with its numbers, e.g. `11 + 4 + 8 = 23 ≠ 25`."""
    page: int | None = None
    box: Box | None = None
    suggestion: str | None = None
    """What to do next, in Chinese; `suggestion_en` says the same in English."""
    suggestion_en: str | None = None


class Checked(Value):
    """How often a rule was applied and how often it did not hold."""

    checked: int = Field(ge=0)
    failed: int = Field(ge=0)


class Counts(Value):
    """Findings by severity."""

    error: int = 0
    warning: int = 0
    info: int = 0


class Validation(Value):
    """The content of `validation.json`."""

    schema_: Literal["gouji/validation/1"] = Field(default="gouji/validation/1", alias="schema")
    verdict: Verdict
    counts: Counts
    checked: dict[str, Checked]
    findings: tuple[Finding, ...]

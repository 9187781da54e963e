"""A member of a batch as it was found, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas import failures
from schemas.batch import BatchSource, OnDuplicate
from schemas.failure import Failure


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One member of a batch: a document in object storage, or the reason why it is none."""

    name: str
    document: BatchSource | None = None
    media_type: str | None = None
    failure: Failure | None = None
    content: bytes | None = None
    """The document's bytes, if they are not in object storage yet."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What is noted of a member: nothing yet (it gets a job), a failure, an earlier job."""

    failure: Failure | None = None
    job_id: str | None = None


def outcome_of(
    entry: Entry, policy: OnDuplicate | None, names: Mapping[str, str], before: Mapping[str, str]
) -> Outcome:
    """Say what becomes of a member, given the members and the jobs before it by hash.

    Unless all copies are wished to be read again, a copy within the batch is passed over.
    """
    if entry.document is None:
        return Outcome(failure=entry.failure)
    sha256 = entry.document.sha256
    if policy != "reprocess" and sha256 in names:
        return Outcome(failure=failures.duplicate(names[sha256]))
    if policy == "reuse" and sha256 in before:
        return Outcome(failure=failures.duplicate(None, reused=True), job_id=before[sha256])
    if policy == "reject" and sha256 in before:
        return Outcome(failure=failures.duplicate(None))
    return Outcome()

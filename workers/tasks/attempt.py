"""The edge of every step: count the attempt, keep the lease, and put the world's faults off."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import structlog

from schemas.message import TaskName
from storage import tracing
from storage.tally import timing
from workers import jobs, lease
from workers.jobs import Held
from workers.lease import Claim
from workers.parts import Parts

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is attempted: the claim on its row, and under which trace it goes."""

    claim: Claim
    task: TaskName
    trace: str | None
    about: Mapping[str, str | int]

    def described(self) -> dict[str, str | int]:
        """Return what a span says of it."""
        return {**self.about, "gouji.attempt": self.claim.attempt}


def exhausted(parts: Parts, held: Held, task: TaskName) -> bool:
    """Set a step aside when this claim is one more than is allowed; say whether it was."""
    if held.claim.attempt <= parts.settings.max_attempts:
        return False
    log.error("attempts_exhausted", task=task, page=held.page)
    jobs.set_aside(parts, held, task)
    return True


def attempt(parts: Parts, held: Held, task: TaskName) -> AbstractContextManager[None]:
    """Work on a step or page of a job; see `attempting`."""
    structlog.contextvars.bind_contextvars(tenant=held.job.tenant)
    about: dict[str, str | int] = {"gouji.job_id": held.job.id, "gouji.tenant": held.job.tenant}
    if held.page is not None:
        about["gouji.page"] = held.page
    return attempting(
        parts,
        Work(claim=held.claim, task=task, trace=held.job.trace, about=about),
        lambda: jobs.put_off(parts, held, "retrying_after_error"),
    )


@contextmanager
def attempting(parts: Parts, work: Work, put_off: Callable[[], None]) -> Iterator[None]:
    """Hold the lease while the block runs; whatever is raised in it puts the work off.

    A document's own fault is a value and never raised, so what arrives here is the world's: a
    store or database away, a soft time limit, a defect of ours. All of it is tried again, a
    bounded number of times.
    """
    try:
        with (
            tracing.span(work.task, work.trace, "consumer", work.described()),
            timing(work.task.removeprefix("gouji.")),
            lease.heartbeat(parts.database, work.claim, parts.settings.lease_s),
        ):
            yield
    except Exception as exc:
        kind = type(exc).__name__
        log.exception("attempt_failed", task=work.task, attempt=work.claim.attempt, error=kind)
        put_off()

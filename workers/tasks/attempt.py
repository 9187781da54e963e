"""The edge of every step: count the attempt, keep the lease, and put the world's faults off."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from schemas import message
from schemas.message import Message, TaskName
from storage import tracing
from storage.outbox import unit_of_work
from storage.tally import timing
from workers import drain, jobs, lease
from workers.fault import PROCESS_ENDED, TIMED_OUT, Fault, fault_of
from workers.lease import Claim, Held
from workers.parts import Parts
from workers.settings import soft_limit_s

log = structlog.get_logger()

_ASK_AGAIN_S = 1.0
_LATE_S = 5.0
"""After its soft limit an attempt has so long to end; the hard one comes later still."""


class LetGo(Protocol):
    """Lets go of a row after a fault, for a while or for good."""

    def __call__(self, fault: Fault) -> None:
        """Write it; raises SQLAlchemyError while the database is away."""
        ...


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is attempted: the claim on its row, what asks for it again, and under which trace."""

    claim: Claim
    again: Message
    trace: str | None
    about: Mapping[str, str | int]

    @property
    def task(self) -> TaskName:
        """The name of the task."""
        return self.again.task

    def described(self) -> dict[str, str | int]:
        """Return what a span says of it."""
        return {**self.about, "gouji.attempt": self.claim.attempt}


def exhausted(parts: Parts, held: Held, task: TaskName) -> bool:
    """Set a step aside when this claim is one more than is allowed; say whether it was.

    Whoever made the last attempt left no word: its process was ended.
    """
    before = held.claim.attempt - 1
    if before < parts.settings.max_attempts:
        return False
    jobs.set_aside(parts, held, task, Fault(cause=PROCESS_ENDED), attempts=before)
    return True


def attempt(
    parts: Parts, held: Held, task: TaskName, also: Callable[[], None] | None = None
) -> AbstractContextManager[None]:
    """Work on a step or page of a job; see `attempting`."""
    structlog.contextvars.bind_contextvars(tenant=held.job.tenant)
    about: dict[str, str | int] = {"gouji.job_id": held.job.id, "gouji.tenant": held.job.tenant}
    if held.page is not None:
        about["gouji.page"] = held.page
    again = _message(held, task)
    work = Work(claim=held.claim, again=again, trace=held.job.trace, about=about)
    return attempting(parts, work, partial(jobs.let_go, parts, held, task), also)


def _message(held: Held, task: TaskName) -> Message:
    """Return the message that asks for the same once more."""
    job = held.job
    if held.page is not None:
        return message.page(job.id, held.page, job.priority)
    ask = message.inspect if task == "gouji.inspect" else message.assemble
    return ask(job.id, job.priority)


@contextmanager
def attempting(
    parts: Parts, work: Work, let_go: LetGo, also: Callable[[], None] | None = None
) -> Iterator[None]:
    """Hold the lease while the block runs; whatever is raised in it lets the row go.

    A document's own fault is a value and never raised, so what arrives here is the world's: a
    store or database away, a soft time limit, a defect of ours. All of it is tried again, and
    what may be the document's doing a bounded number of times. `also` is done now and then beside
    the block, in another thread.
    """
    insist = partial(_insist, let_go, for_s=parts.settings.lease_s / 2)
    late = time.monotonic() + soft_limit_s(parts.settings, work.task) + _LATE_S

    def look() -> None:
        if drain.is_over():
            _leave(parts, work)
        elif time.monotonic() > late:
            _abandon(work, insist)
        elif also is not None:
            also()

    try:
        with (
            tracing.span(work.task, work.trace, "consumer", work.described()),
            timing(work.task.removeprefix("gouji.")),
            lease.heartbeat(parts.database, work.claim, parts.settings.lease_s, look),
        ):
            yield
    except Exception as exc:
        fault = fault_of(exc)
        log.exception(
            "attempt_failed",
            task=work.task,
            attempt=work.claim.attempt,
            error=fault.cause,
            away=fault.away,
        )
        insist(fault)


def _insist(let_go: LetGo, fault: Fault, *, for_s: float) -> None:
    """Let go, asking a database that is away again and again; at last the lease runs out alone."""
    deadline = time.monotonic() + for_s
    while True:
        try:
            return let_go(fault)
        except SQLAlchemyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_ASK_AGAIN_S)


def _abandon(work: Work, insist: LetGo) -> None:
    """End this process, whose work is in native code that was told of its limit and cannot hear.

    Celery would do it a little later, and nobody would know that it was for the time.
    """
    log.error("attempt_overdue", task=work.task, attempt=work.claim.attempt)
    with suppress(SQLAlchemyError):
        insist(Fault(cause=TIMED_OUT))
    os.kill(os.getpid(), signal.SIGKILL)


def _leave(parts: Parts, work: Work) -> None:
    """Hand the row back and end this process: its worker must be gone before the work is done."""
    try:
        with unit_of_work(parts.database, parts.send) as unit:
            if lease.hand_back(unit.connection, work.claim):
                unit.post(work.again)
        log.info("handed_back", task=work.task)
    except SQLAlchemyError:
        log.warning("not_handed_back", task=work.task)
    os.kill(os.getpid(), signal.SIGKILL)  # the work may be in native code that no exception ends

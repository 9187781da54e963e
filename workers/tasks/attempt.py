"""The edge of every step: count the attempt, keep the lease, and put the world's faults off."""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from schemas import message
from schemas.message import Message, TaskName
from storage import tracing
from storage.objects import ObjectMissing, StorageError
from storage.outbox import BrokerUnavailable, unit_of_work
from storage.tally import timing
from workers import jobs, lease
from workers.jobs import Held
from workers.lease import Claim
from workers.parts import Parts

log = structlog.get_logger()

_ASK_AGAIN_S = 1.0


class PutOff(Protocol):
    """Lets go of a row for a while; `away` says that a server was away, which is no attempt."""

    def __call__(self, *, away: bool) -> None:
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
    again = _message(held, task)
    work = Work(claim=held.claim, again=again, trace=held.job.trace, about=about)
    return attempting(parts, work, partial(jobs.put_off, parts, held))


def _message(held: Held, task: TaskName) -> Message:
    """Return the message that asks for the same once more."""
    job = held.job
    if held.page is not None:
        return message.page(job.id, held.page, job.priority)
    ask = message.inspect if task == "gouji.inspect" else message.assemble
    return ask(job.id, job.priority)


@contextmanager
def attempting(parts: Parts, work: Work, put_off: PutOff) -> Iterator[None]:
    """Hold the lease while the block runs; whatever is raised in it puts the work off.

    A document's own fault is a value and never raised, so what arrives here is the world's: a
    store or database away, a soft time limit, a defect of ours. All of it is tried again, and
    what may be the document's doing a bounded number of times.
    """
    leave = partial(_leave, parts, work)
    try:
        with (
            tracing.span(work.task, work.trace, "consumer", work.described()),
            timing(work.task.removeprefix("gouji.")),
            lease.heartbeat(parts.database, work.claim, parts.settings.lease_s, leave),
        ):
            yield
    except Exception as exc:
        away, kind = is_away(exc), type(exc).__name__
        log.exception(
            "attempt_failed", task=work.task, attempt=work.claim.attempt, error=kind, away=away
        )
        _insist(put_off, away=away, for_s=parts.settings.lease_s / 2)


def is_away(exc: Exception) -> bool:
    """Say whether a fault is that of a server which does not answer, whatever the document."""
    if isinstance(exc, ObjectMissing):
        return False
    return isinstance(exc, StorageError | BrokerUnavailable | OperationalError | InterfaceError)


def _insist(put_off: PutOff, *, away: bool, for_s: float) -> None:
    """Put off, asking a database that is away again and again; at last the lease runs out alone."""
    deadline = time.monotonic() + for_s
    while True:
        try:
            return put_off(away=away)
        except SQLAlchemyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_ASK_AGAIN_S)


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

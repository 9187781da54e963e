"""What ended an attempt before its time, and what becomes of its row: decided here, done elsewhere.

A document's own fault is a value and never comes here; what does is the world's, or may be.
"""

from dataclasses import dataclass

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy.exc import InterfaceError, OperationalError

from schemas import failures
from schemas.failure import Failure
from storage.objects import ObjectMissing, StorageError
from storage.outbox import BrokerUnavailable

TIMED_OUT = "timed_out"
PROCESS_ENDED = "process_ended"
_TIMES = 2
"""What took too long once does so again, but for a machine that was busy: so often it may."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why an attempt did not come to its end: one of the words above, or the class of an error.

    `away` says that a server did not answer, whatever the document; `further` that the attempt
    has got further than the one before, and the next will go on from there.
    """

    cause: str
    away: bool = False
    further: bool = False


@dataclass(frozen=True, kw_only=True)
class Retry:
    """That a row is to be taken up again after a delay, with so many attempts counted."""

    attempts: int
    delay_s: float


def fault_of(exc: Exception) -> Fault:
    """Return what an error says went wrong."""
    if isinstance(exc, SoftTimeLimitExceeded):
        return Fault(cause=TIMED_OUT)
    return Fault(cause=type(exc).__name__, away=is_away(exc))


def is_away(exc: Exception) -> bool:
    """Say whether an error is that of a server which does not answer, whatever the document."""
    if isinstance(exc, ObjectMissing):
        return False
    return isinstance(exc, StorageError | BrokerUnavailable | OperationalError | InterfaceError)


def next_try(
    fault: Fault, attempt: int, *, max_attempts: int, backoff_s: float, patient: bool = True
) -> Retry | None:
    """Return when to try again after attempt number `attempt` (from 1), or None to give it up.

    A server that is away costs no attempt while we are patient with it.
    """
    if (fault.away and patient) or (fault.cause == TIMED_OUT and fault.further):
        return Retry(attempts=attempt - 1, delay_s=backoff_s)
    cost = -(-max_attempts // _TIMES) if fault.cause == TIMED_OUT else 1
    spent = attempt - 1 + cost
    if spent >= max_attempts:
        return None
    return Retry(attempts=spent, delay_s=backoff_s * 2 ** (attempt - 1))


def final_failure(fault: Fault, limit_s: float, attempts: int) -> Failure:
    """Return what is said of a step that was given up after so many attempts."""
    if fault.cause == TIMED_OUT:
        return failures.timed_out(limit_s)
    return failures.attempts_exhausted(attempts)

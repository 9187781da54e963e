"""A job: one document on its way. Its states, what moves them, and how a customer reads it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from schemas.failure import Failure
from schemas.validation import Verdict
from schemas.value import Value

JobStatus = Literal["queued", "running", "succeeded", "partially_succeeded", "failed", "cancelled"]
Stage = Literal["inspecting", "reading", "assembling", "validating", "exporting"]
ReviewStatus = Literal["not_required", "needs_review", "in_review", "approved"]
Priority = Literal["interactive", "bulk"]

Event = Literal[
    "inspection_started",
    "inspected",
    "pages_read",
    "assembled",
    "assembled_with_gaps",
    "failed",
    "cancelled",
    "retried",
]

ACTIVE: frozenset[JobStatus] = frozenset({"queued", "running"})
TERMINAL: frozenset[JobStatus] = frozenset(
    {"succeeded", "partially_succeeded", "failed", "cancelled"}
)


@dataclass(frozen=True, kw_only=True)
class State:
    """Where a job stands; `stage` says what is being done while it runs."""

    status: JobStatus
    stage: Stage | None = None


class IllegalTransition(ValueError):  # noqa: N818  it names what happened, as the log shows it
    """Raised when an event cannot happen in a state; nothing was changed."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"{event} cannot happen to a job that is {state.status}/{state.stage}")
        self.state = state
        self.event = event


_QUEUED = State(status="queued")
_INSPECTING = State(status="running", stage="inspecting")
_READING = State(status="running", stage="reading")

ASSEMBLY: tuple[Stage, ...] = ("assembling", "validating", "exporting")
"""The stages of a job's last step. It begins at the first; the others are said of one that takes
long enough for somebody to look."""

_ON_THE_WAY: dict[tuple[State, Event], State] = {
    (_QUEUED, "inspection_started"): _INSPECTING,
    (_INSPECTING, "inspection_started"): _INSPECTING,  # a second attempt
    (_INSPECTING, "inspected"): _READING,
    (_READING, "pages_read"): State(status="running", stage=ASSEMBLY[0]),
}
for _stage in ASSEMBLY:
    _now = State(status="running", stage=_stage)
    _ON_THE_WAY[_now, "assembled"] = State(status="succeeded")
    _ON_THE_WAY[_now, "assembled_with_gaps"] = State(status="partially_succeeded")


def advance(state: State, event: Event) -> State:
    """Return the state after the event; a finished job moves again only by `retried`.

    Raises IllegalTransition when the event cannot happen in that state.
    """
    if event == "retried" and state.status in TERMINAL - {"succeeded"}:
        return _QUEUED
    if state.status in ACTIVE and event == "failed":
        return State(status="failed")
    if state.status in ACTIVE and event == "cancelled":
        return State(status="cancelled")
    after = _ON_THE_WAY.get((state, event))
    if after is None:
        raise IllegalTransition(state, event)
    return after


class Progress(Value):
    """How far a job is, and what it waits for."""

    pages_total: int | None
    pages_done: int
    pages_failed: int
    percent: int = Field(ge=0, le=100)
    queue_position: int | None = None
    """Jobs ahead of this one, 0 when it is next; null once it runs."""
    eta_seconds: int | None = None
    attempt: int
    reason: str | None = None
    """Why it is not finished yet; null once it is."""


class JobLinks(Value):
    """Where the parts of a job are found, as paths on this server."""

    self: str
    events: str
    result: str | None = None
    validation: str | None = None
    tables: str | None = None
    pages: str | None = None
    source: str
    batch: str | None = None


class Job(Value):
    """A job as customers read it."""

    id: str
    status: JobStatus
    stage: Stage | None
    verdict: Verdict | None
    review_status: ReviewStatus
    filename: str
    sha256: str
    pages: int | None
    batch_id: str | None
    priority: Priority
    issuer: str | None = None
    year: int | None = None
    metadata: dict[str, JsonValue]
    progress: Progress
    error: Failure | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    links: JobLinks


class JobList(Value):
    """One page of jobs; `next_cursor` is null on the last."""

    data: tuple[Job, ...]
    next_cursor: str | None


def percent(stage: Stage | None, done: int, total: int | None, *, finished: bool) -> int:
    """Return the share of the work done: reading counts for 90 of 100, the ends for 5 each."""
    if finished:
        return 100
    if stage is None or stage == "inspecting" or not total:
        return 0
    if stage != "reading":
        return 95
    return 5 + 90 * done // total


def links(job_id: str, batch_id: str | None, status: JobStatus) -> JobLinks:
    """Return the addresses of a job; results only once there are any."""
    base = f"/v1/jobs/{job_id}"
    has_results = status in ("succeeded", "partially_succeeded")
    return JobLinks(
        self=base,
        events=f"{base}/events",
        result=f"{base}/result" if has_results else None,
        validation=f"{base}/validation" if has_results else None,
        tables=f"{base}/tables" if has_results else None,
        pages=f"{base}/pages/{{n}}" if has_results else None,
        source=f"{base}/source",
        batch=f"/v1/batches/{batch_id}" if batch_id else None,
    )

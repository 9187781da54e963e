from itertools import product
from typing import get_args

import pytest

from schemas.job import (
    TERMINAL,
    Event,
    IllegalTransition,
    JobStatus,
    Stage,
    State,
    advance,
    links,
    percent,
)

QUEUED = State(status="queued")
INSPECTING = State(status="running", stage="inspecting")
READING = State(status="running", stage="reading")
ASSEMBLING = State(status="running", stage="assembling")
VALIDATING = State(status="running", stage="validating")
EXPORTING = State(status="running", stage="exporting")
LAST = (ASSEMBLING, VALIDATING, EXPORTING)
ON_THE_WAY = (QUEUED, INSPECTING, READING, *LAST)
SUCCEEDED = State(status="succeeded")
PARTIAL = State(status="partially_succeeded")
FAILED = State(status="failed")
CANCELLED = State(status="cancelled")
EVERY = (*ON_THE_WAY, SUCCEEDED, PARTIAL, FAILED, CANCELLED)

ALLOWED: dict[tuple[State, Event], State] = {
    (QUEUED, "inspection_started"): INSPECTING,
    (INSPECTING, "inspection_started"): INSPECTING,
    (INSPECTING, "inspected"): READING,
    (READING, "pages_read"): ASSEMBLING,
    **{(state, "assembled"): SUCCEEDED for state in LAST},
    **{(state, "assembled_with_gaps"): PARTIAL for state in LAST},
    **{(state, "failed"): FAILED for state in ON_THE_WAY},
    **{(state, "cancelled"): CANCELLED for state in ON_THE_WAY},
    **{(state, "retried"): QUEUED for state in (PARTIAL, FAILED, CANCELLED)},
}


@pytest.mark.parametrize(("state", "event"), list(product(EVERY, get_args(Event))))
def test_an_event_leads_where_the_table_says_or_nowhere(state: State, event: Event) -> None:
    if (state, event) in ALLOWED:
        assert advance(state, event) == ALLOWED[state, event]
    else:
        with pytest.raises(IllegalTransition):
            advance(state, event)


def test_every_status_is_reached() -> None:
    assert {state.status for state in ALLOWED.values()} | {"queued"} == set(get_args(JobStatus))
    assert set(get_args(JobStatus)) - {"queued", "running"} == TERMINAL


@pytest.mark.parametrize(
    ("stage", "done", "total", "finished", "expected"),
    [
        (None, 0, None, False, 0),
        ("inspecting", 0, None, False, 0),
        ("reading", 0, 4, False, 5),
        ("reading", 2, 4, False, 50),  # 5 + 90 × 2/4
        ("reading", 4, 4, False, 95),
        ("assembling", 4, 4, False, 95),
        (None, 4, 4, True, 100),
        (None, 0, None, True, 100),
    ],
)
def test_percent(
    stage: Stage | None, done: int, total: int | None, finished: bool, expected: int
) -> None:
    assert percent(stage, done, total, finished=finished) == expected


def test_results_are_linked_only_once_there_are_any() -> None:
    assert links("job_1", None, "running").result is None
    assert links("job_1", None, "failed").validation is None
    done = links("job_1", "bat_1", "partially_succeeded")
    assert (done.result, done.batch) == ("/v1/jobs/job_1/result", "/v1/batches/bat_1")

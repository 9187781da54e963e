"""The requests of the API, each as a flow that returns what it is about."""

import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from pydantic import BaseModel, JsonValue

from gouji.client.flow import Ask, Flow, Param, Pause, answered, read
from schemas.batch import Batch, BatchItemList, BatchList
from schemas.event import (
    Delivery,
    DeliveryList,
    Endpoint,
    EndpointList,
    EndpointSecret,
    FinalStatus,
    Replayed,
    Subscribable,
)
from schemas.job import TERMINAL, Job, JobList
from schemas.tenant import Usage

M = TypeVar("M", bound=BaseModel)
P = TypeVar("P", JobList, BatchList, BatchItemList, DeliveryList)
"""A page of a list, with the cursor of the next."""
_LONG_POLL_S = 20.0
_BETWEEN_S = 0.2


def job(job_id: str, wait_s: float = 0) -> Flow[Job]:
    """Read a job, once it is finished or the wait is over."""
    ask = Ask(address=f"/v1/jobs/{job_id}", params={"wait": wait_s}, timeout_s=_patient(wait_s))
    return (yield from read(Job, ask))


def batch(batch_id: str, wait_s: float = 0) -> Flow[Batch]:
    """Read a batch, once it is finished or the wait is over."""
    params = {"wait": wait_s}
    ask = Ask(address=f"/v1/batches/{batch_id}", params=params, timeout_s=_patient(wait_s))
    return (yield from read(Batch, ask))


def _patient(wait_s: float) -> float | None:
    return wait_s + 30 if wait_s else None


def wait(job_id: str, patience_s: float) -> Flow[Job]:
    """Read a job once it is finished, or as it is when patience runs out."""
    deadline = time.monotonic() + patience_s
    while True:
        left = deadline - time.monotonic()
        found = yield from job(job_id, max(0.0, min(_LONG_POLL_S, left)))
        if found.status in TERMINAL or left <= 0:
            return found
        yield Pause(seconds=_BETWEEN_S)


def wait_batch(batch_id: str, patience_s: float) -> Flow[Batch]:
    """Read a batch once it is finished, or as it is when patience runs out."""
    deadline = time.monotonic() + patience_s
    while True:
        left = deadline - time.monotonic()
        found = yield from batch(batch_id, max(0.0, min(_LONG_POLL_S, left)))
        if found.status in TERMINAL or left <= 0:
            return found
        yield Pause(seconds=_BETWEEN_S)


def act(model: type[M], address: str) -> Flow[M]:
    """Cancel or retry: a second time is refused, so an answer that was lost is not asked again."""
    return (yield from read(model, Ask(method="POST", address=address, repeatable=False)))


def delete(address: str) -> Flow[None]:
    """Delete something."""
    yield from answered(Ask(method="DELETE", address=address))


def page(
    model: type[P], address: str, filters: Mapping[str, object], cursor: str | None
) -> Flow[P]:
    """Read one page of a list."""
    params: dict[str, str | int | float | list[str]] = {}
    for name, value in filters.items():
        if isinstance(value, datetime):
            params[name] = value.isoformat()
        elif isinstance(value, (str, int, float, list)):
            params[name] = value
    if cursor is not None:
        params["cursor"] = cursor
    return (yield from read(model, Ask(address=address, params=params)))


def register(url: str, events: Sequence[Subscribable], description: str) -> Flow[EndpointSecret]:
    """Register an address for events."""
    body: dict[str, JsonValue] = {"url": url, "events": list(events), "description": description}
    ask = Ask(method="POST", address="/v1/webhook_endpoints", json=body, repeatable=False)
    return (yield from read(EndpointSecret, ask))


def endpoints() -> Flow[tuple[Endpoint, ...]]:
    """Read the registered addresses."""
    return (yield from read(EndpointList, Ask(address="/v1/webhook_endpoints"))).data


def change_endpoint(endpoint_id: str, change: Mapping[str, JsonValue]) -> Flow[Endpoint]:
    """Change fields of an endpoint."""
    address = f"/v1/webhook_endpoints/{endpoint_id}"
    return (yield from read(Endpoint, Ask(method="PATCH", address=address, json=dict(change))))


def rotate_secret(endpoint_id: str, overlap_hours: int) -> Flow[EndpointSecret]:
    """Make a new secret for an endpoint."""
    ask = Ask(
        method="POST",
        address=f"/v1/webhook_endpoints/{endpoint_id}/rotate_secret",
        json={"overlap_hours": overlap_hours},
        repeatable=False,
    )
    return (yield from read(EndpointSecret, ask))


def send_test(endpoint_id: str) -> Flow[Delivery]:
    """Send an endpoint a test event."""
    address = f"/v1/webhook_endpoints/{endpoint_id}/test"
    return (yield from read(Delivery, Ask(method="POST", address=address)))


def replay(delivery_id: str) -> Flow[Delivery]:
    """Send an event once more."""
    address = f"/v1/webhook_deliveries/{delivery_id}/replay"
    return (yield from read(Delivery, Ask(method="POST", address=address)))


def replay_range(
    endpoint_id: str, since: datetime, until: datetime | None, status: Sequence[FinalStatus]
) -> Flow[int]:
    """Send all events of a range once more; return how many."""
    body: dict[str, JsonValue] = {"since": since.isoformat(), "status": list(status)}
    if until is not None:
        body["until"] = until.isoformat()
    address = f"/v1/webhook_endpoints/{endpoint_id}/replay"
    sent = 0
    while True:
        found = yield from read(Replayed, Ask(method="POST", address=address, json=body))
        sent += found.replayed
        if not found.remaining or not found.replayed:
            return sent


def usage(since: date | None, until: date | None) -> Flow[Usage]:
    """Read what was handed in on some days."""
    params: dict[str, Param] = {
        name: day.isoformat()
        for name, day in (("since", since), ("until", until))
        if day is not None
    }
    return (yield from read(Usage, Ask(address="/v1/usage", params=params)))

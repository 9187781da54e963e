"""What customers are told: events of jobs and batches, webhook endpoints and their deliveries."""

import base64
from datetime import datetime
from typing import Literal

from pydantic import AnyHttpUrl, AwareDatetime, Field, JsonValue

from schemas.batch import BatchStatus
from schemas.job import JobStatus
from schemas.validation import Verdict
from schemas.value import Value

EventType = Literal[
    "job.succeeded",
    "job.partially_succeeded",
    "job.failed",
    "job.cancelled",
    "batch.completed",
    "webhook_endpoint.disabled",
    "webhook_endpoint.test",
]
Subscribable = Literal[
    "job.succeeded",
    "job.partially_succeeded",
    "job.failed",
    "job.cancelled",
    "batch.completed",
    "webhook_endpoint.disabled",
]
DeliveryStatus = Literal["pending", "delivered", "failed", "cancelled"]
FinalStatus = Literal["delivered", "failed", "cancelled"]

SECRET_PREFIX = "whsec_"  # noqa: S105  the prefix the standard names, not a secret


class EventData(Value):
    """The thin body of an event: enough to know what to fetch, nothing of the document."""

    id: str
    status: JobStatus | BatchStatus | Literal["disabled", "enabled"]
    verdict: Verdict | None = None
    batch_id: str | None = None
    links: dict[str, str] = Field(default_factory=dict)


class WebhookEvent(Value):
    """The body of a webhook, as it is signed and sent."""

    type: EventType
    timestamp: datetime
    data: EventData


class EndpointRequest(Value):
    """What a new endpoint is made from; no events means all of them."""

    url: AnyHttpUrl
    events: tuple[Subscribable, ...] = ()
    description: str = Field(default="", max_length=1000)


class EndpointChange(Value):
    """What may be changed about an endpoint; fields left out stay."""

    url: AnyHttpUrl | None = None
    events: tuple[Subscribable, ...] | None = None
    description: str | None = Field(default=None, max_length=1000)
    enabled: bool | None = None


class Rotation(Value):
    """How long the secret before signs along with the new one; 0 ends it at once."""

    overlap_hours: int = Field(default=24, ge=0, le=168)


class Replay(Value):
    """Which events are sent once more: those recorded in a time and last ended in a status.

    Events recorded while an endpoint was switched off are `cancelled`.
    """

    since: AwareDatetime
    until: AwareDatetime | None = None
    status: tuple[FinalStatus, ...] = Field(default=("failed", "cancelled"), min_length=1)


class Replayed(Value):
    """How many events are sent once more, and how many of the range are left for another call."""

    replayed: int
    remaining: int


class Endpoint(Value):
    """A webhook endpoint as customers read it."""

    id: str
    url: str
    events: tuple[str, ...]
    description: str
    enabled: bool
    disabled_reason: str | None
    previous_secret_until: datetime | None
    """During a rotation: until when events are signed under the secret before as well."""
    created_at: datetime


class EndpointSecret(Endpoint):
    """An endpoint with its secret: said once, at creation and at rotation."""

    secret: str


class EndpointList(Value):
    """All endpoints of a tenant."""

    data: tuple[Endpoint, ...]
    next_cursor: str | None = None


class DeliveryRequest(Value):
    """Where an event was sent, and the headers it was sent with."""

    url: str
    headers: dict[str, str]


class DeliveryAttempt(Value):
    """One try at delivering an event; `status` is the HTTP status, null when none came back.

    Of the answer the log keeps the beginning: 4 KiB of its body, and as much of its headers.
    """

    number: int
    at: datetime
    status: int | None
    error: str | None
    duration_ms: int
    request: DeliveryRequest | None
    response_headers: dict[str, str]
    response: str


class Delivery(Value):
    """An event on its way to an endpoint, with every attempt so far."""

    id: str
    endpoint_id: str
    event_id: str
    type: str
    status: DeliveryStatus
    attempts: tuple[DeliveryAttempt, ...]
    next_attempt_at: datetime | None
    created_at: datetime
    body: JsonValue = None


class DeliveryList(Value):
    """One page of deliveries; `next_cursor` is null on the last."""

    data: tuple[Delivery, ...]
    next_cursor: str | None


class JobEvent(Value):
    """One line of a job's event stream; `seq` is what Last-Event-ID names."""

    seq: int
    type: str
    at: datetime
    data: dict[str, JsonValue]


class BatchEvent(Value):
    """One line of a batch's event stream; `id` is what Last-Event-ID names.

    `item.finished` tells of one item; `batch.progress` and the last line, `batch.completed`, hold
    the batch as it is, and have no id: they say what is so, not what happened.
    """

    id: str | None
    type: Literal["item.finished", "batch.progress", "batch.completed"]
    at: datetime
    data: dict[str, JsonValue]


def make_secret(entropy: bytes) -> str:
    """Return a signing secret as Standard Webhooks writes them; give it 24 random bytes or more."""
    return SECRET_PREFIX + base64.b64encode(entropy).decode()

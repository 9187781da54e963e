"""Server-sent events: from lines of text to events, and how a subscription goes on."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel

from gouji.client.flow import Ask
from schemas.event import BatchEvent, JobEvent

E = TypeVar("E", bound=BaseModel)

SILENCE_S = 60.0
"""The server says something every quarter of a minute; silence longer than this is no stream."""
BROKEN_TRIES = 8


@dataclass
class Lines:
    """Puts the lines of a stream together to the data of its events, as the standard says."""

    last_id: str | None = None
    _id: str | None = None
    _data: list[str] = field(default_factory=list)

    def feed(self, line: str) -> str | None:
        """Take a line without its end; return an event's data when it is whole."""
        if not line:
            data, self._data = "\n".join(self._data), []
            if data and self._id is not None:
                self.last_id = self._id
            return data or None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "id":
            self._id = value
        return None


@dataclass(kw_only=True)
class Subscription(Generic[E]):
    """A stream that is asked for again, after the event last seen, until it is over."""

    address: str
    model: type[E]
    last_id: str | None = None
    broken: int = 0
    heard: bool = True
    over: bool = False
    _lines: Lines = field(default_factory=Lines)

    def ask(self) -> Ask:
        """Return the request that goes on from here."""
        headers = {"Accept": "text/event-stream"}
        if self.last_id is not None:
            headers["Last-Event-ID"] = self.last_id
        self._lines = Lines()
        self.heard = False
        return Ask(address=self.address, headers=headers, timeout_s=SILENCE_S)

    def take(self, line: str) -> E | None:
        """Take a line; return an event when it is whole."""
        data = self._lines.feed(line)
        if data is None:
            return None
        self.last_id = self._lines.last_id or self.last_id
        self.broken = 0
        self.heard = True
        event = self.model.model_validate_json(data, extra="ignore")
        self.over = isinstance(event, BatchEvent) and event.type == "batch.completed"
        return event

    def ended(self) -> None:
        """Note that the server ended its answer: with nothing said there is nothing more."""
        self.over = self.over or not self.heard

    def again_in_s(self) -> float | None:
        """Note a broken connection; return when to ask again, or None when it is given up."""
        self.broken += 1
        return None if self.broken >= BROKEN_TRIES else min(10.0, 0.5 * 2**self.broken)


def of_job(job_id: str, last_id: str | None) -> Subscription[JobEvent]:
    """Return the subscription of a job's events."""
    return Subscription(address=f"/v1/jobs/{job_id}/events", model=JobEvent, last_id=last_id)


def of_batch(batch_id: str, last_id: str | None) -> Subscription[BatchEvent]:
    """Return the subscription of a batch's events."""
    address = f"/v1/batches/{batch_id}/events"
    return Subscription(address=address, model=BatchEvent, last_id=last_id)

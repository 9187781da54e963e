"""The synchronous client; `aio` has the same methods."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, Unpack

import httpx
from pydantic import BaseModel, JsonValue

from gouji.client import calls, stream, uploads, wire
from gouji.client.calls import P
from gouji.client.errors import Unreachable, problem
from gouji.client.flow import Ask, Effect, Flow, Pause, Save, Send, Work, fetched, read, saved
from gouji.client.folder import submit_folder
from gouji.client.ledger import Ledger
from gouji.client.patience import patiently
from gouji.client.stream import Subscription
from gouji.client.uploads import Sending
from gouji.client.wishes import (
    DeliveryFilters,
    ExportFormat,
    FilePart,
    ItemFilters,
    JobFilters,
    Progress,
    ResultFormat,
    Wishes,
)
from schemas.batch import Batch, BatchItem, BatchItemList, BatchList
from schemas.event import (
    BatchEvent,
    Delivery,
    DeliveryList,
    Endpoint,
    EndpointSecret,
    FinalStatus,
    JobEvent,
    Subscribable,
)
from schemas.job import Job, JobList
from schemas.record import Record
from schemas.table import Tables
from schemas.tenant import Quota, Usage
from schemas.upload import Upload
from schemas.validation import Validation

T = TypeVar("T")
E = TypeVar("E", bound=BaseModel)


class Client:
    """Talks to one service; a context manager that closes its connections.

    `ledger` remembers uploads that were interrupted, so that another run goes on with them;
    `transport` replaces the network, for tests.
    """

    def __init__(
        self,
        server: str,
        key: str | None = None,
        *,
        timeout_s: float = 60.0,
        ledger: Ledger | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._session = wire.session(server)
        self._ours = wire.authorisation(key)
        self._ledger = ledger
        self._http = httpx.Client(transport=transport, **wire.settings(server, timeout_s))

    @property
    def server(self) -> str:
        """The address of the service."""
        return self._session.server

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # Jobs

    def submit(
        self, path: Path, *, progress: Progress | None = None, **wishes: Unpack[Wishes]
    ) -> Job:
        """Hand in one document."""
        return self._run(uploads.submit(path, wishes, self._sending(progress)))

    def job(self, job_id: str, *, wait_s: float = 0) -> Job:
        """Read a job; with `wait_s` the server answers when it is finished, or the wait over."""
        return self._run(calls.job(job_id, wait_s))

    def wait(self, job_id: str, *, patience_s: float = 600) -> Job:
        """Wait until a job is finished; return it as it is when the patience is over."""
        return self._run(calls.wait(job_id, patience_s))

    def jobs(self, **filters: Unpack[JobFilters]) -> Iterator[Job]:
        """Yield the jobs that match, the newest first."""
        for page in self._pages(JobList, "/v1/jobs", filters):
            yield from page.data

    def follow(self, job_id: str, *, last_event_id: str | None = None) -> Iterator[JobEvent]:
        """Yield a job's events to its end, over lost connections; go on after `last_event_id`."""
        return self._follow(stream.of_job(job_id, last_event_id))

    def cancel(self, job_id: str) -> Job:
        """Cancel a job that is not finished."""
        return self._run(calls.act(Job, f"/v1/jobs/{job_id}/cancel"))

    def retry(self, job_id: str) -> Job:
        """Try a job again."""
        return self._run(calls.act(Job, f"/v1/jobs/{job_id}/retry"))

    def delete(self, job_id: str) -> None:
        """Delete a job and its results."""
        self._run(calls.delete(f"/v1/jobs/{job_id}"))

    # Results

    def record(self, job_id: str) -> Record:
        """Return the record of a job."""
        return Record.model_validate_json(self.result(job_id, "json"), extra="ignore")

    def validation(self, job_id: str) -> Validation:
        """Return the validation of a job."""
        return Validation.model_validate_json(self.file(job_id, "validation"), extra="ignore")

    def tables(self, job_id: str) -> Tables:
        """Return every table of a job."""
        return Tables.model_validate_json(self.file(job_id, "tables"), extra="ignore")

    def result(self, job_id: str, kind: ResultFormat) -> bytes:
        """Return the result of a job in one of its formats."""
        return self._run(fetched(Ask(address=f"/v1/jobs/{job_id}/result", params={"format": kind})))

    def file(self, job_id: str, part: FilePart) -> bytes:
        """Return another file of a job as it is stored."""
        return self._run(fetched(Ask(address=f"/v1/jobs/{job_id}/{part}")))

    def page(self, job_id: str, number: int) -> bytes:
        """Return the upright picture of a page (WebP)."""
        return self._run(fetched(Ask(address=f"/v1/jobs/{job_id}/pages/{number}")))

    # Batches

    def submit_batch(
        self, paths: Sequence[Path], *, progress: Progress | None = None, **wishes: Unpack[Wishes]
    ) -> Batch:
        """Hand in archives and documents as one batch."""
        return self._run(uploads.submit_batch(paths, wishes, self._sending(progress)))

    def submit_folder(
        self, folder: Path, *, progress: Progress | None = None, **wishes: Unpack[Wishes]
    ) -> Batch:
        """Hand in a folder with all below it as one batch; again, it is the same batch."""
        return self._run(submit_folder(folder, wishes, self._sending(progress)))

    def submit_prefix(self, prefix: str, **wishes: Unpack[Wishes]) -> Batch:
        """Have everything below `s3://bucket/path/` taken in, where the operator has opened it."""
        return self._run(uploads.submit_prefix(prefix, wishes))

    def upload(self, path: Path, *, progress: Progress | None = None) -> Upload:
        """Send a file in parts, going on where an earlier attempt stopped."""
        return self._run(uploads.upload(path, self._sending(progress)))

    def batch(self, batch_id: str, *, wait_s: float = 0) -> Batch:
        """Read a batch; with `wait_s` the server answers when it is finished, or the wait over."""
        return self._run(calls.batch(batch_id, wait_s))

    def wait_batch(self, batch_id: str, *, patience_s: float = 3600) -> Batch:
        """Wait until a batch is finished; return it as it is when the patience is over."""
        return self._run(calls.wait_batch(batch_id, patience_s))

    def batches(self) -> Iterator[Batch]:
        """Yield all batches, the newest first."""
        for page in self._pages(BatchList, "/v1/batches", {}):
            yield from page.data

    def items(self, batch_id: str, **filters: Unpack[ItemFilters]) -> Iterator[BatchItem]:
        """Yield the items of a batch in order."""
        for page in self._pages(BatchItemList, f"/v1/batches/{batch_id}/items", filters):
            yield from page.data

    def follow_batch(
        self, batch_id: str, *, last_event_id: str | None = None
    ) -> Iterator[BatchEvent]:
        """Yield a batch's events to its end, over lost connections."""
        return self._follow(stream.of_batch(batch_id, last_event_id))

    def cancel_batch(self, batch_id: str) -> Batch:
        """Cancel what of a batch is not finished."""
        return self._run(calls.act(Batch, f"/v1/batches/{batch_id}/cancel"))

    def retry_batch(self, batch_id: str) -> Batch:
        """Try again what of a batch failed, was cancelled or has gaps."""
        return self._run(calls.act(Batch, f"/v1/batches/{batch_id}/retry"))

    def delete_batch(self, batch_id: str) -> None:
        """Delete a batch with all its jobs and results."""
        self._run(calls.delete(f"/v1/batches/{batch_id}"))

    def export(self, batch_id: str, kind: ExportFormat, target: Path) -> None:
        """Write the export of a batch to a file, whole or not at all."""
        ask = Ask(address=f"/v1/batches/{batch_id}/export", params={"format": kind})
        self._run(saved(ask, target))

    # Webhooks

    def register(
        self, url: str, events: Sequence[Subscribable] = (), description: str = ""
    ) -> EndpointSecret:
        """Register an address for events; keep the secret, it is said only now."""
        return self._run(calls.register(url, events, description))

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the registered addresses."""
        return self._run(calls.endpoints())

    def change_endpoint(self, endpoint_id: str, change: Mapping[str, JsonValue]) -> Endpoint:
        """Change fields of an endpoint: `url`, `events`, `description`, `enabled`."""
        return self._run(calls.change_endpoint(endpoint_id, change))

    def rotate_secret(self, endpoint_id: str, *, overlap_hours: int = 24) -> EndpointSecret:
        """Make a new secret; the one before signs along for some hours."""
        return self._run(calls.rotate_secret(endpoint_id, overlap_hours))

    def unregister(self, endpoint_id: str) -> None:
        """Forget an address."""
        self._run(calls.delete(f"/v1/webhook_endpoints/{endpoint_id}"))

    def send_test(self, endpoint_id: str) -> Delivery:
        """Send an address a test event."""
        return self._run(calls.send_test(endpoint_id))

    def deliveries(self, **filters: Unpack[DeliveryFilters]) -> Iterator[Delivery]:
        """Yield deliveries with their attempts, the newest first."""
        for page in self._pages(DeliveryList, "/v1/webhook_deliveries", filters):
            yield from page.data

    def replay(self, delivery_id: str) -> Delivery:
        """Send an event once more, under its own id."""
        return self._run(calls.replay(delivery_id))

    def replay_range(
        self,
        endpoint_id: str,
        since: datetime,
        until: datetime | None = None,
        status: Sequence[FinalStatus] = ("failed", "cancelled"),
    ) -> int:
        """Send the events of a time once more that last ended so; return how many."""
        return self._run(calls.replay_range(endpoint_id, since, until, status))

    # What may be used, and was

    def quota(self) -> Quota:
        """Return what may be done with this key, and how much of it is taken up now."""
        return self._run(read(Quota, Ask(address="/v1/quota")))

    def usage(self, since: date | None = None, until: date | None = None) -> Usage:
        """Return what was handed in from a day to a day; this month's when none is named."""
        return self._run(calls.usage(since, until))

    # The wire

    def _sending(self, progress: Progress | None) -> Sending:
        return Sending(server=self.server, ledger=self._ledger, progress=progress)

    def _run(self, flow: Flow[T]) -> T:
        """Do what a flow asks for, until it returns."""
        try:
            effect = next(flow)
            while True:
                try:
                    came = self._do(effect)
                except Exception as exc:
                    effect = flow.throw(exc)
                else:
                    effect = flow.send(came)
        except StopIteration as stop:
            found: T = stop.value
            return found

    def _do(self, effect: Effect) -> object:
        match effect:
            case Ask() | Save():
                return self._run(patiently(effect, self._session))
            case Send():
                return self._send(effect.what)
            case Pause():
                time.sleep(effect.seconds)
                return None
            case Work():
                return effect.action()

    def _send(self, what: Ask | Save) -> httpx.Response:
        with ExitStack() as opened:
            if isinstance(what, Ask):
                return self._http.request(**wire.arguments(what, self.server, self._ours, opened))
            how = wire.arguments(what.ask, self.server, self._ours, opened)
            answer = opened.enter_context(self._http.stream(**how))
            if answer.status_code != httpx.codes.OK:
                answer.read()
                return answer
            with wire.whole(what.target) as file:
                for chunk in answer.iter_bytes(wire.CHUNK_BYTES):
                    file.write(chunk)
            return answer

    def _pages(self, model: type[P], address: str, filters: Mapping[str, object]) -> Iterator[P]:
        cursor: str | None = None
        while True:
            page = self._run(calls.page(model, address, filters, cursor))
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return

    def _follow(self, subscription: Subscription[E]) -> Iterator[E]:
        while not subscription.over:
            try:
                yield from self._listen(subscription)
            except httpx.TransportError as exc:
                again_s = subscription.again_in_s()
                if again_s is None:
                    raise Unreachable(self.server) from exc
                time.sleep(again_s)

    def _listen(self, subscription: Subscription[E]) -> Iterator[E]:
        with ExitStack() as opened:
            how = wire.arguments(subscription.ask(), self.server, self._ours, opened)
            answer = opened.enter_context(self._http.stream(**how))
            if answer.is_error:
                answer.read()
                raise problem(answer)
            for line in answer.iter_lines():
                event = subscription.take(line)
                if event is not None:
                    yield event
            subscription.ended()

"""The asynchronous client; `sync` has the same methods."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
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


class AsyncClient:
    """Talks to one service; an asynchronous context manager that closes its connections.

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
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._session = wire.session(server)
        self._ours = wire.authorisation(key)
        self._ledger = ledger
        self._http = httpx.AsyncClient(transport=transport, **wire.settings(server, timeout_s))

    @property
    def server(self) -> str:
        """The address of the service."""
        return self._session.server

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    # Jobs

    async def submit(
        self, path: Path, *, progress: Progress | None = None, **wishes: Unpack[Wishes]
    ) -> Job:
        """Hand in one document."""
        return await self._run(uploads.submit(path, wishes, self._sending(progress)))

    async def job(self, job_id: str, *, wait_s: float = 0) -> Job:
        """Read a job; with `wait_s` the server answers when it is finished, or the wait over."""
        return await self._run(calls.job(job_id, wait_s))

    async def wait(self, job_id: str, *, patience_s: float = 600) -> Job:
        """Wait until a job is finished; return it as it is when the patience is over."""
        return await self._run(calls.wait(job_id, patience_s))

    async def jobs(self, **filters: Unpack[JobFilters]) -> AsyncIterator[Job]:
        """Yield the jobs that match, the newest first."""
        async for page in self._pages(JobList, "/v1/jobs", filters):
            for one in page.data:
                yield one

    def follow(self, job_id: str, *, last_event_id: str | None = None) -> AsyncIterator[JobEvent]:
        """Yield a job's events to its end, over lost connections; go on after `last_event_id`."""
        return self._follow(stream.of_job(job_id, last_event_id))

    async def cancel(self, job_id: str) -> Job:
        """Cancel a job that is not finished."""
        return await self._run(calls.act(Job, f"/v1/jobs/{job_id}/cancel"))

    async def retry(self, job_id: str) -> Job:
        """Try a job again."""
        return await self._run(calls.act(Job, f"/v1/jobs/{job_id}/retry"))

    async def delete(self, job_id: str) -> None:
        """Delete a job and its results."""
        await self._run(calls.delete(f"/v1/jobs/{job_id}"))

    # Results

    async def record(self, job_id: str) -> Record:
        """Return the record of a job."""
        return Record.model_validate_json(await self.result(job_id, "json"), extra="ignore")

    async def validation(self, job_id: str) -> Validation:
        """Return the validation of a job."""
        return Validation.model_validate_json(await self.file(job_id, "validation"), extra="ignore")

    async def tables(self, job_id: str) -> Tables:
        """Return every table of a job."""
        return Tables.model_validate_json(await self.file(job_id, "tables"), extra="ignore")

    async def result(self, job_id: str, kind: ResultFormat) -> bytes:
        """Return the result of a job in one of its formats."""
        return await self._run(
            fetched(Ask(address=f"/v1/jobs/{job_id}/result", params={"format": kind}))
        )

    async def file(self, job_id: str, part: FilePart) -> bytes:
        """Return another file of a job as it is stored."""
        return await self._run(fetched(Ask(address=f"/v1/jobs/{job_id}/{part}")))

    async def page(self, job_id: str, number: int) -> bytes:
        """Return the upright picture of a page (WebP)."""
        return await self._run(fetched(Ask(address=f"/v1/jobs/{job_id}/pages/{number}")))

    # Batches

    async def submit_batch(
        self, paths: Sequence[Path], *, progress: Progress | None = None, **wishes: Unpack[Wishes]
    ) -> Batch:
        """Hand in archives and documents as one batch."""
        return await self._run(uploads.submit_batch(paths, wishes, self._sending(progress)))

    async def submit_folder(
        self, folder: Path, *, progress: Progress | None = None, **wishes: Unpack[Wishes]
    ) -> Batch:
        """Hand in a folder with all below it as one batch; again, it is the same batch."""
        return await self._run(submit_folder(folder, wishes, self._sending(progress)))

    async def submit_prefix(self, prefix: str, **wishes: Unpack[Wishes]) -> Batch:
        """Have everything below `s3://bucket/path/` taken in, where the operator has opened it."""
        return await self._run(uploads.submit_prefix(prefix, wishes))

    async def upload(self, path: Path, *, progress: Progress | None = None) -> Upload:
        """Send a file in parts, going on where an earlier attempt stopped."""
        return await self._run(uploads.upload(path, self._sending(progress)))

    async def batch(self, batch_id: str, *, wait_s: float = 0) -> Batch:
        """Read a batch; with `wait_s` the server answers when it is finished, or the wait over."""
        return await self._run(calls.batch(batch_id, wait_s))

    async def wait_batch(self, batch_id: str, *, patience_s: float = 3600) -> Batch:
        """Wait until a batch is finished; return it as it is when the patience is over."""
        return await self._run(calls.wait_batch(batch_id, patience_s))

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield all batches, the newest first."""
        async for page in self._pages(BatchList, "/v1/batches", {}):
            for one in page.data:
                yield one

    async def items(
        self, batch_id: str, **filters: Unpack[ItemFilters]
    ) -> AsyncIterator[BatchItem]:
        """Yield the items of a batch in order."""
        async for page in self._pages(BatchItemList, f"/v1/batches/{batch_id}/items", filters):
            for one in page.data:
                yield one

    def follow_batch(
        self, batch_id: str, *, last_event_id: str | None = None
    ) -> AsyncIterator[BatchEvent]:
        """Yield a batch's events to its end, over lost connections."""
        return self._follow(stream.of_batch(batch_id, last_event_id))

    async def cancel_batch(self, batch_id: str) -> Batch:
        """Cancel what of a batch is not finished."""
        return await self._run(calls.act(Batch, f"/v1/batches/{batch_id}/cancel"))

    async def retry_batch(self, batch_id: str) -> Batch:
        """Try again what of a batch failed, was cancelled or has gaps."""
        return await self._run(calls.act(Batch, f"/v1/batches/{batch_id}/retry"))

    async def delete_batch(self, batch_id: str) -> None:
        """Delete a batch with all its jobs and results."""
        await self._run(calls.delete(f"/v1/batches/{batch_id}"))

    async def export(self, batch_id: str, kind: ExportFormat, target: Path) -> None:
        """Write the export of a batch to a file, whole or not at all."""
        ask = Ask(address=f"/v1/batches/{batch_id}/export", params={"format": kind})
        await self._run(saved(ask, target))

    # Webhooks

    async def register(
        self, url: str, events: Sequence[Subscribable] = (), description: str = ""
    ) -> EndpointSecret:
        """Register an address for events; keep the secret, it is said only now."""
        return await self._run(calls.register(url, events, description))

    async def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the registered addresses."""
        return await self._run(calls.endpoints())

    async def change_endpoint(self, endpoint_id: str, change: Mapping[str, JsonValue]) -> Endpoint:
        """Change fields of an endpoint: `url`, `events`, `description`, `enabled`."""
        return await self._run(calls.change_endpoint(endpoint_id, change))

    async def rotate_secret(self, endpoint_id: str, *, overlap_hours: int = 24) -> EndpointSecret:
        """Make a new secret; the one before signs along for some hours."""
        return await self._run(calls.rotate_secret(endpoint_id, overlap_hours))

    async def unregister(self, endpoint_id: str) -> None:
        """Forget an address."""
        await self._run(calls.delete(f"/v1/webhook_endpoints/{endpoint_id}"))

    async def send_test(self, endpoint_id: str) -> Delivery:
        """Send an address a test event."""
        return await self._run(calls.send_test(endpoint_id))

    async def deliveries(self, **filters: Unpack[DeliveryFilters]) -> AsyncIterator[Delivery]:
        """Yield deliveries with their attempts, the newest first."""
        async for page in self._pages(DeliveryList, "/v1/webhook_deliveries", filters):
            for one in page.data:
                yield one

    async def replay(self, delivery_id: str) -> Delivery:
        """Send an event once more, under its own id."""
        return await self._run(calls.replay(delivery_id))

    async def replay_range(
        self,
        endpoint_id: str,
        since: datetime,
        until: datetime | None = None,
        status: Sequence[FinalStatus] = ("failed", "cancelled"),
    ) -> int:
        """Send the events of a time once more that last ended so; return how many."""
        return await self._run(calls.replay_range(endpoint_id, since, until, status))

    # What may be used, and was

    async def quota(self) -> Quota:
        """Return what may be done with this key, and how much of it is taken up now."""
        return await self._run(read(Quota, Ask(address="/v1/quota")))

    async def usage(self, since: date | None = None, until: date | None = None) -> Usage:
        """Return what was handed in from a day to a day; this month's when none is named."""
        return await self._run(calls.usage(since, until))

    # The wire

    def _sending(self, progress: Progress | None) -> Sending:
        return Sending(server=self.server, ledger=self._ledger, progress=progress)

    async def _run(self, flow: Flow[T]) -> T:
        """Do what a flow asks for, until it returns."""
        try:
            effect = next(flow)
            while True:
                try:
                    came = await self._do(effect)
                except Exception as exc:
                    effect = flow.throw(exc)
                else:
                    effect = flow.send(came)
        except StopIteration as stop:
            found: T = stop.value
            return found

    async def _do(self, effect: Effect) -> object:
        match effect:
            case Ask() | Save():
                return await self._run(patiently(effect, self._session))
            case Send():
                return await self._send(effect.what)
            case Pause():
                await asyncio.sleep(effect.seconds)
                return None
            case Work():
                return await asyncio.to_thread(effect.action)

    async def _send(self, what: Ask | Save) -> httpx.Response:
        async with AsyncExitStack() as streaming:
            opened = streaming.enter_context(ExitStack())
            if isinstance(what, Ask):
                return await self._http.request(
                    **wire.arguments(what, self.server, self._ours, opened)
                )
            how = wire.arguments(what.ask, self.server, self._ours, opened)
            answer = await streaming.enter_async_context(self._http.stream(**how))
            if answer.status_code != httpx.codes.OK:
                await answer.aread()
                return answer
            with wire.whole(what.target) as file:
                async for chunk in answer.aiter_bytes(wire.CHUNK_BYTES):
                    file.write(chunk)
            return answer

    async def _pages(
        self, model: type[P], address: str, filters: Mapping[str, object]
    ) -> AsyncIterator[P]:
        cursor: str | None = None
        while True:
            page = await self._run(calls.page(model, address, filters, cursor))
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _follow(self, subscription: Subscription[E]) -> AsyncIterator[E]:
        while not subscription.over:
            try:
                async for event in self._listen(subscription):
                    yield event
            except httpx.TransportError as exc:
                again_s = subscription.again_in_s()
                if again_s is None:
                    raise Unreachable(self.server) from exc
                await asyncio.sleep(again_s)

    async def _listen(self, subscription: Subscription[E]) -> AsyncIterator[E]:
        async with AsyncExitStack() as streaming:
            opened = streaming.enter_context(ExitStack())
            how = wire.arguments(subscription.ask(), self.server, self._ours, opened)
            answer = await streaming.enter_async_context(self._http.stream(**how))
            if answer.is_error:
                await answer.aread()
                raise problem(answer)
            async for line in answer.aiter_lines():
                event = subscription.take(line)
                if event is not None:
                    yield event
            subscription.ended()

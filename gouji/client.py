"""The client of the service: typed, synchronous, patient with a busy server.

ClientError              says what happened and what to do next
├── Unreachable          nobody answers at the address
└── Refused              the server's problem+json: `code`, `status`, `retryable`
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import httpx

from schemas.batch import Batch, BatchItem, BatchItemList
from schemas.event import (
    Delivery,
    DeliveryList,
    Endpoint,
    EndpointList,
    EndpointSecret,
    Subscribable,
)
from schemas.job import TERMINAL, Job, JobList, Priority
from schemas.record import Record
from schemas.table import Tables
from schemas.validation import Validation

ResultFormat = Literal["json", "csv", "xlsx", "html", "pdf"]
ExportFormat = Literal["csv", "xlsx", "parquet", "jsonl", "html"]

_LONG_POLL_S = 20.0
_TRIES = 5
_BUSY = frozenset({429, 502, 503, 504})
_CHUNK_BYTES = 1024 * 1024


class ClientError(Exception):
    """Something did not work; the message says what to do next."""


class Unreachable(ClientError):  # noqa: N818  says what is so
    """Nobody answers at the address."""

    def __init__(self, server: str) -> None:
        super().__init__(
            f"No gouji service answers at {server}. Start one with `gouji serve`, or name another "
            "address with --server."
        )


class Refused(ClientError):  # noqa: N818  says what is so
    """The server refused; `code` is stable, the message is for people."""

    def __init__(self, status: int, code: str, detail: str, *, retryable: bool) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.retryable = retryable


class Client:
    """Talks to one service; a context manager that closes its connections."""

    def __init__(self, server: str, key: str | None = None, *, timeout_s: float = 60.0) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.server = server.rstrip("/")
        self._http = httpx.Client(
            base_url=self.server, headers=headers, timeout=timeout_s, follow_redirects=False
        )

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
        self,
        path: Path,
        *,
        priority: Priority = "interactive",
        metadata: str | None = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """Hand in one document."""
        return Job.model_validate(
            self._send_files("/v1/jobs", [path], priority, metadata, idempotency_key)
        )

    def job(self, job_id: str, *, wait_s: float = 0) -> Job:
        """Read a job, waiting on the server until it is finished or the patience is over."""
        answer = self._ask("GET", f"/v1/jobs/{job_id}", params={"wait": wait_s})
        return Job.model_validate(answer.json())

    def wait(self, job_id: str, *, patience_s: float = 600) -> Job:
        """Wait until a job is finished; return it as it is when the patience is over."""
        deadline = time.monotonic() + patience_s
        while True:
            left = deadline - time.monotonic()
            job = self.job(job_id, wait_s=max(0.0, min(_LONG_POLL_S, left)))
            if job.status in TERMINAL or left <= 0:
                return job

    def jobs(self, **filters: str | int) -> Iterator[Job]:
        """Yield the jobs that match, the newest first."""
        for page in self._pages("/v1/jobs", filters):
            yield from JobList.model_validate(page).data

    def cancel(self, job_id: str) -> Job:
        """Cancel a job that is not finished."""
        return Job.model_validate(self._ask("POST", f"/v1/jobs/{job_id}/cancel").json())

    def retry(self, job_id: str) -> Job:
        """Try a job again."""
        return Job.model_validate(self._ask("POST", f"/v1/jobs/{job_id}/retry").json())

    def delete(self, job_id: str) -> None:
        """Delete a job and its results."""
        self._ask("DELETE", f"/v1/jobs/{job_id}")

    # Results

    def record(self, job_id: str) -> Record:
        """Return the record of a job."""
        return Record.model_validate_json(self.result(job_id, "json"))

    def validation(self, job_id: str) -> Validation:
        """Return the validation of a job."""
        content = self._fetch(f"/v1/jobs/{job_id}/validation")
        return Validation.model_validate_json(content)

    def tables(self, job_id: str) -> Tables:
        """Return every table of a job."""
        return Tables.model_validate_json(self._fetch(f"/v1/jobs/{job_id}/tables"))

    def result(self, job_id: str, kind: ResultFormat) -> bytes:
        """Return the result of a job in one of its formats."""
        return self._fetch(f"/v1/jobs/{job_id}/result", {"format": kind})

    def file(self, job_id: str, part: Literal["validation", "tables", "source"]) -> bytes:
        """Return another file of a job as it is stored."""
        return self._fetch(f"/v1/jobs/{job_id}/{part}")

    def page(self, job_id: str, number: int) -> bytes:
        """Return the upright picture of a page (WebP)."""
        return self._fetch(f"/v1/jobs/{job_id}/pages/{number}")

    # Batches

    def submit_batch(
        self,
        paths: Sequence[Path],
        *,
        priority: Priority = "bulk",
        metadata: str | None = None,
        idempotency_key: str | None = None,
    ) -> Batch:
        """Hand in archives and documents as one batch."""
        return Batch.model_validate(
            self._send_files("/v1/batches", paths, priority, metadata, idempotency_key)
        )

    def batch(self, batch_id: str) -> Batch:
        """Read a batch."""
        return Batch.model_validate(self._ask("GET", f"/v1/batches/{batch_id}").json())

    def items(self, batch_id: str) -> Iterator[BatchItem]:
        """Yield the items of a batch in order."""
        for page in self._pages(f"/v1/batches/{batch_id}/items", {}):
            yield from BatchItemList.model_validate(page).data

    def export(self, batch_id: str, kind: ExportFormat, target: Path) -> None:
        """Write the export of a batch to a file, whole or not at all."""
        aside = target.with_name(target.name + ".part")
        address = f"/v1/batches/{batch_id}/export"
        with self._http.stream("GET", address, params={"format": kind}) as answer:
            if answer.is_error:
                answer.read()
                raise _problem(answer)
            with aside.open("wb") as file:
                for chunk in answer.iter_bytes(_CHUNK_BYTES):
                    file.write(chunk)
        aside.replace(target)

    # Webhooks

    def register(self, url: str, events: Sequence[Subscribable] = ()) -> EndpointSecret:
        """Register an address for events; keep the secret, it is said only now."""
        body = {"url": url, "events": list(events)}
        answer = self._ask("POST", "/v1/webhook_endpoints", json=body)
        return EndpointSecret.model_validate(answer.json())

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the registered addresses."""
        answer = self._ask("GET", "/v1/webhook_endpoints")
        return EndpointList.model_validate(answer.json()).data

    def unregister(self, endpoint_id: str) -> None:
        """Forget an address."""
        self._ask("DELETE", f"/v1/webhook_endpoints/{endpoint_id}")

    def deliveries(self, **filters: str | int) -> Iterator[Delivery]:
        """Yield deliveries with their attempts, the newest first."""
        for page in self._pages("/v1/webhook_deliveries", filters):
            yield from DeliveryList.model_validate(page).data

    # The wire

    def _send_files(
        self,
        address: str,
        paths: Sequence[Path],
        priority: Priority,
        metadata: str | None,
        idempotency_key: str | None,
    ) -> object:
        fields = {"priority": priority, **({"metadata": metadata} if metadata else {})}
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        with ExitStack() as opened:
            files = [("file", (path.name, opened.enter_context(path.open("rb")))) for path in paths]
            return self._ask("POST", address, data=fields, files=files, headers=headers).json()

    def _pages(self, address: str, filters: dict[str, str | int]) -> Iterator[object]:
        cursor: str | None = None
        while True:
            params = {**filters, **({"cursor": cursor} if cursor else {})}
            page = self._ask("GET", address, params=params).json()
            yield page
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _fetch(self, address: str, params: dict[str, str] | None = None) -> bytes:
        answer = self._ask("GET", address, params=params or {})
        if answer.status_code == httpx.codes.SEE_OTHER:
            try:  # a presigned address carries its own credentials; ours must not go there
                direct = httpx.get(answer.headers["location"], timeout=self._http.timeout)
            except httpx.TransportError as exc:
                raise Unreachable(answer.headers["location"].partition("?")[0]) from exc
            if direct.is_error:
                raise _problem(direct)
            return direct.content
        return answer.content

    def _ask(self, method: str, address: str, **arguments: Any) -> httpx.Response:
        """Send a request; a busy server is asked again, as late as it wishes."""
        for attempt in range(1, _TRIES + 1):
            try:
                answer = self._http.request(method, address, **arguments)
            except httpx.TransportError as exc:
                raise Unreachable(self.server) from exc
            if answer.status_code not in _BUSY or attempt == _TRIES:
                break
            time.sleep(_pause_s(answer, attempt))
            _rewind(arguments)
        if answer.is_error:
            raise _problem(answer)
        return answer


def _pause_s(answer: httpx.Response, attempt: int) -> float:
    asked = answer.headers.get("retry-after", "")
    return min(60.0, float(asked)) if asked.isdigit() else 0.5 * 2**attempt


def _rewind(arguments: dict[str, Any]) -> None:
    """Put the files of a request back to their beginning, to be sent once more."""
    for _, (_, file) in arguments.get("files", ()):
        file.seek(0)


def _problem(answer: httpx.Response) -> Refused:
    """Return a server's refusal; an answer that is no problem+json is named by its status."""
    try:
        body = answer.json()
        return Refused(
            answer.status_code,
            str(body["code"]),
            f"{body['detail']} {body['detail_en']}",
            retryable=bool(body["retryable"]),
        )
    except (ValueError, KeyError, TypeError):
        return Refused(
            answer.status_code,
            "unexpected_answer",
            f"The server answered {answer.status_code} in a form that is not gouji's. Check that "
            "the address is that of a gouji service.",
            retryable=answer.status_code in _BUSY,
        )

"""/v1/batches: many documents at once, and one export of all of them."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from api import (
    batch_events,
    batches,
    entity,
    export,
    forms,
    intake,
    removal,
    streams,
    uploads,
    waiting,
)
from api.auth import Asking
from api.batch_events import Position
from api.batches import ItemFilters
from api.forms import Submission
from api.headers import SANDBOX, disposition
from api.long_files import LongFormat
from api.openapi import UNCHANGED, files
from api.parts import Parts, parts
from schemas.batch import Batch, BatchDeletion, BatchItemList, BatchList, ItemStatus
from schemas.job import TERMINAL
from schemas.validation import Verdict

router = APIRouter(prefix="/v1/batches", tags=["batches"])

Found = Annotated[Parts, Depends(parts)]
Cursor = Annotated[str | None, Query(max_length=100)]
ItemCursor = Annotated[str | None, Query(max_length=18, pattern="^[0-9]+$")]
Limit = Annotated[int, Query(ge=1, le=1000)]

Format = LongFormat | Literal["html"]

_MEDIA_TYPES: dict[LongFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/x-ndjson",
}


@router.post(
    "", status_code=202, response_model=Batch, openapi_extra=forms.openapi("Batch", many=True)
)
async def post_batch(request: Request, found: Found, asking: Asking) -> Response:
    """Hand in archives (ZIP, TAR, 7Z) and documents; each document in them becomes a job."""
    async with forms.submission(request, asking.tenant, "bulk") as submission:
        batch_id = await run_in_threadpool(_submit, found, submission)
    batch = await run_in_threadpool(batches.read, found, asking.tenant, batch_id)
    return JSONResponse(
        batch.model_dump(mode="json"), status_code=202, headers={"Location": batch.links.self}
    )


def _submit(found: Parts, submission: Submission) -> str:
    wish = submission.wish
    if submission.files:
        return intake.submit_batch(found, submission.files, wish)
    if submission.prefix is not None:
        return intake.admit_prefix(found, submission.prefix, wish)
    sources = [uploads.source(found, wish.tenant, each) for each in submission.upload_ids]
    return intake.admit_batch(found, sources, wish)


@router.get("")
def list_batches(
    found: Found, asking: Asking, cursor: Cursor = None, limit: Limit = 20
) -> BatchList:
    """List batches, the newest first."""
    return batches.listed(found, asking.tenant, cursor, limit)


@router.get("/{batch_id}", response_model=Batch, responses=UNCHANGED)
async def get_batch(
    batch_id: str,
    found: Found,
    asking: Asking,
    wait: Annotated[float, Query(ge=0)] = 0,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Read a batch with its counts by status; 304 while it is as the ETag says.

    With `wait` the answer comes when it is finished, or changed from the ETag.
    """
    known = entity.version_of(if_none_match)
    batch, version = await waiting.until_batch_finished(
        found, asking.tenant, batch_id, wait, known=known
    )
    pace = {} if batch.status in TERMINAL else {"Retry-After": "2"}
    return entity.answer(batch, if_none_match, pace, version=version)


@router.get("/{batch_id}/events", response_class=Response, responses=streams.ANSWERS)
async def get_events(
    batch_id: str,
    found: Found,
    asking: Asking,
    last_event_id: Annotated[str | None, Header(pattern=batch_events.POSITION)] = None,
    items: bool = True,
) -> Response:
    """Follow a batch as server-sent events: each item's end, and the batch when it has changed.

    It begins after Last-Event-ID; `items=false` leaves out the items' ends. 204 when the batch has
    ended and all was seen: a browser then stops asking.
    """
    batch = await run_in_threadpool(batches.read, found, asking.tenant, batch_id)
    after = Position.parse(last_event_id) if last_event_id else Position()
    ended = batch.status in TERMINAL
    if (
        last_event_id
        and ended
        and not await streams.items_after(found, batch_id, after, ended=True)
    ):
        return Response(status_code=204)
    return streams.answer(streams.of_batch(found, asking.tenant, batch, after, items=items))


@router.get("/{batch_id}/items")
def get_items(
    batch_id: str,
    found: Found,
    asking: Asking,
    status: Annotated[list[ItemStatus] | None, Query()] = None,
    verdict: Verdict | None = None,
    text: Annotated[str | None, Query(max_length=100)] = None,
    cursor: ItemCursor = None,
    limit: Limit = 200,
) -> BatchItemList:
    """List the items of a batch in the order they were found; `text` is part of name or issuer."""
    wanted = ItemFilters(status=status or (), verdict=verdict, text=text)
    after = None if cursor is None else int(cursor)
    return batches.items(found, asking.tenant, batch_id, wanted, after, limit)


@router.get(
    "/{batch_id}/export",
    response_class=Response,
    responses=files(*_MEDIA_TYPES.values(), "text/html; charset=utf-8"),
)
def get_export(batch_id: str, found: Found, asking: Asking, format: Format = "csv") -> Response:  # noqa: A002  the contract's name
    """Return the values of all reports read so far, one row a value, or a page on them."""
    row, jobs = batches.assembled(found, asking.tenant, batch_id)
    name = f"gouji-{row.id}-{datetime.now(UTC).date().isoformat()}.{format}"
    headers = {
        "Content-Disposition": disposition("inline" if format == "html" else "attachment", name),
        "Gouji-Complete": "true" if row.status in TERMINAL else "false",
    }
    if format == "html":
        headers |= {"Content-Security-Policy": SANDBOX}
        page = export.summarised(found, batches.read(found, asking.tenant, batch_id), jobs)
        return Response(page, media_type="text/html; charset=utf-8", headers=headers)
    pieces = export.pieces(found, jobs, format)
    return StreamingResponse(pieces, media_type=_MEDIA_TYPES[format], headers=headers)


@router.post("/{batch_id}/cancel")
def cancel_batch(batch_id: str, found: Found, asking: Asking) -> Batch:
    """Cancel what of a batch is not finished."""
    batches.cancel(found, asking.tenant, batch_id)
    return batches.read(found, asking.tenant, batch_id)


@router.post("/{batch_id}/retry", status_code=202)
def retry_batch(batch_id: str, found: Found, asking: Asking) -> Batch:
    """Try again what of a finished batch failed, was cancelled or has gaps."""
    batches.retry(found, asking.tenant, batch_id)
    return batches.read(found, asking.tenant, batch_id)


@router.delete("/{batch_id}", status_code=204, responses={202: {"model": BatchDeletion}})
def delete_batch(batch_id: str, found: Found, asking: Asking) -> Response:
    """Delete a batch with all its jobs and results, whether it is finished or not.

    Of a large batch the jobs go in the background, some at a time: 202 says how many are left.
    """
    left = removal.delete_batch(found, asking.tenant, batch_id, by=asking.actor)
    if not left:
        return Response(status_code=204)
    deletion = BatchDeletion(id=batch_id, status="deleting", jobs_left=left)
    return JSONResponse(deletion.model_dump(mode="json"), status_code=202)

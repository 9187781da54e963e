"""/v1/uploads, /v1/api_keys, /v1/dead_letters: the smaller things around jobs."""

import tempfile
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import batches, dead_letters, jobs, keys, uploads
from api.auth import Asking
from api.dead_letters import DeadLetter, DeadLetterList
from api.keys import ApiKeyList, ApiKeySecret, KeyRequest
from api.parts import Parts, parts
from schemas.batch import Batch
from schemas.job import Job
from schemas.upload import Completion, Upload, UploadRequest

router = APIRouter(prefix="/v1")

Found = Annotated[Parts, Depends(parts)]


@router.post("/uploads", status_code=201, tags=["uploads"])
def post_upload(wanted: UploadRequest, found: Found, asking: Asking) -> Upload:
    """Ask for an address to PUT a large file to, or, with `size_bytes`, for those of its parts."""
    return uploads.begin(found, asking.tenant, wanted)


@router.get("/uploads/{upload_id}", tags=["uploads"])
def get_upload(upload_id: str, found: Found, asking: Asking) -> Upload:
    """Read an upload: which parts are there, and fresh addresses for the others."""
    return uploads.read(found, asking.tenant, upload_id)


@router.delete("/uploads/{upload_id}", status_code=204, tags=["uploads"])
def delete_upload(upload_id: str, found: Found, asking: Asking) -> None:
    """Give up an upload that is not complete."""
    uploads.abort(found, asking.tenant, upload_id)


@router.put("/uploads/{upload_id}/parts/{number}", status_code=204, tags=["uploads"])
async def put_upload_part(
    upload_id: str, number: int, request: Request, found: Found, asking: Asking
) -> Response:
    """Take a part of an upload, where the store has no address of its own."""
    with tempfile.TemporaryFile() as file:
        async for chunk in request.stream():
            file.write(chunk)
        tag = await run_in_threadpool(
            uploads.put_part, found, asking.tenant, upload_id, number, file
        )
    return Response(status_code=204, headers={"ETag": f'"{tag}"'})


@router.put("/uploads/{upload_id}/content", status_code=204, tags=["uploads"])
async def put_upload(upload_id: str, request: Request, found: Found, asking: Asking) -> None:
    """Take the bytes of an upload, where the store has no address of its own."""
    with tempfile.TemporaryFile() as file:
        async for chunk in request.stream():
            file.write(chunk)
        await run_in_threadpool(uploads.put_content, found, asking.tenant, upload_id, file)


@router.post("/uploads/{upload_id}/complete", tags=["uploads"])
def complete_upload(
    upload_id: str, found: Found, asking: Asking, wanted: Completion | None = None
) -> Upload:
    """Finish an upload; its id then stands for the file in jobs and batches."""
    return uploads.complete(found, asking.tenant, upload_id, wanted or Completion())


@router.post("/api_keys", status_code=201, tags=["api keys"])
def post_key(wanted: KeyRequest, found: Found, asking: Asking) -> ApiKeySecret:
    """Make a key; its value is said in this answer only."""
    return keys.create(found, asking, wanted)


@router.get("/api_keys", tags=["api keys"])
def list_keys(found: Found, asking: Asking) -> ApiKeyList:
    """List the valid keys by how they begin."""
    return keys.listed(found, asking.tenant)


@router.delete("/api_keys/{key_id}", status_code=204, tags=["api keys"])
def delete_key(key_id: str, found: Found, asking: Asking) -> None:
    """Make a key invalid at once."""
    keys.revoke(found, asking, key_id)


@router.get("/dead_letters", tags=["dead letters"])
def list_dead_letters(
    found: Found,
    asking: Asking,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeadLetterList:
    """List what was given up after too many attempts."""
    return dead_letters.listed(found, asking.tenant, cursor, limit)


@router.get("/dead_letters/{letter_id}", tags=["dead letters"])
def get_dead_letter(letter_id: str, found: Found, asking: Asking) -> DeadLetter:
    """Read one thing that was given up, and why."""
    return dead_letters.read(found, asking.tenant, letter_id)


@router.delete("/dead_letters/{letter_id}", status_code=204, tags=["dead letters"])
def delete_dead_letter(letter_id: str, found: Found, asking: Asking) -> None:
    """Discard a dead letter; its job or batch stays as it ended."""
    dead_letters.discard(found, asking.tenant, letter_id)


@router.post("/dead_letters/{letter_id}/requeue", status_code=202, tags=["dead letters"])
def requeue_dead_letter(letter_id: str, found: Found, asking: Asking) -> Job | Batch:
    """Put the job of a dead letter back in the queue, or have its batch opened once more."""
    letter = dead_letters.requeue(found, asking.tenant, letter_id)
    if letter.job_id is not None:
        return jobs.read(found, asking.tenant, letter.job_id)
    assert letter.batch_id is not None
    return batches.read(found, asking.tenant, letter.batch_id)

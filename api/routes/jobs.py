"""/v1/jobs: handing in, following, cancelling, retrying, deleting."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api import entity, forms, intake, jobs, removal, streams, uploads, waiting
from api.auth import Asking
from api.errors import ApiError
from api.forms import Submission
from api.intake import Admitted
from api.job_lists import Filters
from api.openapi import UNCHANGED
from api.parts import Parts, parts
from schemas.job import TERMINAL, Job, JobList, JobStatus
from schemas.validation import Verdict

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

Found = Annotated[Parts, Depends(parts)]
Cursor = Annotated[str | None, Query(max_length=100)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.post(
    "",
    status_code=202,
    response_model=Job,
    responses={200: {"model": Job, "description": "It was waited for and is finished."}},
    openapi_extra=forms.openapi("Document", many=False),
)
async def post_job(
    request: Request,
    found: Found,
    asking: Asking,
    prefer: Annotated[str | None, Header()] = None,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Response:
    """Hand in one document; the answer is a job to follow."""
    del idempotency_key  # declared for /openapi.json; read with the submission
    async with forms.submission(request, asking.tenant, "interactive") as submission:
        admitted = await run_in_threadpool(_submit, found, submission)
    wait_s = waiting.patience_s(found, prefer)
    if isinstance(admitted, Job) and not wait_s:
        job = admitted
    else:
        job_id = admitted.id if isinstance(admitted, Job) else admitted
        job, _ = await waiting.until_finished(found, asking.tenant, job_id, wait_s)
    status = 200 if wait_s and job.status in TERMINAL else 202
    headers = {"Location": job.links.self, **_pace(job)}
    body = job.model_dump_json().encode()
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def _submit(found: Parts, submission: Submission) -> Job | str:
    """Return the job that was made, or the id of the one that stands for the document."""
    admitted = _admit(found, submission)
    return admitted.job_id if admitted.made is None else jobs.just_made(found, admitted.made)


def _admit(found: Parts, submission: Submission) -> Admitted:
    if len(submission.files) + len(submission.upload_ids) != 1:
        raise ApiError(
            422,
            "one_document",
            "一个任务只收一份文档；多份请用 POST /v1/batches。",
            "A job takes one document; use POST /v1/batches for several.",
        )
    if submission.wish.retention_days is not None:
        raise ApiError(
            422,
            "retention_of_batches",
            "retention_days 只用于批次；单个任务的保存期由管理员为租户设定。",
            "retention_days is for batches; how long single jobs are kept is set for the tenant.",
        )
    if submission.files:
        return intake.submit(found, submission.files[0], submission.wish)
    tenant = submission.wish.tenant
    filename, received = uploads.completed(found, tenant, submission.upload_ids[0])
    with received.file:
        return intake.admit_received(found, filename, received, submission.wish)


@router.get("", response_model=JobList)
def list_jobs(
    found: Found,
    asking: Asking,
    status: Annotated[list[JobStatus] | None, Query()] = None,
    batch_id: str | None = None,
    issuer: str | None = None,
    year: int | None = None,
    sha256: str | None = None,
    verdict: Verdict | None = None,
    region: Annotated[str | None, Query(pattern="^[0-9]{2,6}$")] = None,
    finding: Annotated[str | None, Query(pattern="^[A-Z-]{1,40}$")] = None,
    text: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    created_after: datetime | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """List jobs, the newest first; `text` is part of file name or issuer, `finding` a rule's code.

    `region` is a code of GB/T 2260; what lies within the division is listed, too.
    """
    filters = Filters(
        status=status or (),
        batch_id=batch_id,
        issuer=issuer,
        year=year,
        sha256=sha256,
        verdict=verdict,
        region=region,
        finding=finding,
        text=text,
        created_after=created_after,
    )
    shown = jobs.listed(found, asking.tenant, filters, cursor, limit)
    return Response(shown.model_dump_json().encode(), media_type="application/json")


@router.get("/{job_id}", response_model=Job, responses=UNCHANGED)
async def get_job(
    job_id: str,
    found: Found,
    asking: Asking,
    wait: Annotated[float, Query(ge=0)] = 0,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Read a job; with `wait` the answer comes when it is finished, or changed from the ETag."""
    job, version = await waiting.until_finished(
        found, asking.tenant, job_id, wait, known=entity.version_of(if_none_match)
    )
    return entity.answer(job, if_none_match, _pace(job), version=version)


@router.get("/{job_id}/events", response_class=Response, responses=streams.ANSWERS)
async def get_events(
    job_id: str,
    found: Found,
    asking: Asking,
    last_event_id: Annotated[int | None, Header(ge=0)] = None,
) -> Response:
    """Follow a job as server-sent events, from after Last-Event-ID to its end.

    204 when it has ended and all was seen: a browser then stops asking.
    """
    status, _ = await run_in_threadpool(jobs.status_of, found, asking.tenant, job_id)
    seq = last_event_id or 0
    ended = seq > 0 and status in TERMINAL
    if ended and not await run_in_threadpool(jobs.events_after, found, job_id, seq):
        return Response(status_code=204)
    return streams.answer(streams.of_job(found, asking.tenant, job_id, seq))


@router.post("/{job_id}/cancel")
def cancel_job(job_id: str, found: Found, asking: Asking) -> Job:
    """Cancel a job that is not finished."""
    jobs.cancel(found, asking.tenant, job_id)
    return jobs.read(found, asking.tenant, job_id)


@router.post("/{job_id}/retry", status_code=202)
def retry_job(job_id: str, found: Found, asking: Asking) -> Job:
    """Try a job again that failed, was cancelled or has gaps."""
    jobs.retry(found, asking.tenant, job_id)
    return jobs.read(found, asking.tenant, job_id)


@router.delete("/{job_id}", status_code=204)
def delete_job(job_id: str, found: Found, asking: Asking) -> None:
    """Delete a job with its results; its document goes later, when nothing else needs it."""
    removal.delete_job(found, asking.tenant, job_id, by=asking.actor)


def _pace(job: Job) -> dict[str, str]:
    """Return when to ask again, for a job that is not finished."""
    if job.status in TERMINAL:
        return {}
    return {"Retry-After": "1" if job.status == "running" else "2"}

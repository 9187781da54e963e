"""/v1/jobs/{id}/…: what came of a document."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from api import jobs, objects
from api.auth import Asking
from api.errors import ApiError, not_found
from api.openapi import files
from api.parts import Parts, parts
from schemas import keys
from schemas.job import ACTIVE
from storage.rows import JobRow

router = APIRouter(prefix="/v1/jobs/{job_id}", tags=["results"])

Found = Annotated[Parts, Depends(parts)]
Format = Literal["json", "csv", "xlsx", "html", "pdf"]

_JSON = "application/json"
_FILES: dict[Format, tuple[str, str]] = {
    "json": ("record.json", _JSON),
    "csv": (keys.LONG_TABLE, "text/csv; charset=utf-8"),
    "xlsx": (
        "workbook.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "html": ("validation.html", "text/html; charset=utf-8"),
    "pdf": ("searchable.pdf", "application/pdf"),
}


@router.get(
    "/result",
    response_class=Response,
    responses=files(*(media_type for _, media_type in _FILES.values())),
)
def get_result(job_id: str, found: Found, asking: Asking, format: Format = "json") -> Response:  # noqa: A002  the contract's name
    """Return the record, or the same as table, workbook, page or searchable document."""
    name, media_type = _FILES[format]
    return _result(found, asking.tenant, job_id, name, media_type)


@router.get("/validation", response_class=Response, responses=files(_JSON))
def get_validation(job_id: str, found: Found, asking: Asking) -> Response:
    """Return the verdict and the findings."""
    return _result(found, asking.tenant, job_id, "validation.json", _JSON)


@router.get("/tables", response_class=Response, responses=files(_JSON))
def get_tables(job_id: str, found: Found, asking: Asking) -> Response:
    """Return every table found, statutory or not."""
    return _result(found, asking.tenant, job_id, "tables.json", _JSON)


@router.get("/pages/{number}", response_class=Response, responses=files("image/webp"))
def get_page(job_id: str, number: int, found: Found, asking: Asking) -> Response:
    """Return a page upright, as boxes refer to it; available as soon as that page is read."""
    job = _job(found, asking.tenant, job_id)
    page = jobs.page_row(found, job.id, number)
    if page is None:
        raise not_found("页面", "page")
    if page.reading_key is None:
        raise _not_ready(job)
    shown = objects.serve(
        found, keys.page_image(page.reading_key), "image/webp", filename=f"{number:04d}.webp"
    )
    if shown is None:
        raise not_found("页面图像", "page image")
    return shown


@router.get("/source", response_class=Response, responses=files("*/*"))
def get_source(job_id: str, found: Found, asking: Asking) -> Response:
    """Return the document as it was handed in."""
    job = _job(found, asking.tenant, job_id)
    source = objects.serve(
        found,
        keys.upload(job.tenant, job.sha256),
        job.media_type or "application/octet-stream",
        filename=job.filename,
        how="attachment",
    )
    if source is None:
        raise not_found("原文件", "source document")
    return source


def _job(found: Parts, tenant: str, job_id: str) -> JobRow:
    with found.database.connect() as connection:
        return jobs.find(connection, tenant, job_id)


def _result(found: Parts, tenant: str, job_id: str, name: str, media_type: str) -> Response:
    job = _job(found, tenant, job_id)
    if job.status not in ("succeeded", "partially_succeeded"):
        raise _not_ready(job)
    if name not in job.files:
        raise ApiError(
            404,
            "format_not_available",
            "该任务没有这种格式的结果。可用格式见任务的 links。",
            "The job has no result in this format; see the links of the job.",
        )
    key = keys.result(job.tenant, job.id, name)
    result = objects.serve(found, key, media_type, filename=name)
    if result is None:
        raise not_found("结果文件", "result file")
    return result


def _not_ready(job: JobRow) -> ApiError:
    if job.status in ACTIVE:
        return ApiError(
            409,
            "not_ready",
            "任务尚未完成。可用 GET /v1/jobs/{id}?wait=30 等待。",
            "The job is not finished. Wait with GET /v1/jobs/{id}?wait=30.",
            category="capacity",
            retryable=True,
            headers={"Retry-After": "2"},
        )
    return ApiError(
        409,
        "no_result",
        f"任务状态为 {job.status}，没有结果；原因见任务的 error。",
        f"The job is {job.status} and has no result; its `error` says why.",
    )

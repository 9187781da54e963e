"""What clients are told when something is wrong: application/problem+json (RFC 9457).

    ApiError            status, code, category, whether trying again helps, what to do next
    └── refused(…)      the same made from a document's Failure

Clients never see an exception's text; what is not foreseen is `internal` with a request id.
"""

from collections.abc import Mapping
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException

from schemas.failure import Category, Failure
from schemas.value import Value
from storage.objects import StorageError

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


class InvalidParameter(Value):
    """One field of a request that does not hold."""

    name: str
    reason: str


class Problem(Value):
    """The body of every error."""

    type: str
    title: str
    status: int
    code: str
    category: Category
    retryable: bool
    detail: str
    detail_en: str
    request_id: str
    invalid: tuple[InvalidParameter, ...] = ()


class ApiError(HTTPException):
    """An answer other than success, with what to do next in both languages."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        detail_en: str,
        *,
        category: Category = "input",
        retryable: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status_code=status, detail=detail_en, headers=dict(headers or {}))
        self.code = code
        self.category: Category = category
        self.retryable = retryable
        self.zh = detail
        self.en = detail_en


def refused(status: int, failure: Failure, *, headers: Mapping[str, str] | None = None) -> ApiError:
    """Return the answer for a document refused at the door."""
    return ApiError(
        status,
        failure.code,
        failure.message,
        failure.message_en,
        category=failure.category,
        retryable=failure.retryable,
        headers=headers,
    )


def not_found(kind: str, kind_en: str) -> ApiError:
    """Return the answer for an id nobody of this tenant has."""
    return ApiError(
        404,
        "not_found",
        f"没有这个{kind}。请检查编号，或从列表接口重新获取。",
        f"There is no such {kind_en}. Check the id, or get it again from the list.",
    )


def unavailable(what: str, what_en: str) -> ApiError:
    """Return the answer while a server this one needs is away."""
    return ApiError(
        503,
        "dependency_unavailable",
        f"{what}暂时不可用，请稍后重试。",
        f"The {what_en} is not available right now; try again shortly.",
        category="dependency",
        retryable=True,
        headers={"Retry-After": "5"},
    )


def install(app: FastAPI) -> None:
    """Have every error of the application answered as a problem."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StorageError, _store_away)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(DataError, _not_storable)


def request_id(request: Request) -> str:
    """Return the id under which this request is logged."""
    return str(getattr(request.state, "request_id", "-"))


def respond(
    request: Request, error: ApiError, invalid: tuple[InvalidParameter, ...] = ()
) -> Response:
    """Return an error as problem+json."""
    problem = Problem(
        type="about:blank",
        title=HTTPStatus(error.status_code).phrase,
        status=error.status_code,
        code=error.code,
        category=error.category,
        retryable=error.retryable,
        detail=error.zh,
        detail_en=error.en,
        request_id=request_id(request),
        invalid=invalid,
    )
    return JSONResponse(
        problem.model_dump(mode="json"),
        status_code=error.status_code,
        headers=error.headers,
        media_type=MEDIA_TYPE,
    )


async def _http(request: Request, exc: Exception) -> Response:
    if isinstance(exc, ApiError):
        return respond(request, exc)
    assert isinstance(exc, HTTPException)
    phrase = HTTPStatus(exc.status_code).phrase
    code = phrase.lower().replace(" ", "_")
    return respond(
        request,
        ApiError(
            exc.status_code,
            code,
            "请求无法处理。请对照 /openapi.json 检查地址与方法。",
            f"{phrase}. Check the address and the method against /openapi.json.",
            headers=exc.headers,
        ),
    )


async def _invalid(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)
    fields = tuple(
        InvalidParameter(name=".".join(map(str, error["loc"])), reason=str(error["msg"]))
        for error in exc.errors()
    )
    error = ApiError(
        422,
        "invalid_request",
        "请求的字段不符合要求，见 invalid；格式见 /openapi.json。",
        "Some fields do not hold, see `invalid`; /openapi.json has the format.",
    )
    return respond(request, error, fields)


async def _store_away(request: Request, exc: Exception) -> Response:
    log.error("storage_unavailable", error=type(exc).__name__)
    return respond(request, unavailable("对象存储", "object store"))


async def _database_away(request: Request, exc: Exception) -> Response:
    log.error("database_unavailable", error=type(exc).__name__)
    return respond(request, unavailable("数据库", "database"))


async def _not_storable(request: Request, exc: Exception) -> Response:
    """Answer for text a database cannot hold, such as a NUL."""
    del exc
    error = ApiError(
        422,
        "invalid_text",
        "请求中含有无法保存的字符（如 NUL）。请删除后重试。",
        "The request holds characters that cannot be stored, such as NUL. Remove them.",
    )
    return respond(request, error)


async def unforeseen(request: Request, exc: Exception) -> Response:
    """Answer for what nobody thought of; the log alone has what it was."""
    log.error("request_failed", request_id=request_id(request), exc_info=exc)
    error = ApiError(
        500,
        "internal",
        "服务内部出错，已记录。请稍后重试；仍失败时请附上 request_id 联系管理员。",
        "Something went wrong here and was logged. Try again later; if it persists, report the "
        "request_id.",
        category="internal",
        retryable=True,
    )
    return respond(request, error)

"""Reading a submission: multipart with files, or JSON naming completed uploads."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, get_args

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field, JsonValue, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from api import idempotency, intake
from api.errors import ApiError
from api.intake import Handed, Wish
from api.parts import parts_of
from schemas.batch import MAX_RETENTION_DAYS, OnDuplicate, RetentionDays
from schemas.job import Priority
from schemas.value import Value

_MAX_FILES = 1000
_MAX_FIELDS = 20
_KEY_CHARACTERS = 255


class ByUpload(Value):
    """A submission of files uploaded before."""

    upload_id: str | None = None
    upload_ids: tuple[str, ...] = Field(default=(), max_length=_MAX_FILES)
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    priority: Priority | None = None
    on_duplicate: OnDuplicate | None = None
    prefix: str | None = Field(default=None, max_length=1000)
    """For batches: everything below `s3://bucket/path/` or `file:///path/`, where allowed."""
    retention_days: RetentionDays | None = None
    """For batches: days after its end until it is deleted with its results."""

    @property
    def ids(self) -> tuple[str, ...]:
        """All uploads named."""
        return (self.upload_id, *self.upload_ids) if self.upload_id else self.upload_ids


@dataclass(frozen=True, kw_only=True)
class Submission:
    """The files of a submission, or the ids of uploads, and what is wished."""

    files: tuple[Handed, ...]
    upload_ids: tuple[str, ...]
    wish: Wish
    prefix: str | None = None


@asynccontextmanager
async def submission(request: Request, tenant: str, default: Priority) -> AsyncIterator[Submission]:
    """Read a request's submission; its files are open for as long as the block runs.

    415 for a body that is neither form nor JSON. An Idempotency-Key is taken before anything else,
    and free again when nothing comes of the request.
    """
    key = _idempotency_key(request)
    async with AsyncExitStack() as opened:
        opened.push_async_callback(request.close)
        if key is not None:
            await opened.enter_async_context(idempotency.kept(parts_of(request), tenant, key))
        yield await _read(request, tenant, default)


async def _read(request: Request, tenant: str, default: Priority) -> Submission:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return _from_json(await request.body(), request, tenant, default)
    if kind == "multipart/form-data":
        return await _from_form(request, tenant, default)
    raise ApiError(
        415,
        "unsupported_body",
        "请以 multipart/form-data 提交文件（字段名 file），或以 JSON 提交 upload_id。",
        "Send the file as multipart/form-data (field `file`), or JSON with an upload_id.",
    )


async def _from_form(request: Request, tenant: str, default: Priority) -> Submission:
    try:
        form = await request.form(max_files=_MAX_FILES, max_fields=_MAX_FIELDS)
    except ApiError:  # of reading the body: too large
        raise
    except HTTPException as exc:  # without saying which it was, but by words
        raise ApiError(
            400,
            "invalid_form",
            f"表单无法解析，或多于 {_MAX_FILES} 个文件、{_MAX_FIELDS} 个字段。"
            "文件很多时请打成压缩包，或用 gouji submit 提交整个文件夹。",
            f"The form cannot be read, or has more than {_MAX_FILES} files or {_MAX_FIELDS} other "
            "fields. Put many files into an archive, or hand in their folder with `gouji submit`.",
        ) from exc
    files = tuple(
        Handed(filename=item.filename or "document", file=item.file)
        for item in form.getlist("file")
        if isinstance(item, UploadFile)
    )
    wish = Wish(
        tenant=tenant,
        priority=_priority(_text(form.get("priority")), default),
        metadata=intake.parse_metadata(_text(form.get("metadata"))),
        on_duplicate=_on_duplicate(_text(form.get("on_duplicate"))),
        retention_days=_retention_days(_text(form.get("retention_days"))),
        idempotency_key=_idempotency_key(request),
    )
    if not files:
        raise _nothing()
    return Submission(files=files, upload_ids=(), wish=wish)


def _from_json(body: bytes, request: Request, tenant: str, default: Priority) -> Submission:
    try:
        wanted = ByUpload.model_validate_json(body)
    except ValidationError as exc:
        raise RequestValidationError(exc.errors()) from exc
    if bool(wanted.ids) == bool(wanted.prefix):
        raise _nothing()
    wish = Wish(
        tenant=tenant,
        priority=wanted.priority or default,
        metadata=wanted.metadata,
        on_duplicate=wanted.on_duplicate,
        retention_days=wanted.retention_days,
        idempotency_key=_idempotency_key(request),
    )
    return Submission(files=(), upload_ids=wanted.ids, wish=wish, prefix=wanted.prefix)


def _text(item: object) -> str | None:
    return item if isinstance(item, str) else None


def _priority(text: str | None, default: Priority) -> Priority:
    for known in get_args(Priority):
        if text == known:
            found: Priority = known
            return found
    if text:
        raise ApiError(
            422,
            "invalid_priority",
            "priority 只能是 interactive 或 bulk。",
            "priority is either interactive or bulk.",
        )
    return default


def _on_duplicate(text: str | None) -> OnDuplicate | None:
    for known in get_args(OnDuplicate):
        if text == known:
            found: OnDuplicate = known
            return found
    if text:
        raise ApiError(
            422,
            "invalid_on_duplicate",
            "on_duplicate 只能是 reuse、reprocess 或 reject。",
            "on_duplicate is one of reuse, reprocess and reject.",
        )
    return None


def _retention_days(text: str | None) -> int | None:
    if not text:
        return None
    days = int(text) if text.isascii() and text.isdigit() and len(text) < _KEY_CHARACTERS else 0
    if 1 <= days <= MAX_RETENTION_DAYS:
        return days
    raise ApiError(
        422,
        "invalid_retention_days",
        f"retention_days 应为 1 至 {MAX_RETENTION_DAYS} 的整数。",
        f"retention_days is a whole number from 1 to {MAX_RETENTION_DAYS}.",
    )


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= _KEY_CHARACTERS:
        raise ApiError(
            400,
            "invalid_idempotency_key",
            f"Idempotency-Key 应为 1 至 {_KEY_CHARACTERS} 个字符。",
            f"Idempotency-Key has 1 to {_KEY_CHARACTERS} characters.",
        )
    return key


def _nothing() -> ApiError:
    return ApiError(
        422,
        "no_file",
        "请求中没有文件。请在表单字段 file 中附上文件。",
        "There is no file in the request. Attach it in the form field `file`.",
    )


def openapi(title: str, *, many: bool) -> dict[str, Any]:
    """Return what /openapi.json says of a submission's body."""
    file = {"type": "string", "format": "binary"}
    fields: dict[str, Any] = {
        "file": {"type": "array", "items": file} if many else file,
        "metadata": {"type": "string", "description": "a JSON object"},
        "priority": {"type": "string", "enum": list(get_args(Priority))},
        "on_duplicate": {"type": "string", "enum": list(get_args(OnDuplicate))},
    }
    if many:
        fields["retention_days"] = {"type": "integer", "minimum": 1, "maximum": MAX_RETENTION_DAYS}
    form = {"type": "object", "title": title, "required": ["file"], "properties": fields}
    by_upload = ByUpload.model_json_schema()
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": form},
                "application/json": {"schema": by_upload},
            },
        }
    }

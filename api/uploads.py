"""Direct uploads: an address to put the bytes to, then a job or batch made from them by id."""

import tempfile
from datetime import datetime
from typing import BinaryIO, Literal, cast

from pydantic import Field
from sqlalchemy import Connection, insert, select, update

from api import objects
from api.errors import ApiError, not_found, refused
from api.intake import plain_name
from api.objects import Received
from api.parts import Parts
from schemas import failures, keys
from schemas.tables_sql import uploads
from schemas.value import Value
from storage import documents
from storage.ids import new_id
from storage.objects import ObjectMissing, copy_to
from storage.rows import UploadRow


class UploadRequest(Value):
    """What will be uploaded."""

    filename: str = Field(min_length=1, max_length=1000)


class Upload(Value):
    """A direct upload: where to PUT the bytes, and how far it is."""

    id: str
    status: Literal["pending", "completed"]
    filename: str
    method: Literal["PUT"] = "PUT"
    url: str | None
    complete: str
    sha256: str | None
    size_bytes: int | None
    created_at: datetime


def begin(parts: Parts, tenant: str, wanted: UploadRequest) -> Upload:
    """Record an upload and say where its bytes go: the store itself, or this server."""
    upload_id = new_id("upl")
    with parts.database.begin() as connection:
        connection.execute(
            insert(uploads).values(
                id=upload_id, tenant=tenant, filename=plain_name(wanted.filename)
            )
        )
        return _view(parts, connection, tenant, upload_id)


def put_content(parts: Parts, tenant: str, upload_id: str, file: BinaryIO) -> None:
    """Take the bytes of an upload in here, where the store has no address of its own."""
    with parts.database.connect() as connection:
        if _row(connection, tenant, upload_id).status != "pending":
            raise ApiError(
                409, "wrong_state", "上传已完成，不能再写入。", "The upload is complete already."
            )
    file.seek(0)
    parts.objects.put(keys.incoming(tenant, upload_id), file, "application/octet-stream")


def complete(parts: Parts, tenant: str, upload_id: str) -> Upload:
    """Measure what was uploaded and keep it under its hash; a second time changes nothing."""
    with parts.database.connect() as connection:
        row = _row(connection, tenant, upload_id)
        if row.status == "completed":
            return _view(parts, connection, tenant, upload_id)
    incoming = keys.incoming(tenant, upload_id)
    found = parts.objects.stat(incoming)
    if found is None:
        raise ApiError(
            409,
            "nothing_uploaded",
            "还没有收到文件内容。请先向 url 发送 PUT，再完成上传。",
            "No content has arrived yet. PUT it to `url` first, then complete the upload.",
        )
    limit = parts.settings.max_archive_bytes
    if found.size_bytes > limit:
        parts.objects.delete(incoming)
        raise refused(413, failures.too_large(found.size_bytes, limit))
    with tempfile.TemporaryFile() as file:
        copy_to(parts.objects, incoming, file)
        received = objects.measure(file, row.filename, limit)
        objects.keep(parts, tenant, received)
        with parts.database.begin() as connection:
            documents.hold(connection, tenant, [received.sha256])
            objects.keep(parts, tenant, received)  # it may have been removed since
            connection.execute(
                update(uploads)
                .where(uploads.c.id == upload_id)
                .values(status="completed", sha256=received.sha256, size_bytes=received.size_bytes)
            )
            view = _view(parts, connection, tenant, upload_id)
    parts.objects.delete(incoming)
    return view


def completed(parts: Parts, tenant: str, upload_id: str) -> tuple[str, Received]:
    """Return a completed upload's file name and what was measured, ready to be admitted.

    410 when its content was removed: an upload keeps it for two days, later only a job does.
    """
    with parts.database.connect() as connection:
        row = _row(connection, tenant, upload_id)
    if row.sha256 is None or row.size_bytes is None:
        raise ApiError(
            409,
            "upload_incomplete",
            "上传尚未完成。请先调用 POST /v1/uploads/{id}/complete。",
            "The upload is not complete. Call POST /v1/uploads/{id}/complete first.",
        )
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115  the caller closes it
    try:
        copy_to(parts.objects, keys.upload(tenant, row.sha256), file)
    except ObjectMissing as exc:
        file.close()
        raise _gone() from exc
    return row.filename, objects.measure(file, row.filename, row.size_bytes)


def _gone() -> ApiError:
    return ApiError(
        410,
        "upload_gone",
        "上传的文件已被清除。请重新上传后再提交。",
        "The uploaded file is gone. Upload it again, then submit.",
    )


def _row(connection: Connection, tenant: str, upload_id: str) -> UploadRow:
    found = connection.execute(
        select(uploads).where(uploads.c.id == upload_id, uploads.c.tenant == tenant)
    ).one_or_none()
    if found is None:
        raise not_found("上传", "upload")
    return UploadRow.of(found)


def _view(parts: Parts, connection: Connection, tenant: str, upload_id: str) -> Upload:
    row = _row(connection, tenant, upload_id)
    key = keys.incoming(tenant, upload_id)
    base = f"/v1/uploads/{upload_id}"
    url = None
    if row.status == "pending":
        url = parts.objects.presign(key, "PUT", parts.settings.presign_s) or f"{base}/content"
    return Upload(
        id=row.id,
        status=row.status,
        filename=row.filename,
        url=url,
        complete=f"{base}/complete",
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        created_at=row.created_at,
    )

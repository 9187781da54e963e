"""Direct uploads: an address to put the bytes to, then a job or batch made from them by id."""

import tempfile
from io import SEEK_END
from typing import BinaryIO, cast

from sqlalchemy import Connection, delete, insert, select, update

from api import objects
from api.errors import ApiError, not_found, refused
from api.objects import Received
from api.parts import Parts
from schemas import failures, keys
from schemas.batch import BatchSource
from schemas.filename import plain_name
from schemas.tables_sql import uploads
from schemas.upload import MAX_PARTS, Completion, Upload, UploadPart, UploadRequest
from storage import documents
from storage.ids import new_id
from storage.objects import ObjectMissing, copy_to
from storage.parts import PART_BYTES
from storage.rows import UploadRow


def begin(parts: Parts, tenant: str, wanted: UploadRequest) -> Upload:
    """Record an upload and say where its bytes go: the store itself, or this server."""
    limit = parts.settings.max_archive_bytes
    if wanted.size_bytes is not None and wanted.size_bytes > limit:
        raise refused(413, failures.too_large(wanted.size_bytes, limit))
    upload_id = new_id("upl")
    row: dict[str, object] = {
        "id": upload_id,
        "tenant": tenant,
        "filename": plain_name(wanted.filename),
    }
    if wanted.size_bytes is not None and wanted.size_bytes > PART_BYTES:
        row["size_bytes"] = wanted.size_bytes
        row["part_bytes"] = max(PART_BYTES, -(-wanted.size_bytes // MAX_PARTS))
        row["multipart_id"] = parts.multipart.begin(keys.incoming(tenant, upload_id))
    with parts.database.begin() as connection:
        connection.execute(insert(uploads).values(row))
        return _view(parts, connection, tenant, upload_id)


def read(parts: Parts, tenant: str, upload_id: str) -> Upload:
    """Return an upload, with fresh addresses for what is missing."""
    with parts.database.connect() as connection:
        return _view(parts, connection, tenant, upload_id)


def abort(parts: Parts, tenant: str, upload_id: str) -> None:
    """Give an upload up that is not complete, and forget it."""
    with parts.database.begin() as connection:
        row = _row(connection, tenant, upload_id)
        if row.status != "pending":
            raise _complete_already()
        connection.execute(delete(uploads).where(uploads.c.id == upload_id))
    key = keys.incoming(tenant, upload_id)
    if row.multipart_id is not None:
        parts.multipart.abort(key, row.multipart_id)
    parts.objects.delete(key)


def put_part(parts: Parts, tenant: str, upload_id: str, number: int, file: BinaryIO) -> str:
    """Take a part in here, where the store has no address of its own; return its tag."""
    with parts.database.connect() as connection:
        row = _row(connection, tenant, upload_id)
    if row.status != "pending":
        raise _complete_already()
    sizes = dict(enumerate(_sizes(row), 1))
    size = file.seek(0, SEEK_END)
    file.seek(0)
    if number not in sizes or size != sizes[number]:
        raise ApiError(
            422,
            "wrong_part",
            "分片编号或大小不符。请按 GET /v1/uploads/{id} 返回的 parts 逐片上传。",
            "The number or the size of the part is wrong. Upload the parts as GET "
            "/v1/uploads/{id} lists them.",
        )
    key = keys.upload_part(keys.incoming(tenant, upload_id), number)
    parts.objects.put(key, file, "application/octet-stream")
    found = parts.objects.stat(key)
    return found.tag if found else ""


def put_content(parts: Parts, tenant: str, upload_id: str, file: BinaryIO) -> None:
    """Take the bytes of an upload in here, where the store has no address of its own."""
    with parts.database.connect() as connection:
        if _row(connection, tenant, upload_id).status != "pending":
            raise _complete_already()
    file.seek(0)
    parts.objects.put(keys.incoming(tenant, upload_id), file, "application/octet-stream")


def complete(parts: Parts, tenant: str, upload_id: str, wanted: Completion) -> Upload:
    """Measure what was uploaded and keep it under its hash; a second time changes nothing."""
    with parts.database.connect() as connection:
        row = _row(connection, tenant, upload_id)
        if row.status == "completed":
            return _view(parts, connection, tenant, upload_id)
    incoming = keys.incoming(tenant, upload_id)
    found = parts.objects.stat(incoming)
    if found is None and row.multipart_id is not None:
        _join(parts, row, row.multipart_id, wanted)
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


def _join(parts: Parts, row: UploadRow, multipart_id: str, wanted: Completion) -> None:
    """Make one object of the parts; 409 names those that are missing or not what was sent."""
    key = keys.incoming(row.tenant, row.id)
    there = {part.number: part for part in parts.multipart.parts(key, multipart_id)}
    said = {part.number: part.etag.strip('"') for part in wanted.parts}
    sizes = dict(enumerate(_sizes(row), 1))
    bad = [
        number
        for number, size in sizes.items()
        if number not in there
        or there[number].size_bytes != size
        or said.get(number, there[number].etag) != there[number].etag
    ]
    if bad:
        named = ", ".join(str(number) for number in bad[:20])
        raise ApiError(
            409,
            "parts_missing",
            f"分片 {named} 缺失或内容不符。请重新上传这些分片，再完成上传。",
            f"Parts {named} are missing or not what was sent. Upload them again, then complete.",
        )
    parts.multipart.complete(key, multipart_id, [there[number] for number in sizes])


def _sizes(row: UploadRow) -> list[int]:
    """Return the sizes of the parts, all equal but for the last; none unless it is in parts."""
    if row.part_bytes is None or row.size_bytes is None:
        return []
    whole, rest = divmod(row.size_bytes, row.part_bytes)
    return [row.part_bytes] * whole + ([rest] if rest else [])


def _complete_already() -> ApiError:
    return ApiError(
        409, "wrong_state", "上传已完成，不能再写入。", "The upload is complete already."
    )


def source(parts: Parts, tenant: str, upload_id: str) -> BatchSource:
    """Return a completed upload as a file of a batch, without touching its bytes."""
    with parts.database.connect() as connection:
        row = _row(connection, tenant, upload_id)
    if row.sha256 is None or row.size_bytes is None:
        raise _incomplete()
    key = keys.upload(tenant, row.sha256)
    if parts.objects.stat(key) is None:
        raise _gone()
    return BatchSource(key=key, filename=row.filename, sha256=row.sha256, size_bytes=row.size_bytes)


def completed(parts: Parts, tenant: str, upload_id: str) -> tuple[str, Received]:
    """Return a completed upload's file name and what was measured, ready to be admitted.

    410 when its content was removed: an upload keeps it for two days, later only a job does.
    """
    with parts.database.connect() as connection:
        row = _row(connection, tenant, upload_id)
    if row.sha256 is None or row.size_bytes is None:
        raise _incomplete()
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115  the caller closes it
    try:
        copy_to(parts.objects, keys.upload(tenant, row.sha256), file)
    except ObjectMissing as exc:
        file.close()
        raise _gone() from exc
    return row.filename, objects.measure(file, row.filename, row.size_bytes)


def _incomplete() -> ApiError:
    return ApiError(
        409,
        "upload_incomplete",
        "上传尚未完成。请先调用 POST /v1/uploads/{id}/complete。",
        "The upload is not complete. Call POST /v1/uploads/{id}/complete first.",
    )


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
    if found.expired_at is not None:
        raise _gone()
    return UploadRow.of(found)


def _view(parts: Parts, connection: Connection, tenant: str, upload_id: str) -> Upload:
    row = _row(connection, tenant, upload_id)
    key = keys.incoming(tenant, upload_id)
    base = f"/v1/uploads/{upload_id}"
    url = None
    if row.status == "pending" and row.multipart_id is None:
        url = parts.objects.presign(key, "PUT", parts.settings.presign_s) or f"{base}/content"
    return Upload(
        id=row.id,
        status=row.status,
        filename=row.filename,
        url=url,
        parts=_parts(parts, row) if row.status == "pending" else (),
        complete=f"{base}/complete",
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        created_at=row.created_at,
    )


def _parts(parts: Parts, row: UploadRow) -> tuple[UploadPart, ...]:
    """Return the parts of an upload with addresses, and tags of those that are there whole."""
    if row.multipart_id is None:
        return ()
    key = keys.incoming(row.tenant, row.id)
    there = {part.number: part for part in parts.multipart.parts(key, row.multipart_id)}
    shown = []
    for number, size in enumerate(_sizes(row), 1):
        url = parts.multipart.address(key, row.multipart_id, number, parts.settings.presign_s)
        part = there.get(number)
        whole = part is not None and part.size_bytes == size
        shown.append(
            UploadPart(
                number=number,
                size_bytes=size,
                url=url or f"/v1/uploads/{row.id}/parts/{number}",
                etag=part.etag if part is not None and whole else None,
            )
        )
    return tuple(shown)

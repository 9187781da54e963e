"""Sending files: whole in a form, or, when they are large, in parts that can be taken up again."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
from pydantic import JsonValue

from gouji.client.errors import ClientError, Refused
from gouji.client.flow import Ask, Flow, answered, read, worked
from gouji.client.ledger import Ledger, mark_of
from gouji.client.wishes import Progress, Wishes
from schemas.batch import Batch
from schemas.job import Job
from schemas.upload import Upload, UploadPart

LARGE_BYTES = 32 * 1024 * 1024
"""Files larger than this go up in parts."""
_FORM_BYTES = 256 * 1024 * 1024
"""Files that are more together go up one by one."""
_CHUNK_BYTES = 1024 * 1024
_ROUNDS = 3
_COMPLETE_S = 900.0
"""The server reads the whole file once more before it answers."""


@dataclass(frozen=True, kw_only=True)
class Sending:
    """How files are sent: who remembers them, who is told of progress."""

    server: str
    ledger: Ledger | None = None
    progress: Progress | None = None


def submit(path: Path, wishes: Wishes, sending: Sending) -> Flow[Job]:
    """Hand in one document."""
    answer = yield from _hand_in("/v1/jobs", [path], wishes, sending)
    return Job.model_validate_json(answer.content, extra="ignore")


def submit_batch(paths: Sequence[Path], wishes: Wishes, sending: Sending) -> Flow[Batch]:
    """Hand in archives and documents as one batch."""
    answer = yield from _hand_in("/v1/batches", paths, wishes, sending)
    return Batch.model_validate_json(answer.content, extra="ignore")


def submit_prefix(prefix: str, wishes: Wishes) -> Flow[Batch]:
    """Have everything below a prefix taken in as one batch."""
    body: dict[str, JsonValue] = {"prefix": prefix, **options(wishes)}
    ask = Ask(method="POST", address="/v1/batches", json=body, headers=_key(wishes))
    return (yield from read(Batch, ask))


def _hand_in(
    address: str, paths: Sequence[Path], wishes: Wishes, sending: Sending
) -> Flow[httpx.Response]:
    headers = _key(wishes)
    sizes = [path.stat().st_size for path in paths]
    if max(sizes, default=0) <= LARGE_BYTES and sum(sizes) <= _FORM_BYTES:
        fields = _fields(wishes)
        form = Ask(
            method="POST", address=address, fields=fields, files=tuple(paths), headers=headers
        )
        answer = yield from answered(form)
        if sending.progress:
            sending.progress(sum(sizes), sum(sizes))
        return answer
    ids: list[JsonValue] = []
    for path in paths:
        done = yield from upload(path, sending)
        ids.append(done.id)
    body: dict[str, JsonValue] = {"upload_ids": ids, **options(wishes)}
    named = Ask(method="POST", address=address, json=body, headers=headers)
    answer = yield from answered(named)
    forget([mark_of(path) for path in paths], sending)
    return answer


def upload(path: Path, sending: Sending, mark: str | None = None) -> Flow[Upload]:
    """Send a file in parts, going on where an earlier attempt stopped; return it completed.

    `mark` is what the attempt is remembered by, if not by the file itself.
    """
    sha256 = yield from worked(partial(hash_of, path))
    mark = mark or mark_of(path)
    begun = yield from _begun(path, sha256, mark, sending)
    for left in reversed(range(_ROUNDS)):
        if begun.status == "completed":
            break
        yield from _send(path, begun, sending)
        try:
            begun = yield from _complete(begun)
        except Refused as refused:
            if refused.code not in ("parts_missing", "nothing_uploaded") or not left:
                raise
            begun = yield from _look(begun.id)
    if begun.sha256 != sha256:
        forget([mark], sending)
        raise ClientError(
            f"{path} 在上传时发生了变化。请重新提交。 "
            f"{path} changed while it was being sent. Submit it again."
        )
    return begun


def _begun(path: Path, sha256: str, mark: str, sending: Sending) -> Flow[Upload]:
    """Return the upload begun earlier, if it is still there, or a new one."""
    size = path.stat().st_size
    known = yield from known_upload(mark, sending)
    if known is not None and known.size_bytes == size and known.sha256 in (None, sha256):
        return known
    body: dict[str, JsonValue] = {"filename": path.name, "size_bytes": size}
    found = yield from read(Upload, Ask(method="POST", address="/v1/uploads", json=body))
    if sending.ledger:
        sending.ledger.note(sending.server, mark, found.id)
    return found


def known_upload(mark: str, sending: Sending) -> Flow[Upload | None]:
    """Return the upload that is remembered by a mark, if the server still has it."""
    known = sending.ledger.find(sending.server, mark) if sending.ledger else None
    if known is None:
        return None
    try:
        return (yield from _look(known))
    except Refused as refused:
        if refused.status not in (404, 410):
            raise
        return None


def _look(upload_id: str) -> Flow[Upload]:
    return (yield from read(Upload, Ask(address=f"/v1/uploads/{upload_id}")))


def _complete(begun: Upload) -> Flow[Upload]:
    ask = Ask(method="POST", address=begun.complete, timeout_s=_COMPLETE_S)
    return (yield from read(Upload, ask))


def _send(path: Path, begun: Upload, sending: Sending) -> Flow[None]:
    """Send the parts that are not there; a small file is its own only part."""
    size = path.stat().st_size
    parts = begun.parts or (UploadPart(number=1, size_bytes=size, url=begun.url or ""),)
    sent = sum(part.size_bytes for part in parts if part.etag)
    offset = 0
    for part in parts:
        if part.etag is None:
            content = yield from worked(partial(_slice, path, offset, part.size_bytes))
            yield from _put(begun, part, content)
            sent += part.size_bytes
        offset += part.size_bytes
        if sending.progress:
            sending.progress(sent, size)


def _put(begun: Upload, part: UploadPart, content: bytes) -> Flow[None]:
    """Send one part; an address that is too old to be used is asked for anew."""
    try:
        yield from answered(_to(part.url, content))
    except Refused as refused:
        if refused.status != httpx.codes.FORBIDDEN or part.url.startswith("/"):
            raise
        fresh = yield from _look(begun.id)
        urls = {one.number: one.url for one in fresh.parts} or {1: fresh.url or ""}
        yield from answered(_to(urls[part.number], content))


def _to(url: str, content: bytes) -> Ask:
    return Ask(method="PUT", address=url, content=content, elsewhere=not url.startswith("/"))


def forget(marks: Sequence[str], sending: Sending) -> None:
    """Forget uploads that were handed in, or are of no use any more."""
    if sending.ledger:
        for mark in marks:
            sending.ledger.forget(sending.server, mark)


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _slice(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(size)


def _key(wishes: Wishes) -> dict[str, str]:
    return {"Idempotency-Key": wishes.get("idempotency_key") or f"sdk-{uuid.uuid4()}"}


def options(wishes: Wishes) -> dict[str, JsonValue]:
    """Return the options of a submission as a request's body has them."""
    found: dict[str, JsonValue] = {}
    if "priority" in wishes:
        found["priority"] = wishes["priority"]
    if "on_duplicate" in wishes:
        found["on_duplicate"] = wishes["on_duplicate"]
    if "retention_days" in wishes:
        found["retention_days"] = wishes["retention_days"]
    if "metadata" in wishes:
        found["metadata"] = dict(wishes["metadata"])
    return found


def _fields(wishes: Wishes) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in options(wishes).items()
    }

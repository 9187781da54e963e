"""What the HTTP side keeps in object storage and hands out of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from fastapi.responses import RedirectResponse, Response, StreamingResponse

from api.errors import refused
from api.headers import SANDBOX, disposition
from api.parts import Parts
from schemas import failures, keys
from schemas.formats import Format, sniff
from storage import documents
from storage.objects import ObjectMissing

_CHUNK_BYTES = 1024 * 1024
_HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Received:
    """A file as it came in: its hash, size and what its first bytes say it is."""

    sha256: str
    size_bytes: int
    kind: Format | None
    file: BinaryIO


def measure(file: BinaryIO, filename: str, limit_bytes: int) -> Received:
    """Read a file once for its hash, size and kind; 413 when it is over the limit."""
    digest = hashlib.sha256()
    size = 0
    head = b""
    file.seek(0)
    while chunk := file.read(_CHUNK_BYTES):
        head = head or chunk[:_HEAD_BYTES]
        digest.update(chunk)
        size += len(chunk)
        if size > limit_bytes:
            raise refused(413, failures.too_large(size, limit_bytes))
    file.seek(0)
    return Received(
        sha256=digest.hexdigest(), size_bytes=size, kind=sniff(head, filename), file=file
    )


def keep(parts: Parts, tenant: str, received: Received) -> str:
    """Store a file under its hash, unless it is there already; return the key."""
    key = keys.upload(tenant, received.sha256)
    media_type = received.kind.media_type if received.kind else "application/octet-stream"
    documents.keep(parts.objects, key, received.file, media_type)
    return key


def serve(
    parts: Parts,
    key: str,
    media_type: str,
    *,
    filename: str,
    how: Literal["inline", "attachment"] = "inline",
) -> Response | None:
    """Return an object as a response, or a presigned address for a large one; None for nothing.

    What is shown inline can neither run scripts nor be taken for another type.
    """
    found = parts.objects.stat(key)
    if found is None or found.size_bytes == 0:
        return None
    named = disposition(how, filename)
    if found.size_bytes > parts.settings.redirect_bytes:
        address = parts.objects.presign(key, "GET", parts.settings.presign_s, disposition=named)
        if address is not None:
            return RedirectResponse(address, status_code=303)
    return StreamingResponse(
        stream(parts, key),
        media_type=media_type,
        headers={
            "Content-Length": str(found.size_bytes),
            "Content-Disposition": named,
            "Content-Security-Policy": SANDBOX,
        },
    )


def stream(parts: Parts, key: str) -> Iterator[bytes]:
    """Yield an object in chunks."""
    with parts.objects.get(key) as chunks:
        yield from chunks


def content(parts: Parts, key: str) -> bytes | None:
    """Return the whole of an object, or None when it is missing."""
    try:
        return b"".join(stream(parts, key))
    except ObjectMissing:
        return None

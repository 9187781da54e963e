"""A direct upload: asked for, sent whole or in parts, completed; then named in jobs and batches."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from schemas.value import Value

MAX_PARTS = 10_000
"""More than that no S3 server puts together."""


class UploadRequest(Value):
    """What will be uploaded; a size that is said and is large makes it an upload in parts."""

    filename: str = Field(min_length=1, max_length=1000)
    size_bytes: int | None = Field(default=None, ge=1, le=2**43)


class UploadPart(Value):
    """A part: how large it is to be, where to PUT it, and its tag once it is there."""

    number: int
    size_bytes: int
    url: str
    etag: str | None = None


class Upload(Value):
    """A direct upload: where to PUT the bytes, whole or in parts, and how far it is."""

    id: str
    status: Literal["pending", "completed"]
    filename: str
    method: Literal["PUT"] = "PUT"
    url: str | None
    parts: tuple[UploadPart, ...] = ()
    """Of an upload in parts; read it again for fresh addresses and for what is there already."""
    complete: str
    sha256: str | None
    size_bytes: int | None
    created_at: datetime


class PartTag(Value):
    """A part as the client knows it."""

    number: int
    etag: str


class Completion(Value):
    """What the client believes to have uploaded; without it, what is there counts."""

    parts: tuple[PartTag, ...] = Field(default=(), max_length=MAX_PARTS)

"""Answers that carry an ETag: 304 while they are as the client knows them."""

import hashlib
import re
from collections.abc import Mapping

from fastapi.responses import Response
from pydantic import BaseModel

_TAG = re.compile(r'"(\d+)-[0-9a-f]{20}"')


def version_of(if_none_match: str | None) -> int | None:
    """Return the version in an ETag a client knows, or None when it knows none of ours."""
    found = _TAG.search(if_none_match or "")
    return int(found.group(1)) if found else None


def answer(
    shown: BaseModel, if_none_match: str | None, headers: Mapping[str, str], *, version: int
) -> Response:
    """Return a value as JSON with its ETag, or 304.

    The tag holds the version of the row beside the hash of what is shown: an estimate may change
    while nothing has happened, and who waits for a change is not woken by it.
    """
    body = shown.model_dump_json().encode()
    tag = f'"{version}-{hashlib.sha256(body).hexdigest()[:20]}"'
    told = {"ETag": tag, "Cache-Control": "no-cache", **headers}
    if if_none_match is not None and tag in if_none_match:
        return Response(status_code=304, headers=told)
    return Response(body, media_type="application/json", headers=told)

"""Uploads in parts on any S3 server.

The `minio` package has them only inside its own `put_object`, so the four requests are made here
on addresses it signs.
"""

from collections.abc import Sequence
from typing import Literal
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import urllib3
from urllib3.exceptions import HTTPError

from schemas.environment import Addresses
from storage.objects import StorageError
from storage.parts import Part
from storage.s3 import S3Store

_EXPIRES_S = 300
_MISSING = 404
_ERRORS = 300


class S3Parts:
    """Multipart uploads of the S3 protocol, into the bucket of the store."""

    def __init__(self, addresses: Addresses) -> None:
        self._store = S3Store(addresses)
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=5, read=120), retries=2)

    def begin(self, key: str) -> str:
        """Begin an upload and return the name the server gave it."""
        self._store.ensure_bucket()
        answer = self._ask("POST", key, {"uploads": ""})
        return _text(ElementTree.fromstring(answer), "UploadId")  # noqa: S314  our own server

    def address(self, key: str, upload: str, number: int, expires_s: int) -> str | None:
        """Return a signed address to PUT a part to."""
        query = {"partNumber": str(number), "uploadId": upload}
        return self._store.signed("PUT", key, query, expires_s, public=True)

    def parts(self, key: str, upload: str) -> list[Part]:
        """Return the parts that are there, in order; the server lists a thousand at a time."""
        found: list[Part] = []
        marker = "0"
        while True:
            query = {"uploadId": upload, "part-number-marker": marker}
            answer = ElementTree.fromstring(self._ask("GET", key, query))  # noqa: S314
            for one in answer.findall("{*}Part"):
                number, size = int(_text(one, "PartNumber")), int(_text(one, "Size"))
                etag = _text(one, "ETag").strip('"')
                found.append(Part(number=number, size_bytes=size, etag=etag))
            if answer.findtext("{*}IsTruncated") != "true":
                return sorted(found, key=lambda part: part.number)
            marker = _text(answer, "NextPartNumberMarker")

    def complete(self, key: str, upload: str, parts: Sequence[Part]) -> None:
        """Have the server make one object of the parts."""
        each = "".join(
            f"<Part><PartNumber>{part.number}</PartNumber>"
            f"<ETag>&quot;{escape(part.etag)}&quot;</ETag></Part>"
            for part in parts
        )
        body = f"<CompleteMultipartUpload>{each}</CompleteMultipartUpload>"
        answer = self._ask("POST", key, {"uploadId": upload}, body.encode())
        if answer.partition(b"?>")[2].lstrip().startswith(b"<Error"):  # with status 200, too
            raise StorageError(f"the store did not put {key} together")

    def abort(self, key: str, upload: str) -> None:
        """Give the upload up; one that is unknown is given up already."""
        self._ask("DELETE", key, {"uploadId": upload}, missing_ok=True)

    def _ask(
        self,
        method: Literal["GET", "POST", "DELETE"],
        key: str,
        query: dict[str, str],
        body: bytes | None = None,
        *,
        missing_ok: bool = False,
    ) -> bytes:
        url = self._store.signed(method, key, query, _EXPIRES_S, public=False)
        try:
            answer = self._http.request(method, url, body=body)
        except HTTPError as exc:
            raise StorageError(f"the store did not answer for {key}") from exc
        if answer.status >= _ERRORS and not (missing_ok and answer.status == _MISSING):
            raise StorageError(f"the store refused {key}: {answer.status}")
        return bytes(answer.data)


def _text(element: ElementTree.Element, name: str) -> str:
    found = element.findtext(f"{{*}}{name}")
    if found is None:
        raise StorageError(f"the store's answer has no {name}")
    return found

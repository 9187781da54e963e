"""Whether the object store could take a document now, asked with little patience.

A missing bucket is made, as the first upload would; one that cannot be made is what is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from schemas.environment import Addresses
from storage.folder import free_bytes, is_writable
from storage.s3 import client


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What is wrong with a part: in one word, and in a sentence that says what to do."""

    sentence: str
    state: Literal["away", "behind"] = "away"


_READ_S = 3.0
_ROOM_BYTES = 16 * 1024 * 1024
"""With less a document is hardly taken, and PostgreSQL on the same disk about to stop."""
_REFUSED = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"})


def store_probe(addresses: Addresses) -> Callable[[], Trouble | None]:
    """Return the check of the store the settings name."""
    if not addresses.s3_endpoint:
        return lambda: _folder(addresses.objects_dir)
    asked = client(addresses, addresses.s3_endpoint, read_s=_READ_S, retries=urllib3.Retry(0))
    return lambda: _bucket(asked, addresses)


def _folder(root: Path) -> Trouble | None:
    if not is_writable(root):
        return Trouble(
            sentence=f"the folder {root} cannot be written: see GOUJI_OBJECTS_DIR and its rights"
        )
    if free_bytes(root) < _ROOM_BYTES:
        return Trouble(sentence=f"the disk of {root} is full: make room, work goes on by itself")
    return None


def _bucket(asked: Minio, addresses: Addresses) -> Trouble | None:
    bucket, endpoint = addresses.s3_bucket, addresses.s3_endpoint
    try:
        if not asked.bucket_exists(bucket_name=bucket):
            return _made(asked, bucket)
    except S3Error as exc:
        if exc.code in _REFUSED:
            return Trouble(
                sentence=f"the store at {endpoint} refuses the keys for bucket {bucket} "
                f"({exc.code}): see GOUJI_S3_ACCESS_KEY, GOUJI_S3_SECRET_KEY and its rights"
            )
        return Trouble(sentence=f"the store at {endpoint} answers {exc.code} for bucket {bucket}")
    except (MinioException, HTTPError, OSError) as exc:
        kind = type(exc).__name__
        return Trouble(
            sentence=f"the store at {endpoint} does not answer ({kind}): see GOUJI_S3_ENDPOINT"
        )
    return None


def _made(asked: Minio, bucket: str) -> Trouble | None:
    try:
        asked.make_bucket(bucket_name=bucket)
    except S3Error as exc:
        if exc.code in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            return None
        return Trouble(
            sentence=f"there is no bucket {bucket} and it cannot be made ({exc.code}): make it, "
            "or give the key the right to, or correct GOUJI_S3_BUCKET"
        )
    return None

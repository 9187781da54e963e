"""Any S3 server as object store, through the `minio` package."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import SEEK_END, BytesIO
from typing import BinaryIO, Literal, TypeVar
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from schemas.environment import Addresses
from storage.objects import ObjectMissing, Stat, StorageError

CHUNK_BYTES = 1024 * 1024
_MISSING = frozenset({"NoSuchKey", "NoSuchObject", "404"})
_DEFAULT_REGION = "us-east-1"

T = TypeVar("T")


PATIENT = urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=[500, 502, 503])
_READ_S = 60.0


class S3Store:
    """Keeps objects in one bucket, which it makes when it is not there."""

    def __init__(self, addresses: Addresses) -> None:
        self._bucket = addresses.s3_bucket
        self._client = client(addresses, addresses.s3_endpoint or "")
        public = addresses.s3_public_endpoint
        self._public = client(addresses, public) if public else self._client
        self._ready = False

    def put(self, key: str, content: bytes | BinaryIO, media_type: str) -> None:
        """Store the bytes, or the stream from where it stands to its end."""
        stream = BytesIO(content) if isinstance(content, bytes) else content
        start = stream.tell()
        size = stream.seek(0, SEEK_END) - start
        stream.seek(start)
        self.ensure_bucket()
        _translated(
            key,
            lambda: self._client.put_object(
                bucket_name=self._bucket,
                object_name=key,
                data=stream,
                length=size,
                content_type=media_type,
            ),
        )

    @contextmanager
    def get(self, key: str) -> Iterator[Iterator[bytes]]:
        """Open an object as chunks of bytes; raises ObjectMissing."""
        response = _translated(
            key, lambda: self._client.get_object(bucket_name=self._bucket, object_name=key)
        )
        try:
            yield response.stream(CHUNK_BYTES)
        except HTTPError as exc:
            raise StorageError(f"reading {key} broke off") from exc
        finally:
            response.close()
            response.release_conn()

    def stat(self, key: str) -> Stat | None:
        """Return size and tag of an object, or None."""
        try:
            found = _translated(
                key, lambda: self._client.stat_object(bucket_name=self._bucket, object_name=key)
            )
        except ObjectMissing:
            return None
        return Stat(size_bytes=found.size or 0, tag=found.etag or "")

    def delete(self, key: str) -> None:
        """Remove an object if it is there."""
        _translated(
            key, lambda: self._client.remove_object(bucket_name=self._bucket, object_name=key)
        )

    def presign(
        self,
        key: str,
        method: Literal["GET", "PUT"],
        expires_s: int,
        *,
        disposition: str | None = None,
    ) -> str | None:
        """Return an address for one method on one key that needs no credentials for a while."""
        if method == "PUT":
            self.ensure_bucket()
        return self._public.get_presigned_url(
            method=method,
            bucket_name=self._bucket,
            object_name=key,
            expires=timedelta(seconds=expires_s),
            response_headers=(
                {"response-content-disposition": disposition} if disposition else None
            ),
        )

    def listed(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with a prefix, in the order of their letters."""
        found = self._client.list_objects(self._bucket, prefix=prefix, recursive=True)
        try:
            for one in found:
                yield one.object_name or ""
        except S3Error as exc:
            if exc.code in _MISSING or exc.code == "NoSuchBucket":
                raise ObjectMissing(prefix) from exc
            raise StorageError(f"the store refused {prefix}: {exc.code}") from exc
        except (MinioException, HTTPError, OSError) as exc:
            raise StorageError(f"the store did not answer for {prefix}") from exc

    def signed(
        self,
        method: Literal["GET", "POST", "PUT", "DELETE"],
        key: str,
        query: dict[str, str],
        expires_s: int,
        *,
        public: bool,
    ) -> str:
        """Return a signed address with a query, for clients or for this process itself."""
        return (self._public if public else self._client).get_presigned_url(
            method=method,
            bucket_name=self._bucket,
            object_name=key,
            expires=timedelta(seconds=expires_s),
            extra_query_params=dict(query),
        )

    def ensure_bucket(self) -> None:
        """Make the bucket unless it is there."""
        if self._ready:
            return
        if not _translated("", lambda: self._client.bucket_exists(bucket_name=self._bucket)):
            try:
                self._client.make_bucket(bucket_name=self._bucket)
            except S3Error as exc:
                if exc.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                    raise StorageError("cannot make the bucket") from exc
        self._ready = True


def client(
    addresses: Addresses,
    endpoint: str,
    *,
    read_s: float = _READ_S,
    retries: urllib3.Retry = PATIENT,
) -> Minio:
    """Return a client of the server at an endpoint; nothing is asked yet."""
    parts = urlsplit(endpoint if "//" in endpoint else f"http://{endpoint}")
    return Minio(
        endpoint=parts.netloc,
        access_key=addresses.s3_access_key.get_secret_value(),
        secret_key=addresses.s3_secret_key.get_secret_value(),
        secure=parts.scheme == "https",
        region=addresses.s3_region or _DEFAULT_REGION,
        http_client=urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=min(5.0, read_s), read=read_s),
            maxsize=10,
            retries=retries,
        ),
    )


def _translated(key: str, call: Callable[[], T]) -> T:
    """Make the call; the package's errors come out as this room's."""
    try:
        return call()
    except S3Error as exc:
        if exc.code in _MISSING:
            raise ObjectMissing(key) from exc
        raise StorageError(f"the store refused {key}: {exc.code}") from exc
    except (MinioException, HTTPError, OSError) as exc:
        raise StorageError(f"the store did not answer for {key}") from exc

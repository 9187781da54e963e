"""The object store: put, get, a range, parts and delete, each tried with an object of its own."""

import secrets
from collections.abc import Callable, Iterator

import urllib3
from minio.error import MinioException
from urllib3.exceptions import HTTPError

from gouji.doctor.check import Check, skipped, well, wrong
from schemas.environment import Addresses
from storage.objects import StorageError, open_store, read
from storage.parts import Part
from storage.probe import store_probe
from storage.s3 import client
from storage.s3_parts import S3Parts

_CONTENT = bytes(range(256)) * 16
_RIGHTS = "give the key the right to {} objects in the bucket, or see the store's own log"


def check_store(addresses: Addresses) -> Iterator[Check]:
    """Yield what is found of the store the settings name."""
    where = addresses.s3_endpoint or str(addresses.objects_dir)
    trouble = store_probe(addresses)()
    if trouble is not None:
        found, _, todo = trouble.sentence.partition(": ")
        yield wrong("object store", found, todo or "see the store's own log")
        return
    yield well("object store", f"{where} answers")
    store, key = open_store(addresses), f"doctor/{secrets.token_hex(8)}"
    put = _tried("put", lambda: store.put(key, _CONTENT, "application/octet-stream"))
    yield put
    if put.state != "ok":
        return
    yield _tried("get", lambda: _must(read(store, key) == _CONTENT, "other bytes came back"))
    if addresses.s3_endpoint:
        yield _tried("range", lambda: _range(addresses, key))
        yield _tried("parts", lambda: _parts(addresses))
    else:
        yield skipped("range", "a folder needs none")
        yield skipped("parts", "a folder needs none")
    yield _tried("delete", lambda: store.delete(key))
    yield _tried("gone", lambda: _must(store.stat(key) is None, "a deleted object is still there"))


class _Differs(Exception):  # noqa: N818  says what is so
    """The store did something else than it said."""


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise _Differs(otherwise)


def _tried(verb: str, act: Callable[[], object]) -> Check:
    name = f"object store: {verb}"
    try:
        act()
    except (StorageError, MinioException, HTTPError, _Differs, OSError) as exc:
        return wrong(name, str(exc).splitlines()[0][:200], _RIGHTS.format(verb))
    return well(name, "works")


def _range(addresses: Addresses, key: str) -> None:
    asked = client(addresses, addresses.s3_endpoint or "")
    answer = asked.get_object(
        bucket_name=addresses.s3_bucket, object_name=key, offset=100, length=50
    )
    try:
        _must(answer.read() == _CONTENT[100:150], "a range of bytes came back as something else")
    finally:
        answer.close()
        answer.release_conn()


def _parts(addresses: Addresses) -> None:
    """Upload an object of one part as clients do, but by the address this process knows."""
    inside = addresses.model_copy(update={"s3_public_endpoint": None})
    parts, key = S3Parts(inside), f"doctor/{secrets.token_hex(8)}"
    upload = parts.begin(key)
    address = parts.address(key, upload, 1, 60)
    answer = urllib3.request("PUT", address or "", body=_CONTENT, timeout=10, retries=False)
    _must(answer.status < 300, f"a part was answered {answer.status}")
    found: list[Part] = parts.parts(key, upload)
    parts.complete(key, upload, found)
    store = open_store(inside)
    _must(read(store, key) == _CONTENT, "parts were put together as something else")
    store.delete(key)

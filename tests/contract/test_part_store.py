"""Uploads in parts, on the folder and on an S3 server: filled in any order, resumed, given up."""

import os
import secrets
from pathlib import Path

import httpx
import pytest

from schemas import keys
from schemas.environment import Addresses
from storage.objects import ObjectStore, open_store, read
from storage.parts import PartStore, open_parts
from tests.s3 import s3_addresses

KEY = "local/incoming/upl_1"
FIRST = os.urandom(5 * 1024 * 1024)  # the least an S3 server takes for a part that is not the last
LAST = b"the rest"


@pytest.fixture(params=["folder", "s3"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[PartStore, ObjectStore]:
    addresses = Addresses(objects_dir=tmp_path)
    if request.param == "s3":
        endpoint = request.getfixturevalue("s3_endpoint")
        addresses = s3_addresses(endpoint, f"t-{secrets.token_hex(4)}")
    return open_parts(addresses), open_store(addresses)


def put(stores: tuple[PartStore, ObjectStore], upload: str, number: int, content: bytes) -> None:
    """Upload a part as a client would, or as the API does where there is no address."""
    parts, objects = stores
    address = parts.address(KEY, upload, number, 60)
    if address is None:
        objects.put(keys.upload_part(KEY, number), content, "application/octet-stream")
    else:
        assert httpx.put(address, content=content).is_success


def test_parts_put_in_any_order_become_one_object(stores: tuple[PartStore, ObjectStore]) -> None:
    parts, objects = stores
    upload = parts.begin(KEY)
    assert parts.parts(KEY, upload) == []
    put(stores, upload, 2, LAST)
    put(stores, upload, 1, FIRST)
    there = parts.parts(KEY, upload)
    assert [(part.number, part.size_bytes) for part in there] == [(1, len(FIRST)), (2, len(LAST))]
    parts.complete(KEY, upload, there)
    assert read(objects, KEY) == FIRST + LAST


def test_a_part_put_again_counts_as_it_is_now(stores: tuple[PartStore, ObjectStore]) -> None:
    parts, objects = stores
    upload = parts.begin(KEY)
    put(stores, upload, 1, b"first try, and longer")
    (before,) = parts.parts(KEY, upload)
    put(stores, upload, 1, LAST)
    (after,) = parts.parts(KEY, upload)
    assert (after.size_bytes, after.etag != before.etag) == (len(LAST), True)
    parts.complete(KEY, upload, [after])
    assert read(objects, KEY) == LAST


def test_what_is_given_up_leaves_nothing(stores: tuple[PartStore, ObjectStore]) -> None:
    parts, objects = stores
    upload = parts.begin(KEY)
    put(stores, upload, 1, LAST)
    parts.abort(KEY, upload)
    assert objects.stat(KEY) is None
    assert objects.stat(keys.upload_part(KEY, 1)) is None
    parts.abort(KEY, upload)

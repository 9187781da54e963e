"""The folder and an S3 server pass the same tests: five verbs, the same answers."""

import io
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from schemas.environment import Addresses
from storage.objects import ObjectMissing, ObjectStore, StorageError, copy_to, open_store, read
from tests.s3 import s3_addresses


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    if request.param == "folder":
        yield open_store(Addresses(objects_dir=tmp_path))
    else:
        endpoint = request.getfixturevalue("s3_endpoint")
        yield open_store(s3_addresses(endpoint, f"t-{secrets.token_hex(4)}"))


def test_what_is_put_is_got(store: ObjectStore) -> None:
    store.put("local/uploads/abc", "内容".encode(), "text/plain")
    assert read(store, "local/uploads/abc").decode() == "内容"


def test_a_second_put_replaces_the_first(store: ObjectStore) -> None:
    store.put("k", b"first, and longer", "text/plain")
    before = store.stat("k")
    store.put("k", b"second", "text/plain")
    after = store.stat("k")
    assert read(store, "k") == b"second"
    assert before is not None
    assert after is not None
    assert (after.size_bytes, after.tag != before.tag) == (6, True)


def test_a_stream_is_stored_from_where_it_stands(store: ObjectStore) -> None:
    content = os.urandom(3 * 1024 * 1024)
    stream = io.BytesIO(b"skipped" + content)
    stream.seek(7)
    store.put("large/object", stream, "application/octet-stream")
    target = io.BytesIO()
    copy_to(store, "large/object", target)
    assert target.getvalue() == content


def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    store.put("empty", b"", "text/plain")
    found = store.stat("empty")
    assert found is not None
    assert found.size_bytes == 0
    assert read(store, "empty") == b""


def test_nothing_is_said_of_what_is_not_there(store: ObjectStore) -> None:
    store.put("there", b"x", "text/plain")
    assert store.stat("not/there") is None
    with pytest.raises(ObjectMissing):
        read(store, "not/there")


def test_deleting_twice_is_no_error(store: ObjectStore) -> None:
    store.put("gone", b"x", "text/plain")
    store.delete("gone")
    store.delete("gone")
    assert store.stat("gone") is None


def test_a_presigned_address_needs_no_credentials(store: ObjectStore) -> None:
    store.put("shared", b"for you", "text/plain")
    address = store.presign("shared", "GET", 60)
    if address is None:
        return  # a folder has none, and the API hands the bytes out itself
    assert httpx.get(address, trust_env=False).content == b"for you"
    target = store.presign("incoming", "PUT", 60)
    assert target is not None
    assert httpx.put(target, content=b"from you", trust_env=False).is_success
    assert read(store, "incoming") == b"from you"


@pytest.mark.parametrize("key", ["../escape", "/absolute", "a/../../b", "a//b", "", "a/./b"])
def test_a_folder_takes_no_key_that_leaves_it(tmp_path: Path, key: str) -> None:
    store = open_store(Addresses(objects_dir=tmp_path / "objects"))
    with pytest.raises(StorageError):
        store.put(key, b"x", "text/plain")


def test_a_store_that_does_not_answer_is_told_from_a_missing_object() -> None:
    store = open_store(s3_addresses("http://127.0.0.1:9", "bucket"))
    with pytest.raises(StorageError) as caught:
        store.stat("anything")
    assert not isinstance(caught.value, ObjectMissing)

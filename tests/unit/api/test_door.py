"""What is decided at the door, without a database."""

import io
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import Headers
from starlette.requests import Request

from api import forms, intake, objects, waiting
from api.app import create_app
from api.auth import key_hash, new_key
from api.errors import ApiError
from api.parts import Parts
from api.settings import ApiSettings, is_loopback


@pytest.mark.parametrize("text", ["[]", "1", "nonsense", '{"a": ' + '"x"' * 9000 + "}", "[" * 5000])
def test_metadata_is_an_object_or_refused(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        intake.parse_metadata(text)
    assert (caught.value.status_code, caught.value.code) == (422, "invalid_metadata")


def test_metadata_may_be_left_out() -> None:
    assert intake.parse_metadata(None) == {}
    assert intake.parse_metadata('{"a": [1, null]}') == {"a": [1, None]}


def test_a_file_over_the_limit_is_noticed_while_it_is_read() -> None:
    with pytest.raises(ApiError) as caught:
        objects.measure(io.BytesIO(b"x" * 11), "a.pdf", 10)
    assert (caught.value.status_code, caught.value.code) == (413, "too_large")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("192.168.1.5", False),
        ("example.org", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_keys_are_needed_wherever_others_can_reach(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
    assert ApiSettings(host=host).keys_required is not expected


def test_a_key_is_long_random_and_stored_as_its_hash() -> None:
    first, second = new_key(), new_key()
    assert first.startswith("gj_")
    assert first != second
    assert key_hash(first) == key_hash(first) != key_hash(second)
    assert first not in key_hash(first)


@pytest.mark.parametrize(
    ("prefer", "expected"),
    [
        (None, 0.0),
        ("respond-async", 0.0),
        ("wait=5", 5.0),
        ("respond-async, wait=10", 10.0),
        ("wait=9999", 60.0),
        ("await=3", 0.0),
    ],
)
def test_prefer_wait_is_honoured_within_limits(prefer: str | None, expected: float) -> None:
    class Found:
        settings = ApiSettings()

    found: Parts = Found()  # type: ignore[assignment]  # only its settings are looked at
    assert waiting.patience_s(found, prefer) == expected


async def _no_body() -> dict[str, object]:
    return {"type": "http.request", "body": b"", "more_body": False}


def test_a_body_of_another_kind_is_refused() -> None:
    import asyncio

    headers = Headers({"content-type": "text/plain"}).raw
    request = Request({"type": "http", "method": "POST", "headers": headers}, _no_body)

    async def read() -> None:
        async with forms.submission(request, "local", "bulk"):
            pytest.fail("it was taken")

    with pytest.raises(ApiError) as caught:
        asyncio.run(read())
    assert (caught.value.status_code, caught.value.code) == (415, "unsupported_body")


@pytest.mark.parametrize(
    "cursor", ["\u00b2", "\u0663", "-1", "1.0", "0x1", " 1", "1\n", "9" * 19, ""]
)
def test_a_cursor_of_items_is_a_number_of_plain_digits(cursor: str, tmp_path: Path) -> None:
    door = TestClient(create_app(ApiSettings(objects_dir=tmp_path)), base_url="http://localhost")
    answer = door.get("/v1/batches/bat_1/items", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")

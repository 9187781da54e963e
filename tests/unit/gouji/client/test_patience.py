"""Both clients against answers made up for them: what they repeat, what they refuse, what they say.

`Asked` runs one test on either client.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from gouji.client import AsyncClient, Client, ClientError, Refused, Unreachable, patience
from gouji.client import aio as aio_module
from gouji.client import sync as sync_module

Answer = Callable[[httpx.Request], httpx.Response]
Asked = Callable[..., Any]


async def _asynchronously(answer: Answer, method: str, *arguments: Any, **options: Any) -> Any:
    transport = httpx.MockTransport(answer)
    async with AsyncClient("http://gouji.test", "gj_secret", transport=transport) as client:
        found = getattr(client, method)(*arguments, **options)
        if isinstance(found, Coroutine):
            return await found
        return [one async for one in found]


def _synchronously(answer: Answer, method: str, *arguments: Any, **options: Any) -> Any:
    transport = httpx.MockTransport(answer)
    with Client("http://gouji.test", "gj_secret", transport=transport) as client:
        found = getattr(client, method)(*arguments, **options)
        return list(found) if hasattr(found, "__next__") else found


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Asked:
    if request.param == "sync":
        return _synchronously
    return lambda *given, **options: asyncio.run(_asynchronously(*given, **options))


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(sync_module.time, "sleep", slept.append)
    monkeypatch.setattr(aio_module.asyncio, "sleep", sleep)
    monkeypatch.setattr(patience.random, "random", lambda: 0.0)
    return slept


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    body = {"code": code, "detail": "请稍后。", "detail_en": "Wait.", "retryable": status == 429}
    return httpx.Response(status, json=body, headers=headers)


def empty() -> httpx.Response:
    return httpx.Response(200, json={"data": [], "next_cursor": None})


def test_a_busy_server_is_asked_again_as_late_as_it_wishes(ask: Asked, pauses: list[float]) -> None:
    answers = [
        problem(429, "queue_full", **{"Retry-After": "7"}),
        problem(503, "dependency_unavailable"),
        empty(),
    ]
    assert ask(lambda _: answers.pop(0), "endpoints") == ()
    assert pauses == [7.0, 1.0]


def test_patience_ends(ask: Asked, pauses: list[float]) -> None:
    with pytest.raises(Refused) as caught:
        ask(lambda _: problem(429, "queue_full"), "endpoints")
    assert caught.value.code == "queue_full"
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize(
    ("method", "arguments", "status", "tries"),
    [
        ("job", ("job_1",), 500, 6),
        ("job", ("job_1",), 404, 1),
        ("job", ("job_1",), 409, 1),
        ("cancel", ("job_1",), 500, 1),
        ("cancel", ("job_1",), 502, 1),
        ("cancel", ("job_1",), 503, 6),
        ("rotate_secret", ("whe_1",), 504, 1),
    ],
)
def test_only_what_does_no_harm_twice_is_repeated(
    ask: Asked, method: str, arguments: tuple[str, ...], status: int, tries: int
) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.method)
        return problem(status, "some_code")

    with pytest.raises(Refused):
        ask(answer, method, *arguments)
    assert len(seen) == tries


def test_a_lost_answer_is_asked_for_again_where_that_is_safe(
    ask: Asked, pauses: list[float]
) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.method)
        if len(seen) < 3:
            raise httpx.RemoteProtocolError("closed", request=request)
        return empty()

    assert ask(answer, "endpoints") == ()
    seen.clear()
    with pytest.raises(ClientError, match="may have been done"):
        ask(answer, "cancel", "job_1")
    assert seen == ["POST"]
    assert pauses == [0.5, 1.0]


def test_a_first_request_under_way_is_waited_for(ask: Asked, tmp_path: Any) -> None:
    document = tmp_path / "a.pdf"
    document.write_bytes(b"%PDF-")
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) < 9:
            return problem(409, "idempotency_in_progress", **{"Retry-After": "1"})
        return problem(404, "enough")

    with pytest.raises(Refused, match="Wait"):
        ask(answer, "submit", document)
    assert len(keys) == 9
    assert len(set(keys)) == 1


def test_a_refusal_has_code_and_words(ask: Asked) -> None:
    with pytest.raises(Refused) as caught:
        ask(lambda _: problem(404, "not_found"), "job", "job_1")
    assert (caught.value.status, caught.value.code, str(caught.value)) == (
        404,
        "not_found",
        "请稍后。 Wait.",
    )


def test_an_answer_of_something_else_is_named_as_such(ask: Asked) -> None:
    page = httpx.Response(404, text="<html>Not here</html>")
    with pytest.raises(Refused) as caught:
        ask(lambda _: page, "job", "job_1")
    assert caught.value.code == "unexpected_answer"


def test_nobody_there_is_said_at_once_with_what_to_do(ask: Asked, pauses: list[float]) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Unreachable, match="gouji serve"):
        ask(refuse, "job", "job_1")
    assert pauses == []


def test_a_server_that_was_there_is_waited_for(ask: Asked, pauses: list[float]) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        if len(seen) == 2:
            raise httpx.ConnectError("restarting", request=request)
        return httpx.Response(200, json={"data": [], "next_cursor": "b" if len(seen) < 3 else None})

    assert ask(answer, "jobs") == []
    assert len(seen) == 3
    assert pauses == [0.5]


def test_a_list_is_followed_to_its_end(ask: Asked) -> None:
    pages = {None: "b", "b": "c", "c": None}
    asked: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.params["status"] == "failed"
        cursor = request.url.params.get("cursor")
        asked.append(cursor)
        return httpx.Response(200, json={"data": [], "next_cursor": pages[cursor]})

    assert ask(answer, "jobs", status="failed") == []
    assert asked == [None, "b", "c"]


def test_fields_of_a_newer_server_are_passed_over(ask: Asked) -> None:
    page = {"data": [], "next_cursor": None, "new": {"field": 1}}
    assert ask(lambda _: httpx.Response(200, json=page), "endpoints") == ()


@pytest.mark.parametrize("large", [True, False])
def test_a_presigned_address_never_sees_the_key(ask: Asked, tmp_path: Any, large: bool) -> None:
    seen: list[tuple[str, str | None]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.headers.get("authorization")))
        if request.url.host == "store.test":
            return httpx.Response(200, content=b"large")
        return httpx.Response(303, headers={"location": "https://store.test/x?signature=1"})

    if large:
        ask(answer, "export", "bat_1", "csv", tmp_path / "out.csv")
        assert (tmp_path / "out.csv").read_bytes() == b"large"
    else:
        assert ask(answer, "result", "job_1", "json") == b"large"
    assert seen == [("gouji.test", "Bearer gj_secret"), ("store.test", None)]


def test_a_file_that_breaks_off_leaves_nothing_behind(ask: Asked, tmp_path: Any) -> None:
    with pytest.raises(Refused):
        ask(lambda _: problem(404, "not_found"), "export", "bat_1", "csv", tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_an_address_without_a_scheme_is_refused() -> None:
    with pytest.raises(ClientError, match="http://"):
        Client("gouji.test:8080")

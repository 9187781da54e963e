"""The client against answers made up for it: what it repeats, what it refuses, what it says."""

from collections.abc import Callable

import httpx
import pytest

from gouji import client as module
from gouji.client import Client, Refused, Unreachable

Answer = Callable[[httpx.Request], httpx.Response]


def client(answer: Answer) -> Client:
    made = Client("http://gouji.test", key="gj_secret")
    made._http.close()
    made._http = httpx.Client(
        base_url="http://gouji.test",
        headers={"Authorization": "Bearer gj_secret"},
        transport=httpx.MockTransport(answer),
    )
    return made


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(module.time, "sleep", slept.append)
    return slept


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    body = {"code": code, "detail": "请稍后。", "detail_en": "Wait.", "retryable": status == 429}
    return httpx.Response(status, json=body, headers=headers)


def test_a_busy_server_is_asked_again_as_late_as_it_wishes(pauses: list[float]) -> None:
    answers = [
        problem(429, "queue_full", **{"Retry-After": "7"}),
        problem(503, "dependency_unavailable"),
        httpx.Response(200, json={"data": [], "next_cursor": None}),
    ]
    with client(lambda _: answers.pop(0)) as made:
        assert made.endpoints() == ()
    assert pauses == [7.0, 2.0]


def test_patience_ends(pauses: list[float]) -> None:
    with client(lambda _: problem(429, "queue_full")) as made, pytest.raises(Refused) as caught:
        made.endpoints()
    assert caught.value.code == "queue_full"
    assert len(pauses) == 4


def test_a_refusal_has_code_and_words() -> None:
    with client(lambda _: problem(404, "not_found")) as made, pytest.raises(Refused) as caught:
        made.job("job_1")
    assert (caught.value.status, caught.value.code, str(caught.value)) == (
        404,
        "not_found",
        "请稍后。 Wait.",
    )


def test_an_answer_of_something_else_is_named_as_such() -> None:
    page = httpx.Response(502, text="<html>Bad gateway</html>")
    with client(lambda _: page) as made, pytest.raises(Refused) as caught:
        made.job("job_1")
    assert caught.value.code == "unexpected_answer"


def test_nobody_there_is_said_with_what_to_do() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with client(refuse) as made, pytest.raises(Unreachable, match="gouji serve"):
        made.job("job_1")


def test_a_list_is_followed_to_its_end() -> None:
    pages = {
        None: {"data": [], "next_cursor": "b"},
        "b": {"data": [], "next_cursor": "c"},
        "c": {"data": [], "next_cursor": None},
    }
    asked: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("cursor")
        asked.append(cursor)
        return httpx.Response(200, json=pages[cursor])

    with client(answer) as made:
        assert list(made.jobs(status="failed")) == []
    assert asked == [None, "b", "c"]


def test_a_presigned_address_never_sees_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, dict[str, object]]] = []

    def direct(address: str, **arguments: object) -> httpx.Response:
        seen.append((address, arguments))
        return httpx.Response(200, content=b"large")

    monkeypatch.setattr(module.httpx, "get", direct)
    moved = httpx.Response(303, headers={"location": "https://store.test/x?signature=1"})
    with client(lambda _: moved) as made:
        assert made.result("job_1", "json") == b"large"
    assert seen[0][0] == "https://store.test/x?signature=1"
    assert "headers" not in seen[0][1]

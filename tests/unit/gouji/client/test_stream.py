"""Subscriptions over made-up streams: put together, gone on with, ended."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gouji.client import Client, Refused, Unreachable
from gouji.client import sync as sync_module
from gouji.client.stream import Lines

STREAM = 'retry: 2000\n\nid: {id}\nevent: job.state\ndata: {{"seq": {id}, "type": "job.state", '
EVENT = STREAM + '"at": "2026-01-01T00:00:00Z",\ndata: "data": {{"status": "{status}"}}}}\n\n'


def stream(number: int, status: str) -> httpx.Response:
    text = ": still here\n\n" + EVENT.format(id=number, status=status)
    return httpx.Response(200, text=text)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(sync_module.time, "sleep", slept.append)
    return slept


def client(answers: list[httpx.Response | Exception], seen: list[str | None]) -> Client:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("last-event-id"))
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    return Client("http://gouji.test", transport=httpx.MockTransport(answer))


def test_a_stream_is_gone_on_with_after_the_event_last_seen(pauses: list[float]) -> None:
    seen: list[str | None] = []
    answers: list[httpx.Response | Exception] = [
        stream(3, "running"),
        httpx.ReadError("lost"),
        stream(5, "succeeded"),
        httpx.Response(204),
    ]
    with client(answers, seen) as made:
        found = [event.data["status"] for event in made.follow("job_1")]
    assert found == ["running", "succeeded"]
    assert seen == [None, "3", "3", "5"]
    assert pauses == [1.0]


def test_a_stream_that_says_nothing_is_over() -> None:
    with client([httpx.Response(200, text="retry: 2000\n\n")], []) as made:
        assert list(made.follow("job_1")) == []


def test_a_stream_that_breaks_again_and_again_is_given_up(pauses: list[float]) -> None:
    with client([httpx.ReadError("lost")] * 8, []) as made, pytest.raises(Unreachable):
        list(made.follow("job_1"))
    assert len(pauses) == 7


def test_a_refusal_is_told() -> None:
    body = {"code": "not_found", "detail": "无", "detail_en": "None.", "retryable": False}
    with client([httpx.Response(404, json=body)], []) as made, pytest.raises(Refused):
        list(made.follow_batch("bat_1"))


@given(
    st.lists(
        st.text(
            st.characters(codec="utf-8", exclude_characters="\r\n\x85\u2028\u2029").filter(
                lambda c: c not in "\v\f\x1c\x1d\x1e"
            ),
            min_size=1,
        ),
        min_size=1,
    )
)
def test_data_over_several_lines_comes_back_whole(texts: list[str]) -> None:
    lines = Lines()
    for text in texts:
        assert lines.feed(f"data: {text}") is None
    assert lines.feed("") == "\n".join(texts)
    assert lines.feed("") is None

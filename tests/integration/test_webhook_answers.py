"""What receivers answer to an event: success, refusal, silence, garbage without end."""

import datetime as dt
import socket
import time

import pytest

from tests.bare_receiver import BODY, LOOPBACK, OK, answer, post, receiver
from workers.webhook import sign
from workers.webhook.transport import Attempt, send


def test_event_arrives_as_sent() -> None:
    with receiver(OK) as server:
        attempt = post(server)
    assert attempt == Attempt(
        status=200,
        error=None,
        duration_ms=attempt.duration_ms,
        response="ok",
        response_headers={"content-length": "2"},
        retry_after_s=None,
        gone=False,
    )
    assert attempt.delivered
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert lines[0] == b"post /hook?a=1 http/1.1"
    assert f"host: 127.0.0.1:{server.port}".encode() in lines
    assert b"webhook-id: evt_1" in lines
    assert b"content-type: application/json" in lines
    assert body == BODY


def test_signed_event_is_verified_by_the_receiver() -> None:
    from standardwebhooks import Webhook

    secret = sign.new_secret()
    headers = sign.headers([secret], "evt_2", dt.datetime.now(dt.UTC), BODY)
    with receiver(OK) as server:
        url = f"http://127.0.0.1:{server.port}/"
        assert send(url, BODY, headers, timeout_s=5, allow_networks=LOOPBACK).delivered
    head, _, body = server.requests[0].decode().partition("\r\n\r\n")
    received = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    assert Webhook(secret).verify(body, received) == {"type": "job.succeeded"}


@pytest.mark.parametrize(
    ("status", "error", "gone"),
    [
        ("204 No Content", None, False),
        ("299 Odd", None, False),
        ("302 Found", "not_2xx", False),
        ("400 Bad Request", "not_2xx", False),
        ("410 Gone", "not_2xx", True),
        ("500 Oops", "not_2xx", False),
    ],
)
def test_only_2xx_is_success(status: str, error: str | None, gone: bool) -> None:
    with receiver(answer(status)) as server:
        attempt = post(server)
    assert (attempt.status, attempt.error, attempt.gone) == (int(status[:3]), error, gone)
    assert attempt.delivered == (error is None)


def test_redirect_is_not_followed() -> None:
    with receiver(OK) as inner:
        location = f"Location: http://127.0.0.1:{inner.port}/"
        with receiver(answer("307 Temporary Redirect", location)) as outer:
            assert post(outer).status == 307
    assert inner.requests == []


def test_patience_asked_for_is_reported() -> None:
    with receiver(answer("429 Too Many", "Retry-After: 120")) as server:
        assert post(server).retry_after_s == 120
    with receiver(answer("503 Busy", "Retry-After: soon")) as server:
        assert post(server).retry_after_s is None


def test_body_of_the_answer_is_capped_and_fit_for_the_log() -> None:
    with receiver(answer("500 Oops", body="错误\0".encode() + b"\xff" + b"x" * 9000)) as server:
        attempt = post(server, max_response_bytes=10)
    assert attempt.response == "错误��xx"


def test_endless_answer_is_cut_off() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with receiver(talk) as server:
        attempt = post(server)
    assert attempt.delivered
    assert len(attempt.response) == 4096


@pytest.mark.parametrize(
    ("part", "error"), [("headers", "timed_out"), ("nothing", "timed_out"), ("body", None)]
)
def test_dripping_answer_cannot_outlast_the_deadline(part: str, error: str | None) -> None:
    """A body is only for the log: the status, once given, stands."""

    def talk(connection: socket.socket) -> None:
        if part == "body":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        for _ in range(30):
            if part != "nothing":
                connection.sendall(b"x")
            time.sleep(0.05)

    with receiver(talk) as server:
        started = time.monotonic()
        attempt = post(server, timeout_s=0.5)
        elapsed = time.monotonic() - started
    assert attempt.error == error
    assert elapsed < 2
    assert attempt.duration_ms == pytest.approx(elapsed * 1000, abs=200)


def test_closed_connection_is_told_from_an_answer() -> None:
    with receiver(b"") as server:
        assert post(server).error == "protocol_error"


@pytest.mark.parametrize(
    "garbage",
    [b"\r\n" * 9, b"SSH-2.0-OpenSSH\r\n", b"\0" * 500,
     b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 40000],
)  # fmt: skip
def test_garbage_is_a_protocol_error(garbage: bytes) -> None:
    with receiver(garbage) as server:
        assert post(server).error == "protocol_error"


def test_broken_off_body_does_not_undo_success() -> None:
    with receiver(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nx") as server:
        attempt = post(server)
    assert (attempt.delivered, attempt.response) == (True, "x")


def test_closed_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    assert send(url, BODY, {}, timeout_s=2, allow_networks=LOOPBACK).error == "connect_failed"

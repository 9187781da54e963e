"""Asking again: what is repeated, how often, and how long after."""

import random
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from gouji.client.errors import ClientError, Refused, Unreachable, problem
from gouji.client.flow import Ask, Flow, Pause, Save, Send, answered

TRIES = 6
_LONGEST_S = 60.0
_UNDER_WAY_TRIES = 300
"""A first request of the same Idempotency-Key may be under way for some minutes."""
_NOTHING_WAS_DONE = frozenset({429, 503})
_PERHAPS_DONE = frozenset({500, 502, 504})


@dataclass(kw_only=True)
class Session:
    """The server, and whether it ever answered: only then is waiting for it worth while."""

    server: str
    reached: bool = False


def patiently(what: Ask | Save, session: Session) -> Flow[httpx.Response]:
    """Send a request, and again while that may help; raise what it comes to otherwise.

    A request whose connection broke may have been done: it is sent again only when that does not
    do it twice.
    """
    ask = what.ask if isinstance(what, Save) else what
    attempt = 0
    while True:
        attempt += 1
        try:
            answer = yield from answered(Send(what=what))
        except httpx.TransportError as exc:
            if attempt >= TRIES or not _may_repeat(ask, exc, session):
                raise _broken(ask, exc, session) from exc
            yield Pause(seconds=_backoff_s(attempt))
            continue
        session.reached = session.reached or not ask.elsewhere
        if not answer.is_error:
            return answer
        refused = problem(answer)
        if attempt >= _tries(ask, refused):
            raise refused
        yield Pause(seconds=_pause_s(answer, attempt))


def _may_repeat(ask: Ask, error: httpx.TransportError, session: Session) -> bool:
    if isinstance(error, httpx.UnsupportedProtocol):
        return False
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        return session.reached
    return ask.repeatable


def _broken(ask: Ask, error: httpx.TransportError, session: Session) -> ClientError:
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)) or ask.repeatable:
        return Unreachable(_host(ask.address) if ask.elsewhere else session.server)
    return ClientError(
        "连接在应答之前中断，请求可能已经生效。请先查看现状，再决定是否重发。 "
        "The connection broke before the answer came, and the request may have been done. Look at "
        "how things are before sending it again."
    )


def _host(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _tries(ask: Ask, refused: Refused) -> int:
    """Return how often a request so refused is sent in all."""
    if refused.code == "idempotency_in_progress":
        return _UNDER_WAY_TRIES
    if refused.status in _NOTHING_WAS_DONE:
        return TRIES
    return TRIES if refused.status in _PERHAPS_DONE and ask.repeatable else 1


def _pause_s(answer: httpx.Response, attempt: int) -> float:
    asked = answer.headers.get("retry-after", "")
    told = asked.isascii() and asked.isdigit()
    return min(_LONGEST_S, float(asked)) if told else _backoff_s(attempt)


def _backoff_s(attempt: int) -> float:
    """Return half a second, doubled each time, and up to a quarter more: not all in step."""
    longer = 1 + random.random() / 4  # noqa: S311  jitter
    return float(min(_LONGEST_S, 0.5 * 2 ** (attempt - 1) * longer))

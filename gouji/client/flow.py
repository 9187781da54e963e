"""Flows: what a method does, apart from how it is done.

A flow is a generator. It yields effects, gets back what came of each, and returns its value:

    Ask(…)     an HTTP request, repeated as long as that may help     → httpx.Response
    Save(…)    the same, its answer streamed to a file                → httpx.Response
    Send(…)    one attempt at an Ask or Save                          → httpx.Response
    Pause(…)   patience                                               → None
    Work(…)    work on this machine that takes a while                → what it returns

Whoever runs a flow raises in it what went wrong with an effect.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, Literal, TypeAlias, TypeVar

import httpx
from pydantic import BaseModel, JsonValue

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

Param = str | int | float | list[str]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request; its files are opened anew for each attempt."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    address: str
    params: Mapping[str, Param] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: JsonValue = None
    fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    content: bytes | None = None
    repeatable: bool = True
    """Whether it may be sent again when its answer was lost: doing it twice does it once."""
    elsewhere: bool = False
    """Whether the address carries its own credentials; ours must not go there."""
    timeout_s: float | None = None
    """Longest silence of the server, if it is another than usual."""


@dataclass(frozen=True, kw_only=True)
class Save:
    """A request whose answer becomes a file, whole or not at all."""

    ask: Ask
    target: Path


@dataclass(frozen=True, kw_only=True)
class Send:
    """One attempt at a request."""

    what: Ask | Save


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Nothing, for some seconds."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class Work(Generic[T]):
    """Something slow that is done on this machine."""

    action: Callable[[], T]


Effect: TypeAlias = "Ask | Save | Send | Pause | Work[object]"
Flow: TypeAlias = Generator[Effect, object, T]


def answered(effect: Ask | Save | Send) -> Flow[httpx.Response]:
    """Ask, and return the answer."""
    answer = yield effect
    assert isinstance(answer, httpx.Response)
    return answer


def worked(action: Callable[[], T]) -> Flow[T]:
    """Do something slow, and return what it returned."""
    found: list[T] = []
    yield Work(action=lambda: found.append(action()))
    return found[0]


def read(model: type[M], ask: Ask) -> Flow[M]:
    """Ask, and return the answer as a value; fields of a newer server are passed over."""
    answer = yield from answered(ask)
    return model.model_validate_json(answer.content, extra="ignore")


def fetched(ask: Ask) -> Flow[bytes]:
    """Ask for a file, where it is: the server may name another address for a large one."""
    answer = yield from answered(ask)
    if answer.status_code == httpx.codes.SEE_OTHER:
        direct = Ask(address=answer.headers["location"], elsewhere=True)
        answer = yield from answered(direct)
    return answer.content


def saved(ask: Ask, target: Path) -> Flow[None]:
    """Ask for a file and write it, where it is: the server may name another address."""
    answer = yield from answered(Save(ask=ask, target=target))
    if answer.status_code == httpx.codes.SEE_OTHER:
        direct = replace(ask, address=answer.headers["location"], params={}, elsewhere=True)
        yield from answered(Save(ask=direct, target=target))

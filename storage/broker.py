"""Sending to the broker: plain task names and ids, no task code needed on this side."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import redis
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from schemas.message import CALLS, Message, Queue
from storage.outbox import BrokerUnavailable, Send

SOCKET_TIMEOUT_S = 30.0
SENT_AT = "gouji_sent_at"
"""Header of a message: seconds since 1970 by the sender's clock."""

TRANSPORT_OPTIONS: dict[str, int | float | bool | str] = {
    "socket_timeout": SOCKET_TIMEOUT_S,
    "socket_connect_timeout": 5.0,
    "socket_keepalive": True,
    "health_check_interval": 25,
}


def broker_url(redis_url: str) -> str:
    """Return the address as Celery spells it: for a socket another scheme and another `db`."""
    if redis_url.startswith("unix://"):
        path = redis_url.removeprefix("unix://")
        return "redis+socket://" + path.replace("?db=", "?virtual_host=")
    return redis_url


def producer(redis_url: str) -> Celery:
    """Return a Celery application that only sends."""
    app = Celery("gouji", broker=broker_url(redis_url), set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        broker_transport_options={
            **TRANSPORT_OPTIONS,
            "socket_timeout": 5.0,
            "max_retries": 1,  # a broker that is away must not hold up the request
            "interval_start": 0.0,
            "interval_step": 0.1,
            "interval_max": 0.1,
        },
        broker_connection_timeout=5.0,
    )
    return app


def sender(app: Celery, redis_url: str) -> Send:
    """Return the function that sends a message through an application, without retries.

    A call to look for work is not sent while one waits: that one will be taken after now, and find
    what this one was to tell of.
    """
    client = redis.Redis.from_url(redis_url, socket_timeout=5, socket_connect_timeout=5)

    def send(message: Message) -> None:
        try:
            if message.task in CALLS and client.llen(message.queue):
                return
            app.send_task(
                message.task,
                args=list(message.args),
                queue=message.queue,
                retry=False,
                ignore_result=True,
                headers={SENT_AT: time.time()},
            )
        except (OperationalError, RedisError, OSError) as exc:
            raise BrokerUnavailable from exc

    return send


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """The messages in a queue at a moment."""

    contents: frozenset[tuple[str, tuple[str | int, ...]]] = field(default=frozenset())
    beyond: bool = False
    """Whether there are more than were looked at; then any message may be among them."""

    def holds(self, message: Message) -> bool:
        """Say whether a message is surely or perhaps in the queue."""
        return self.beyond or (message.task, message.args) in self.contents


_LOOKED_AT = 20_000
_PIECE = 1_000


def looker(redis_url: str) -> Callable[[Queue], Waiting]:
    """Return the function that looks into a queue without taking anything out of it."""
    client = redis.Redis.from_url(redis_url, socket_timeout=5, socket_connect_timeout=5)

    def look(queue: Queue) -> Waiting:
        found: set[tuple[str, tuple[str | int, ...]]] = set()
        try:
            for first in range(0, _LOOKED_AT, _PIECE):
                # from the end that is taken next: what is taken meanwhile shifts none past us
                piece = client.lrange(queue, -first - _PIECE, -first - 1)
                found.update(map(_content, piece))
                if len(piece) < _PIECE:
                    return Waiting(contents=frozenset(found))
        except RedisError as exc:
            raise BrokerUnavailable from exc
        return Waiting(contents=frozenset(found), beyond=True)

    return look


def _content(raw: bytes | str) -> tuple[str, tuple[str | int, ...]]:
    """Return the task and the ids of a message as Celery packs it."""
    envelope = json.loads(raw)
    arguments = json.loads(base64.b64decode(envelope["body"]))[0]
    return envelope["headers"]["task"], tuple(arguments)

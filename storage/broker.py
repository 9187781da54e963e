"""Sending to the broker: plain task names and ids, no task code needed on this side."""

import time

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from schemas.message import Message
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


def sender(app: Celery) -> Send:
    """Return the function that sends a message through an application, without retries."""

    def send(message: Message) -> None:
        try:
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

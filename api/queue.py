"""Sending to the workers: task names and ids, no code of theirs."""

import redis

from schemas.message import QUEUES, Queue
from storage import broker
from storage.outbox import BrokerUnavailable, Send


def sender(redis_url: str) -> Send:
    """Return the function that hands a message to the broker."""
    return broker.sender(broker.producer(redis_url))


class Depths:
    """How many messages wait in each queue."""

    def __init__(self, redis_url: str) -> None:
        self._client = redis.Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2)

    def read(self) -> dict[Queue, int]:
        """Return the depth of every queue; raises BrokerUnavailable."""
        try:
            return {queue: int(str(self._client.llen(queue))) for queue in QUEUES}
        except redis.RedisError as exc:
            raise BrokerUnavailable from exc

"""Sending to the workers: task names and ids, no code of theirs."""

import json
import time

import redis

from schemas.message import QUEUES, Queue
from storage import broker
from storage.outbox import BrokerUnavailable, Send


def sender(redis_url: str) -> Send:
    """Return the function that hands a message to the broker."""
    return broker.sender(broker.producer(redis_url), redis_url)


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

    def oldest_s(self) -> dict[Queue, float]:
        """Return how long ago the message next in each queue was sent; raises BrokerUnavailable."""
        try:
            return {queue: self._age(self._client.lindex(queue, -1)) for queue in QUEUES}
        except redis.RedisError as exc:
            raise BrokerUnavailable from exc

    @staticmethod
    def _age(envelope: object) -> float:
        """Return the age of a message; 0 of none, and of one that does not say."""
        if not isinstance(envelope, bytes | str):
            return 0.0
        sent_at = json.loads(envelope).get("headers", {}).get(broker.SENT_AT)
        return max(0.0, time.time() - float(sent_at)) if sent_at else 0.0

"""How much a tenant or key may ask: requests a minute, and jobs that wait.

Requests are counted in the broker's server, so that all API processes share the count; while it is
away nobody is held up. The rate is kept by the generic cell rate algorithm (ITU-T I.371): each
request moves a time on by a minute ÷ rate, and that may run ahead of the clock by the burst.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import redis

from api.errors import ApiError

_MINUTE_S = 60.0
_BURST_S = 10.0
"""Requests of this many seconds may come at once."""

_SCRIPT = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1000000
local step, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), at) + step
if due - at > burst then return tostring(due - at - burst) end
redis.call('SET', KEYS[1], string.format('%.6f', due), 'PX', math.ceil((due - at) * 1000) + 1)
return '0'
"""


class Limiter:
    """Counts requests by name over all API processes."""

    def __init__(self, redis_url: str) -> None:
        client = redis.Redis.from_url(redis_url, socket_timeout=1, socket_connect_timeout=1)
        self._script = client.register_script(_SCRIPT)

    def admit(self, name: str, per_minute: int) -> None:
        """Count a request; 429 with the time to wait when there were too many."""
        step = _MINUTE_S / per_minute
        try:
            answer = self._script(keys=[f"rate:{name}"], args=[step, max(step, _BURST_S)])
        except redis.RedisError:
            return
        wait_s = float(answer)
        if wait_s > 0:
            raise _too_many(per_minute, wait_s)


def _too_many(per_minute: int, wait_s: float) -> ApiError:
    return ApiError(
        429,
        "rate_limited",
        f"请求过于频繁，上限为每分钟 {per_minute} 次。请按 Retry-After 稍候再试。",
        f"Too many requests: {per_minute} a minute are allowed. Try again after Retry-After.",
        category="capacity",
        retryable=True,
        headers={"Retry-After": str(max(1, round(wait_s + 0.5)))},
    )


@dataclass(kw_only=True)
class _Count:
    number: int
    limit: int | None
    at: float


class Waiting:
    """How many jobs a tenant has waiting: counted once a second, and on by what was admitted."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}
        self._lock = threading.Lock()

    def one_more(
        self, tenant: str, count: Callable[[], tuple[int, int | None]]
    ) -> tuple[int, int | None]:
        """Return the number before this admission, and the tenant's own limit; count it in."""
        with self._lock:
            known = self._counts.get(tenant)
        if known is None or time.monotonic() - known.at > 1.0:
            number, limit = count()
            known = _Count(number=number, limit=limit, at=time.monotonic())
            with self._lock:
                self._counts[tenant] = known
        with self._lock:
            known.number += 1
            return known.number - 1, known.limit

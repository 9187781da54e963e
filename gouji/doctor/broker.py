"""The broker: reached, evicting nothing, keeping what it has over a restart, not full."""

from collections.abc import Iterator
from typing import Any

import redis

from gouji.doctor.check import Check, warning, well, wrong

_FULL = 0.8


def check_broker(url: str) -> Iterator[Check]:
    """Yield what is found of the broker at an address."""
    try:
        with redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as client:
            about: dict[str, Any] = client.info()
    except (redis.RedisError, OSError) as exc:
        reason = str(exc).splitlines()[0][:200] if str(exc) else type(exc).__name__
        yield wrong(
            "broker",
            f"it does not answer, or refuses ({reason})",
            "see GOUJI_REDIS_URL: host, port, password; is Redis running?",
        )
        return
    name = about.get("server_name", "redis").capitalize()
    number = about.get(f"{name.lower()}_version") or about.get("redis_version")
    if about.get("role") != "master":
        yield wrong(
            "broker", f"{name} {number} is a replica", "name the primary in GOUJI_REDIS_URL"
        )
    else:
        yield well("broker", f"{name} {number} answers")
    yield _eviction(about)
    yield _persistence(about)
    yield _memory(about)


def _eviction(about: dict[str, Any]) -> Check:
    policy = about.get("maxmemory_policy", "unknown")
    if policy != "noeviction":
        return wrong(
            "eviction",
            f"maxmemory-policy is {policy}: messages may be thrown away",
            "set maxmemory-policy noeviction, on an instance of its own",
        )
    return well("eviction", "noeviction")


def _persistence(about: dict[str, Any]) -> Check:
    if about.get("aof_enabled"):
        return well("persistence", "append-only file")
    return warning(
        "persistence",
        "no append-only file: a restart forgets what was waiting",
        "set appendonly yes; without it housekeeping sends all of it again, half a minute later",
    )


def _memory(about: dict[str, Any]) -> Check:
    most, used = int(about.get("maxmemory", 0)), int(about.get("used_memory", 0))
    if not most:
        return well("memory of the broker", f"{used // 1024} kB used, no limit set")
    found = f"{used // 1024} of {most // 1024} kB used"
    if used > _FULL * most:
        return warning(
            "memory of the broker", found, "raise maxmemory: beyond it messages are refused"
        )
    return well("memory of the broker", found)

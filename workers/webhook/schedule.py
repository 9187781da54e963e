"""Decide when an event is tried again; pure, the caller brings clock and chance."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_MINUTE = 60.0
_HOUR = 60 * _MINUTE

DELAYS_S: tuple[float, ...] = (
    5,
    1 * _MINUTE,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
"""Seconds after the first, second, … failed attempt; about three days in all."""

MAX_ATTEMPTS = len(DELAYS_S) + 1

RETRY_AFTER_CAP_S = 24 * _HOUR
"""A receiver may ask for patience, but not for silence without end."""

_JITTER = 0.2


def next_attempt(
    attempt: int, now: datetime, retry_after_s: float | None, random: float
) -> datetime | None:
    """Return when to try again after `attempt` failed attempts (from 1); None when exhausted.

    The delay is never shorter than scheduled nor than the receiver's Retry-After (up to the cap);
    `random` in [0, 1) stretches it by up to a fifth, so that receivers are not hit in step.
    """
    if attempt < 1:
        raise ValueError("attempts are counted from 1")
    if attempt >= MAX_ATTEMPTS:
        return None
    delay = DELAYS_S[attempt - 1]
    if retry_after_s is not None and math.isfinite(retry_after_s):
        delay = max(delay, min(retry_after_s, RETRY_AFTER_CAP_S))
    return now + timedelta(seconds=delay * (1 + _JITTER * random))


def parse_retry_after(value: str, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for, from seconds or a date; None if neither."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (aware - now).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None

"""Retries go on for days, never earlier than planned or asked for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.webhook.schedule import (
    DELAYS_S,
    MAX_ATTEMPTS,
    RETRY_AFTER_CAP_S,
    next_attempt,
    parse_retry_after,
)

NOW = datetime(2025, 3, 31, 12, tzinfo=UTC)
DAY = 24 * 3600


def delay(attempt: int, retry_after_s: float | None = None, random: float = 0.0) -> float | None:
    moment = next_attempt(attempt, NOW, retry_after_s, random)
    return None if moment is None else (moment - NOW).total_seconds()


def test_without_chance_the_delays_are_those_of_the_table() -> None:
    assert [delay(n) for n in range(1, MAX_ATTEMPTS)] == list(DELAYS_S)
    assert list(DELAYS_S) == sorted(DELAYS_S)
    assert 2 * DAY < sum(DELAYS_S) < 5 * DAY


def test_after_the_last_attempt_there_is_none() -> None:
    assert delay(MAX_ATTEMPTS - 1) is not None
    assert delay(MAX_ATTEMPTS) is None
    assert delay(MAX_ATTEMPTS + 5, 10) is None
    with pytest.raises(ValueError, match="from 1"):
        delay(0)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, 5),
        (1, 5),  # no sooner than planned
        (600, 600),
        (90 * DAY, RETRY_AFTER_CAP_S),
        (-5, 5),
        (float("inf"), 5),
        (float("nan"), 5),
    ],
)
def test_receivers_wish_is_honoured_within_bounds(asked: float | None, expected: float) -> None:
    assert delay(1, asked) == expected


@given(
    attempt=st.integers(1, MAX_ATTEMPTS - 1),
    asked=st.none() | st.floats(allow_nan=True, allow_infinity=True),
    random=st.floats(0, 1, exclude_max=True),
)
def test_delay_stays_between_plan_and_cap(attempt: int, asked: float | None, random: float) -> None:
    found = delay(attempt, asked, random)
    assert found is not None
    assert DELAYS_S[attempt - 1] <= found <= RETRY_AFTER_CAP_S * 1.2


def test_chance_stretches_by_up_to_a_fifth() -> None:
    assert delay(2, None, 0.5) == pytest.approx(66)  # 60 s × (1 + 0.2 × 0.5)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Mon, 31 Mar 2025 12:01:00 GMT", 60),
        ("Mon, 31 Mar 2025 20:01:00 +0800", 60),
        ("Mon, 31 Mar 2025 11:00:00 GMT", 0),
        ("9" * 400, 999_999_999_999),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("Mon, 99 Foo 2025 25:61:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, expected: float | None) -> None:
    assert parse_retry_after(value, NOW) == expected


@given(st.text())
def test_any_header_parses_to_something_usable(value: str) -> None:
    asked = parse_retry_after(value, NOW)
    assert asked is None or asked >= 0
    assert next_attempt(1, NOW, asked, 0.0) >= NOW + timedelta(seconds=5)  # type: ignore[operator]

from datetime import UTC, datetime

import pytest

from storage.rows import EndpointRow
from workers.deliveries import Outcome, secrets
from workers.tasks.deliver import decide
from workers.webhook.schedule import DELAYS_S, MAX_ATTEMPTS
from workers.webhook.transport import Attempt

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def attempt(status: int | None, *, retry_after_s: float | None = None) -> Attempt:
    good = status is not None and 200 <= status < 300
    return Attempt(
        status=status,
        error=None if good else "not_2xx",
        duration_ms=3,
        response="",
        retry_after_s=retry_after_s,
        gone=status == 410,
    )


@pytest.mark.parametrize("status", [200, 202, 204])
def test_only_2xx_is_delivered(status: int) -> None:
    assert decide(attempt(status), 1, NOW, 0.0) == Outcome(status="delivered")


@pytest.mark.parametrize("status", [None, 301, 400, 404, 429, 500])
def test_everything_else_is_tried_again(status: int | None) -> None:
    outcome = decide(attempt(status), 1, NOW, 0.0)
    assert outcome == Outcome(status="pending", again_s=DELAYS_S[0])


def test_a_receiver_s_patience_is_honoured() -> None:
    assert decide(attempt(503, retry_after_s=900), 1, NOW, 0.0).again_s == 900


def test_gone_disables_at_once() -> None:
    assert decide(attempt(410), 1, NOW, 0.0) == Outcome(status="failed", disable="gone")


def test_the_last_attempt_is_the_last() -> None:
    outcome = decide(attempt(500), MAX_ATTEMPTS, NOW, 0.0)
    assert outcome == Outcome(status="failed", disable="attempts_exhausted")


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, ["new"]),
        (datetime(2026, 3, 1, 13, tzinfo=UTC), ["new", "old"]),
        (datetime(2026, 3, 1, 11, tzinfo=UTC), ["new"]),
    ],
)
def test_the_old_secret_signs_along_until_its_time(
    until: datetime | None, expected: list[str]
) -> None:
    endpoint = EndpointRow(
        id="whe_1",
        tenant="local",
        url="https://example.org",
        events=(),
        description="",
        secret="new",
        previous_secret="old",
        previous_secret_until=until,
        enabled=True,
        disabled_reason=None,
        created_at=NOW,
    )
    assert secrets(endpoint, NOW) == expected

import time

import pytest

from schemas.message import inspect
from storage import broker
from storage.outbox import BrokerUnavailable


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("redis://host:6379/0", "redis://host:6379/0"),
        ("rediss://host:6379/1", "rediss://host:6379/1"),
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock"),
        ("unix:///run/valkey.sock?db=2", "redis+socket:///run/valkey.sock?virtual_host=2"),
    ],
)
def test_the_address_as_celery_spells_it(given: str, expected: str) -> None:
    assert broker.broker_url(given) == expected


def test_a_broker_that_is_away_is_an_error_of_ours_at_once() -> None:
    away = "redis://127.0.0.1:1/0"
    send = broker.sender(broker.producer(away), away)
    began = time.monotonic()
    with pytest.raises(BrokerUnavailable):
        send(inspect("job_1", "bulk"))
    assert time.monotonic() - began < 3, "a request must not wait for a broker that is away"

"""What a fault costs: a server that is away nothing, an error one attempt, a time limit half."""

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from storage.objects import ObjectMissing, StorageError
from storage.outbox import BrokerUnavailable
from workers.fault import TIMED_OUT, Fault, Retry, fault_of, final_failure, next_try

SLOW = Fault(cause=TIMED_OUT)
BROKEN = Fault(cause="ValueError")
AWAY = Fault(cause="StorageError", away=True)


@pytest.mark.parametrize(
    ("exc", "fault"),
    [
        (SoftTimeLimitExceeded(), SLOW),
        (ValueError("a defect"), BROKEN),
        (StorageError("503"), AWAY),
        (ObjectMissing("gone"), Fault(cause="ObjectMissing")),
        (
            OperationalError("COMMIT", None, Exception("cut")),
            Fault(cause="OperationalError", away=True),
        ),
        (BrokerUnavailable(), Fault(cause="BrokerUnavailable", away=True)),
    ],
)
def test_an_error_says_what_went_wrong(exc: Exception, fault: Fault) -> None:
    assert fault_of(exc) == fault


@pytest.mark.parametrize(
    ("fault", "attempt", "patient", "expected"),
    [
        (BROKEN, 1, True, Retry(attempts=1, delay_s=5)),
        (BROKEN, 2, True, Retry(attempts=2, delay_s=10)),
        (BROKEN, 3, True, Retry(attempts=3, delay_s=20)),
        (BROKEN, 4, True, None),
        (SLOW, 1, True, Retry(attempts=2, delay_s=5)),  # 0 + 4/2
        (SLOW, 2, True, Retry(attempts=3, delay_s=10)),  # an error before: 1 + 2
        (SLOW, 3, True, None),  # 2 + 2
        (Fault(cause=TIMED_OUT, further=True), 4, True, Retry(attempts=3, delay_s=5)),
        (AWAY, 1, True, Retry(attempts=0, delay_s=5)),
        (AWAY, 4, True, Retry(attempts=3, delay_s=5)),
        (AWAY, 1, False, Retry(attempts=1, delay_s=5)),
        (AWAY, 4, False, None),
    ],
)
def test_what_becomes_of_a_row_with_four_attempts(
    fault: Fault, attempt: int, patient: bool, expected: Retry | None
) -> None:
    assert next_try(fault, attempt, max_attempts=4, backoff_s=5, patient=patient) == expected


@given(most=st.integers(1, 20), fault=st.sampled_from([SLOW, BROKEN]))
def test_the_same_fault_over_and_over_comes_to_an_end(most: int, fault: Fault) -> None:
    counted, tries = 0, 0
    while True:
        tries += 1
        again = next_try(fault, counted + 1, max_attempts=most, backoff_s=1)
        if again is None:
            break
        assert again.attempts > counted
        counted = again.attempts
    assert tries == (min(2, most) if fault is SLOW else most)


def test_a_step_given_up_for_its_time_says_so() -> None:
    slow, broken = final_failure(SLOW, 290, 2), final_failure(BROKEN, 290, 4)
    assert (slow.code, slow.category) == ("timed_out", "timeout")
    assert "290" in slow.message
    assert broken.code == "attempts_exhausted"
    assert "4" in broken.message_en

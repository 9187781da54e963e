"""Sums of a process: durations fall into buckets, nothing is counted twice, folding keeps all."""

import pytest

from storage.tally import BUCKETS_S, TALLY, Tally, timing


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [(0.0, 0), (0.005, 0), (0.0051, 1), (1.0, 5), (600.0, 13), (601.0, 14)],
)
def test_a_duration_falls_into_the_first_bucket_that_holds_it(seconds: float, bucket: int) -> None:
    tally = Tally()
    tally.time("stage", seconds, "page", "done")
    [(key, found)] = tally.sums().items()
    assert key == ("stage", ("page", "done"))
    assert found.counts == [int(at == bucket) for at in range(len(BUCKETS_S) + 1)]
    assert found.total == seconds


def test_sums_of_two_processes_add_up() -> None:
    whole = Tally()
    for counts in ([3], [4]):
        whole.add("jobs_finished", ("succeeded",), counts, 0.0)
    whole.count("jobs_finished", "succeeded")
    assert whole.sums()["jobs_finished", ("succeeded",)].counts == [8]


def test_what_is_raised_in_a_stage_makes_it_a_failed_one() -> None:
    TALLY.clear()
    with pytest.raises(RuntimeError), timing("page"):
        raise RuntimeError
    with timing("page"):
        pass
    counted = {labels: sum(found.counts) for (_, labels), found in TALLY.sums().items()}
    assert counted == {("page", "failed"): 1, ("page", "done"): 1}
    TALLY.clear()

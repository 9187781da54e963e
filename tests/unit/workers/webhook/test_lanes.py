"""How many deliveries are under way to whom: a receiver that hangs holds up nobody for long."""

from hypothesis import given
from hypothesis import strategies as st

from workers.webhook.lanes import MOST_EACH, PROMPT_S, Lanes


def waiting(endpoint: str, number: int) -> list[tuple[str, str]]:
    return [(f"{endpoint}-{at}", endpoint) for at in range(number)]


def begin(lanes: Lanes, chosen: list[str], now: float = 0.0) -> None:
    for delivery in chosen:
        lanes.begin(delivery.partition("-")[0], now)


def test_an_endpoint_nobody_knows_yet_gets_one_place() -> None:
    lanes = Lanes(places=8, most=99)
    chosen = lanes.choose([*waiting("a", 3), *waiting("b", 2)], 0.0)
    assert chosen == ["a-0", "b-0"]
    begin(lanes, chosen)
    assert sorted(lanes.full()) == ["a", "b"]
    assert lanes.choose(waiting("a", 3), 0.0) == []


def test_one_that_answers_promptly_gets_twice_as_many_each_time_up_to_a_bound() -> None:
    lanes = Lanes(places=1000, most=1000)
    counts = []
    for _ in range(7):
        chosen = lanes.choose(waiting("a", 100), 0.0)
        counts.append(len(chosen))
        begin(lanes, chosen)
        lanes.under_way["a"] = [0.0]
        lanes.end("a", 0.0, 0.1, answered=True)
    assert counts == [1, 2, 4, 8, MOST_EACH, MOST_EACH, MOST_EACH]


def test_one_that_does_not_answer_or_takes_long_is_back_to_one_place() -> None:
    for answered, now in ((False, 0.1), (True, PROMPT_S)):
        lanes = Lanes(places=8, most=99, allowed={"a": 8})
        lanes.begin("a", 0.0)
        lanes.end("a", 0.0, now, answered=answered)
        assert lanes.choose(waiting("a", 3), now) == ["a-0"]


def test_deliveries_that_hang_hold_their_places_for_moments_only() -> None:
    lanes = Lanes(places=8, most=11)
    hanging = [delivery for at in range(20) for delivery in waiting(f"bad{at}", 1)]
    begin(lanes, lanes.choose(hanging, 0.0))
    assert lanes.free(PROMPT_S / 2) == 0
    assert lanes.choose(waiting("good", 9), PROMPT_S / 2) == []
    assert lanes.choose(waiting("good", 9), PROMPT_S) == ["good-0"]
    assert lanes.free(PROMPT_S) == 3, "eleven at most, whoever hangs"


def test_endpoints_that_hung_before_share_half_of_the_places() -> None:
    lanes = Lanes(places=8, most=99)
    hanging = [delivery for at in range(20) for delivery in waiting(f"bad{at}", 1)]
    for _, name in hanging:
        lanes.begin(name, 0.0)
        lanes.end(name, 0.0, 15.0, answered=False)
    chosen = lanes.choose([*hanging, *waiting("good", 1)], 15.0)
    assert chosen == ["bad0-0", "bad1-0", "bad2-0", "bad3-0", "good-0"]
    begin(lanes, chosen[:4], 15.0)
    assert lanes.choose(hanging[4:], 99.0) == [], "not even when those hold no places any more"
    lanes.end("bad0", 15.0, 15.1, answered=True)
    assert lanes.choose(hanging[4:], 99.0) == ["bad4-0"]


@given(
    st.integers(1, 6),
    st.integers(0, 6),
    st.lists(st.tuples(st.sampled_from("abcde"), st.booleans(), st.booleans()), max_size=60),
)
def test_the_bounds_hold_and_somebody_new_always_comes_in(
    places: int, more: int, steps: list[tuple[str, bool, bool]]
) -> None:
    lanes = Lanes(places=places, most=places + more)
    for now, (name, ends, answered) in enumerate(steps):
        if ends and name in lanes.under_way:
            lanes.end(name, lanes.under_way[name][0], float(now), answered=answered)
        begin(lanes, lanes.choose(waiting(name, 4), float(now)), float(now))
        assert sum(map(len, lanes.under_way.values())) <= places + more
        assert lanes.free(float(now)) >= 0
        assert all(len(times) <= MOST_EACH for times in lanes.under_way.values())
    for name, times in [*lanes.under_way.items()]:
        for began in [*times]:
            lanes.end(name, began, 100.0, answered=False)
    assert lanes.free(100.0) == places
    assert lanes.choose(waiting("new", 2), 100.0) == ["new-0"]

import re

from hypothesis import given
from hypothesis import strategies as st

from schemas import keys, message
from schemas.event import make_secret
from schemas.ids import make_id
from schemas.message import QUEUES, Message
from schemas.record import Engine

MS = st.integers(0, 2**48 - 1)
ENTROPY = st.integers(0, 2**80 - 1)


@given(MS, MS, ENTROPY, ENTROPY)
def test_ids_sort_by_time(first: int, second: int, one: int, other: int) -> None:
    if first < second:
        assert make_id("job", first, one) < make_id("job", second, other)


@given(MS, ENTROPY)
def test_ids_have_a_prefix_and_26_plain_characters(at_ms: int, entropy: int) -> None:
    assert re.fullmatch(r"bat_[0-9a-hjkmnp-tv-z]{26}", make_id("bat", at_ms, entropy))


@given(MS, ENTROPY, ENTROPY)
def test_different_entropy_gives_different_ids(at_ms: int, one: int, other: int) -> None:
    assert (make_id("job", at_ms, one) == make_id("job", at_ms, other)) == (one == other)


def test_page_readings_lie_where_content_and_engine_say() -> None:
    engine = Engine(gouji="1", ocr="x", models={"det": "a"})
    other = Engine(gouji="1", ocr="x", models={"det": "b"})
    key = keys.page_reading("local", "abc", engine, 3)
    assert key == f"local/pages/abc/{keys.engine_version(engine)}/0003.json"
    assert key != keys.page_reading("local", "abc", other, 3)
    assert key != keys.page_reading("someone", "abc", engine, 3)
    assert keys.page_image(key) == key.replace(".json", ".webp")


def test_messages_hold_ids_and_go_to_known_queues() -> None:
    every = [
        message.inspect("job_1", "interactive"),
        message.inspect("job_1", "bulk"),
        message.page("job_1", 2, "interactive"),
        message.page("job_1", 2, "bulk"),
        message.assemble("job_1", "interactive"),
        message.assemble("job_1", "bulk"),
        message.expand("bat_1"),
        message.deliver(),
        message.sweep(),
    ]
    assert {one.queue for one in every} == set(QUEUES)
    for one in every:
        assert Message.model_validate_json(one.model_dump_json()) == one


def test_a_secret_is_written_as_the_standard_does() -> None:
    assert make_secret(bytes(24)) == "whsec_" + "A" * 32

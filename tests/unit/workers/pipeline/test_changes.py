import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.pipeline.changes import is_signed, read_change


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("0", 0),
        ("3", 3),
        ("-3", -3),
        ("－３", -3),
        ("−12", -12),
        ("— 3", -3),
        ("一3", -3),  # a stroke as recognition reads it
        ("+2", 2),
        ("＋2", 2),
        ("减2", -2),
        ("减 2", -2),
        ("减少：1项", -1),
        ("增 1", 1),
        ("增加10个", 10),
        ("↓4", -4),
        ("↑4", 4),
        ("-1,204", -1204),
        ("-0", 0),
    ],
)
def test_a_change_with_its_sign(text: str, change: int) -> None:
    assert read_change(text) == change


@pytest.mark.parametrize(
    "text", ["", "-", "—", "增", "12 5", "1\n2", "增1减2", "+1/-1", "--3", "3.5", "(3)", "03", "无"]
)
def test_what_is_not_one_number_is_no_change(text: str) -> None:
    assert read_change(text) is None
    assert not is_signed(text)


@given(st.integers(-99999, 99999), st.sampled_from(["-", "－", "−", "减", "减少"]))
def test_every_integer_survives_every_way_of_writing_it(value: int, minus: str) -> None:
    assert read_change(f"{minus}{-value}" if value < 0 else str(value)) == value
    assert is_signed(f"{minus}{abs(value)}")

import pytest

from bench.soak import growth


@pytest.mark.parametrize(
    ("samples", "grown"),
    [
        ([5.0] + [100.0] * 39, 0.0),  # what is loaded once is no growth
        ([100.0] * 36 + [150.0] * 4, 0.5),
        ([100.0] * 20 + [900.0] + [100.0] * 19, 0.0),  # nor is a moment
        ([100.0] * 36 + [50.0] * 4, -0.5),
        ([0.0] * 40, 0.0),
        ([7.0], 0.0),
    ],
)
def test_growth_is_from_the_second_tenth_to_the_last(samples: list[float], grown: float) -> None:
    assert growth(samples) == pytest.approx(grown)

"""Pages in shades: any WebP decoder gives back every pixel."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from workers.engines.webp_shades import encode_shades

SIDES = st.tuples(st.integers(1, 40), st.integers(1, 40))


def decoded(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "WEBP"
        colours = np.asarray(picture.convert("RGBA"))
    assert (colours[..., 3] == 255).all()
    assert (colours[..., 0] == colours[..., 1]).all()
    assert (colours[..., 0] == colours[..., 2]).all()
    return colours[..., 0] // 17


@settings(deadline=None)
@given(arrays(np.uint8, SIDES, elements=st.integers(0, 15)))
def test_every_shade_comes_back(shades: np.ndarray) -> None:
    np.testing.assert_array_equal(decoded(encode_shades(shades)), shades)


@pytest.mark.parametrize("shade", [0, 7, 15])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (64, 129), (300, 401), (1123, 794)])
def test_one_shade_is_a_few_bytes(shade: int, size: tuple[int, int]) -> None:
    shades = np.full(size, shade, np.uint8)
    content = encode_shades(shades)
    np.testing.assert_array_equal(decoded(content), shades)
    assert len(content) < 1000


@pytest.mark.parametrize("length", [*range(1, 40), 4095, 4096, 4097, 4099, 8192, 8194, 8200, 16000])
def test_runs_of_any_length_end_where_they_end(length: int) -> None:
    row = np.concatenate((np.zeros(2), np.full(2 * length, 15), np.full(2, 7)))
    shades = np.vstack((row, row)).astype(np.uint8)[:, :16383]
    np.testing.assert_array_equal(decoded(encode_shades(shades)), shades)


def test_rare_symbols_have_codes_that_may_be_written() -> None:
    """Counts that grow like Fibonacci's make the longest codes: over 15 bits if nothing is done."""
    counts = [1, 1]
    while len(counts) < 22:
        counts.append(counts[-1] + counts[-2])
    symbols = np.random.default_rng(0).permutation(np.repeat(np.arange(22), counts))
    pairs = np.stack((symbols % 16, symbols // 16 * 5), axis=1).astype(np.uint8)
    shades = pairs[: symbols.size // 500 * 500].reshape(-1, 1000)
    np.testing.assert_array_equal(decoded(encode_shades(shades)), shades)


def test_a_side_that_webp_cannot_have_is_refused() -> None:
    with pytest.raises(ValueError, match="16384"):
        encode_shades(np.zeros((1, 2**14 + 1), np.uint8))

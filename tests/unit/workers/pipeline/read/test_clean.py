"""Greys of a page: what is ink, and how dark the darkest of it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workers.pipeline.read.clean import binarise, percentile

greys = arrays(np.uint8, st.integers(1, 40))


@given(greys, st.integers(0, 100))
def test_a_percentile_of_greys_is_that_of_numpy_to_the_last_bit(
    drawn: np.ndarray, per_cent: int
) -> None:
    assert percentile(drawn, per_cent) == float(np.percentile(drawn, per_cent))


@pytest.mark.parametrize("threshold", [0, 1, 128, 255])
def test_ink_is_what_is_darker_than_the_threshold(threshold: int) -> None:
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert (binarise(every, threshold) == np.where(every < threshold, 255, 0)).all()

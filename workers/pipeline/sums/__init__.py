"""Rows of numbers whose borders are lost: what they may be, and what the sums say they are."""

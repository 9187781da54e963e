"""Rows, objects and messages: the effects `api` and `workers` have in common. Uses `schemas`."""

"""Targets for coverage-guided fuzzing of our own readers: `make fuzz`."""

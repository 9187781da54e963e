"""The HTTP service: takes documents in, answers for them. Never imports `workers`."""

"""`python -m api`: the HTTP service alone."""

from api.app import serve

serve()

"""What a key may do: read, hand in and change, or look after the tenant's keys and addresses."""

from typing import Literal, get_args

Scope = Literal["read", "write", "admin"]
SCOPES: frozenset[Scope] = frozenset(get_args(Scope))

_ADMIN = ("/v1/api_keys", "/v1/webhook_", "/v1/audit", "/v1/tenants")
"""Who may change these decides who may read, and where results are told to."""


def needed(method: str, path: str) -> Scope:
    """Return what a request takes, by its method and path."""
    if path.startswith(_ADMIN):
        return "admin"
    return "read" if method in ("GET", "HEAD") else "write"

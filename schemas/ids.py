"""Identifiers: a prefix that says what it names, then 26 characters that sort by time of birth."""

from typing import Literal

Prefix = Literal["job", "bat", "upl", "evt", "whe", "whd", "key", "dlq", "aud"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u


def make_id(prefix: Prefix, at_ms: int, entropy: int) -> str:
    """Return `prefix_` and 48 bits of time (ms since 1970) before 80 random bits, in base 32."""
    number = (at_ms & (1 << 48) - 1) << 80 | entropy & (1 << 80) - 1
    digits = "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
    return f"{prefix}_{digits}"

"""New identifiers from the clock and the system's randomness."""

import secrets
import time

from schemas.ids import Prefix, make_id


def new_id(prefix: Prefix) -> str:
    """Return an identifier nobody has yet, sorting after those made earlier."""
    return make_id(prefix, time.time_ns() // 1_000_000, secrets.randbits(80))

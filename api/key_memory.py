"""Valid keys seen a moment ago, so that not every request asks the database who is asking.

A key that is revoked is forgotten at once by the process that revokes it, and by all others within
FRESH_S. Only valid keys are kept, by their hash.
"""

import threading
import time
from dataclasses import dataclass

FRESH_S = 1.0
_MOST = 10_000


@dataclass(frozen=True, kw_only=True)
class KnownKey:
    """Whose a key is, what it may do and how often, itself and its tenant; null for no limit."""

    id: str
    tenant: str
    scopes: frozenset[str]
    of_key: int | None
    of_tenant: int | None


class KeyMemory:
    """Keys by hash, each for a second; safe among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[float, KnownKey]] = {}
        self._forgotten = 0

    @property
    def age(self) -> int:
        """A number to be handed back by `keep`; it changes when keys are forgotten."""
        return self._forgotten

    def recall(self, key_hash: str) -> KnownKey | None:
        """Return a key that was looked up within the last second."""
        found = self._keys.get(key_hash)
        if found is None or time.monotonic() - found[0] > FRESH_S:
            return None
        return found[1]

    def keep(self, key_hash: str, known: KnownKey, age: int, looked_up_at: float) -> None:
        """Keep what a look-up found, unless keys were forgotten since it began."""
        with self._lock:
            if age != self._forgotten:
                return
            if len(self._keys) >= _MOST:
                self._keys.clear()
            self._keys[key_hash] = (looked_up_at, known)

    def forget(self) -> None:
        """Forget all keys: one was revoked."""
        with self._lock:
            self._forgotten += 1
            self._keys.clear()

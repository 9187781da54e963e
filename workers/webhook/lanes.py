"""Decide how many deliveries may be under way at once, in all and to each endpoint; pure.

An endpoint begins with one and is given more as it answers promptly, so that a fast receiver is
served at its pace. A delivery that has waited for long holds no place any more: those that hang
hold up the others for no more than moments. Endpoints that hung before share half of the places.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_EACH = 16
PROMPT_S = 3.0
_SUSPECT_SHARE = 0.5


@dataclass(kw_only=True)
class Lanes:
    """Who has how many deliveries under way, and how many it may have. Times are of one clock."""

    places: int
    most: int
    """How many may be under way, those that hang and hold no place included."""
    under_way: dict[str, list[float]] = field(default_factory=dict)
    """By endpoint, when its deliveries began."""
    allowed: dict[str, int] = field(default_factory=dict)
    """By endpoint that answered promptly, how many it may have."""
    suspects: set[str] = field(default_factory=set)
    """Endpoints whose last delivery took long, or got no answer at all."""

    def free(self, now: float) -> int:
        """Return how many more may begin."""
        begun = [at for times in self.under_way.values() for at in times]
        prompt = sum(now - at < PROMPT_S for at in begun)
        return min(self.places - prompt, self.most - len(begun))

    def full(self) -> list[str]:
        """Return the endpoints that may take no more now."""
        return [name for name, times in self.under_way.items() if len(times) >= self._may(name)]

    def choose(self, waiting: Iterable[tuple[str, str]], now: float) -> list[str]:
        """Return which deliveries begin now, of pairs of delivery and endpoint in their order."""
        free = self.free(now)
        begun = {name: len(times) for name, times in self.under_way.items()}
        suspect = sum(number for name, number in begun.items() if name in self.suspects)
        chosen: list[str] = []
        for delivery, endpoint in waiting:
            if len(chosen) >= free:
                break
            if begun.get(endpoint, 0) >= self._may(endpoint):
                continue
            if endpoint in self.suspects:
                if suspect >= max(1, int(_SUSPECT_SHARE * self.places)):
                    continue
                suspect += 1
            begun[endpoint] = begun.get(endpoint, 0) + 1
            chosen.append(delivery)
        return chosen

    def begin(self, endpoint: str, now: float) -> None:
        """Count a delivery that begins."""
        self.under_way.setdefault(endpoint, []).append(now)

    def end(self, endpoint: str, began: float, now: float, *, answered: bool) -> None:
        """Count a delivery that is over, and what it says of its endpoint."""
        times = self.under_way[endpoint]
        times.remove(began)
        if not times:
            del self.under_way[endpoint]
        if answered and now - began < PROMPT_S:
            self.allowed[endpoint] = min(2 * self._may(endpoint), MOST_EACH)
            self.suspects.discard(endpoint)
        else:
            self.allowed.pop(endpoint, None)
            self.suspects.add(endpoint)

    def _may(self, endpoint: str) -> int:
        return self.allowed.get(endpoint, 1)

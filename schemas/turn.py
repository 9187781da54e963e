"""Whose turn it is: tenants that wait are served in proportion to their weights.

Start-time fair queueing (Goyal, Vin and Cheng, 1996): a turn begins at the later of the tenant's
own account and the clock, and costs 1 ÷ weight; the earliest beginning is next. Who was away gets
no credit for it, since the clock has gone on.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A tenant that has jobs waiting: what it was served so far, in turns ÷ weight."""

    tenant: str
    served: float
    weight: float = 1.0


def deal(turns: int, waiting: Sequence[Standing], clock: float) -> tuple[list[str], float]:
    """Return the tenants of the next turns in their order, and the clock after them."""
    if not waiting:
        return [], clock
    weights = {one.tenant: max(one.weight, 0.001) for one in waiting}
    order = [(max(one.served, clock), one.tenant) for one in waiting]
    heapq.heapify(order)
    dealt: list[str] = []
    while len(dealt) < turns:
        start, tenant = order[0]
        clock = max(clock, start)
        dealt.append(tenant)
        heapq.heapreplace(order, (start + 1 / weights[tenant], tenant))
    return dealt, clock

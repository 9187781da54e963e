"""A batch under random faults: nothing lost, nothing stuck, nothing double, nothing wrong.

`make chaos`, or `pytest tests/chaos --chaos-minutes 10 --chaos-seed 7 -s`; without minutes it is a
short run with short leases. A seed draws the same papers and faults again; what they hit is chance.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from gouji.client import Client
from schemas.environment import Addresses
from storage.objects import open_store
from tests.chaos import verdict
from tests.chaos.course import Course, describe, standstills
from tests.chaos.driver import Clock, Sender, Struck, hand_in, recoveries, strike
from tests.chaos.faults import EMBEDDED, WITH_SERVERS, Fault, World, kind_of
from tests.chaos.papers import Supply, papers
from tests.chaos.service import orphans
from tests.chaos.verdict import Aftermath
from tests.chaos.worlds import on_its_own, with_servers

_HANDS = 3
"""Clients that hand in at once."""
_A_SECOND = 0.85
"""Documents handed in by all of them: what two cores read with most of their time for others."""
_LONG_S = 180.0
"""From then on faults come more than once."""
_STILL_S = 30.0
"""A time without any end that is worth a look."""


def test_nothing_is_lost_on_servers_that_fail(
    folder: Path, chaos_seed: int, chaos_seconds: float, timings: Mapping[str, str]
) -> None:
    with with_servers(folder, chaos_seed, timings) as (world, addresses):
        run(world, WITH_SERVERS, addresses, chaos_seed, chaos_seconds)


def test_nothing_is_lost_by_a_service_that_brings_its_servers_along(
    folder: Path, chaos_seed: int, chaos_seconds: float, timings: Mapping[str, str]
) -> None:
    with on_its_own(folder, chaos_seed, timings) as (world, addresses):
        run(world, EMBEDDED, addresses, chaos_seed, chaos_seconds / 3)


def run(
    world: World,
    faults: Mapping[str, tuple[Fault, float]],
    addresses: Addresses,
    seed: int,
    seconds: float,
) -> None:
    """Hand papers in while faults happen; judge when all is quiet again."""
    service = world.service
    with Client(service.address) as client:
        world.postbox.secret = client.register(world.postbox.url).secret
    sender = Sender(address=service.address, rng=random.Random(f"sender {seed}"))
    clock = Clock(rows=world.rows)
    course = Course(rows=world.rows, service=service)
    watching = [threading.Thread(target=one.watch, daemon=True) for one in (clock, course)]
    for watcher in watching:
        watcher.start()
    failed: list[Exception] = []
    number = round(seconds * _A_SECOND)
    supply = Supply(papers(seed))
    hands = [
        threading.Thread(
            target=hand_in,
            args=(sender, supply, number // _HANDS, seconds * 0.95, failed),
            daemon=True,
        )
        for _ in range(_HANDS)
    ]
    for hand in hands:
        hand.start()
    print(f"\nchaos seed {seed}: {number} documents, faults for {seconds:.0f} s")
    struck = strike(world, faults, clock, seconds)
    for hand in hands:
        hand.join(500)
    assert not failed, failed
    assert not any(hand.is_alive() for hand in hands)
    after = Aftermath(
        rows=world.rows,
        objects=open_store(addresses),
        sender=sender,
        postbox=world.postbox,
    )
    began = time.monotonic()
    verdict.settle(after, 150)
    print(f"all at rest {time.monotonic() - began:.1f} s after the last fault")
    verdict.deliver_all(after, 300)
    clock.stop()
    course.stop()
    for watcher in watching:
        watcher.join()
    for still in standstills(course.moments, _STILL_S):
        print(f"no document ended from {still[0].at:.0f} to {still[-1].at:.0f} s:")
        print(*describe(still), sep="\n")
    back = recoveries(struck, clock.finished)
    for name, longest in sorted(back.items(), key=lambda item: -item[1].alive_s):
        print(f"{longest.alive_s:7.1f} s, all done {longest.done_s:.1f} s after: {name}")
    for name in sorted({one.name for one in struck}):
        hits = [one.hit for one in struck if one.name == name]
        print(f"{sum(hits):7d} hit by {len(hits)} times: {name}")
    print(f"{sender.slowest_s:7.1f} s until the slowest submission was taken in")
    print(f"{len(struck)} faults, {service.starts} starts of the supervisor")
    found = verdict.faults_of(after)
    for one in found:
        print(one)
    remaining = service.stop()
    assert found == []
    assert seconds < _LONG_S or idle(struck) == set(), "a fault that never hit anything"
    assert remaining == []
    assert orphans(service.data) == []


def idle(struck: Sequence[Struck]) -> set[str]:
    """Return the faults that came several times and by mistake hit nothing at all.

    How many requests or messages one meets is chance; a server, a disk or a clock is always there.
    """
    sure = [
        one
        for one in struck
        if kind_of(one.name) in ("supervisor", "broker", "database", "disk", "clock")
    ]
    often = {name for name, number in Counter(one.name for one in sure).items() if number > 1}
    return often - {one.name for one in sure if one.hit}

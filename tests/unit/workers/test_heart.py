"""What is done beside a block is done now and then, goes on for others, and ends with it."""

import threading
import time

from workers.heart import Heart

SOON_S, PATIENCE_S = 0.01, 30.0


def until(true: threading.Event) -> None:
    assert true.wait(PATIENCE_S)


def test_it_acts_while_the_block_runs_and_not_after() -> None:
    acted, number = threading.Event(), 0

    def act() -> bool:
        nonlocal number
        number += 1
        acted.set()
        return True

    heart = Heart()
    with heart.beating(act, SOON_S):
        until(acted)
    seen = number
    other = threading.Event()
    with heart.beating(lambda: not other.set(), SOON_S):  # the thread goes on
        until(other)
    assert number == seen


def test_the_block_is_left_only_when_nothing_is_under_way() -> None:
    begun, ended = threading.Event(), threading.Event()

    def act() -> bool:
        begun.set()
        time.sleep(0.05)
        ended.set()
        return True

    with Heart().beating(act, SOON_S):
        until(begun)
    assert ended.is_set()


def test_what_says_no_is_not_asked_again() -> None:
    asked, other = [], threading.Event()

    def refuse() -> bool:
        asked.append(1)
        return False

    heart = Heart()
    with heart.beating(refuse, SOON_S):
        for _ in range(3):
            other.clear()
            with heart.beating(lambda: not other.set(), SOON_S):
                until(other)
    assert len(asked) == 1


def test_one_that_fails_does_not_stop_the_others() -> None:
    def fail() -> bool:
        raise ValueError

    heart, first, other = Heart(), threading.Event(), threading.Event()
    with heart.beating(lambda: bool(first.set()) or fail(), SOON_S):
        until(first)
        with heart.beating(lambda: not other.set(), SOON_S):
            until(other)


def test_blocks_one_after_the_other_share_one_thread() -> None:
    heart, threads = Heart(), set()
    for _ in range(3):
        acted = threading.Event()

        def act(acted: threading.Event = acted) -> bool:
            threads.add(threading.get_ident())
            acted.set()
            return True

        with heart.beating(act, SOON_S):
            until(acted)
    assert len(threads) == 1


def test_a_block_that_is_over_soon_is_never_looked_at() -> None:
    heart, acted, other = Heart(), [], threading.Event()

    def act() -> bool:
        acted.append(1)
        return True

    with heart.beating(act, PATIENCE_S), heart.beating(lambda: not other.set(), SOON_S):
        until(other)
    assert not acted

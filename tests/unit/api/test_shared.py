import asyncio
from collections.abc import Callable

import pytest

from api.shared import Shared


def counting() -> tuple[Callable[[], int], list[int]]:
    asked: list[int] = []

    def load() -> int:
        asked.append(1)
        return len(asked)

    return load, asked


def test_all_who_ask_within_a_moment_get_one_answer() -> None:
    load, asked = counting()

    async def ask() -> list[int]:
        shared = Shared()
        return await asyncio.gather(*(shared.look("a", 30, load) for _ in range(50)))

    assert asyncio.run(ask()) == [1] * 50
    assert len(asked) == 1


def test_another_key_is_another_look() -> None:
    load, _ = counting()

    async def ask() -> list[int]:
        shared = Shared()
        return [await shared.look(key, 30, load) for key in ("a", "b", "a")]

    assert asyncio.run(ask()) == [1, 2, 1]


def test_an_answer_that_is_no_longer_fresh_is_looked_up_again() -> None:
    load, _ = counting()

    async def ask() -> None:
        shared = Shared()
        assert await shared.look("a", 0, load) == 1
        while await shared.look("a", 0, load) == 1:
            await asyncio.sleep(0.01)

    asyncio.run(ask())


def test_an_error_is_told_and_not_remembered() -> None:
    load, _ = counting()

    def fail() -> int:
        raise OSError

    async def ask() -> int:
        shared = Shared()
        with pytest.raises(OSError):  # noqa: PT011  raised above
            await shared.look("a", 30, fail)
        return await shared.look("a", 30, load)

    assert asyncio.run(ask()) == 1


def test_one_who_leaves_does_not_take_the_answer_from_the_others() -> None:
    load, _ = counting()

    async def ask() -> int:
        shared = Shared()
        leaves = asyncio.create_task(shared.look("a", 30, load))
        stays = asyncio.create_task(shared.look("a", 30, load))
        await asyncio.sleep(0)
        leaves.cancel()
        return await stays

    assert asyncio.run(ask()) == 1

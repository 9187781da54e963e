"""A run of digits → the numbers it may be, when the borders between them are lost.

No number opens with a needless zero. Exact: every split is considered, none is ranked.
"""

from collections.abc import Iterator, Sequence
from functools import cache

Numbers = tuple[str, ...]

_MOST_STEPS = 400_000
"""Beginnings of splits that are looked at: some seconds' work."""


def splits(digits: str, count: int) -> Iterator[Numbers]:
    """Yield every way of reading `digits` as `count` numbers."""
    if count == 0:
        if not digits:
            yield ()
        return
    if count == 1:
        if _is_number(digits, blanks=False):
            yield (digits,)
        return
    for end in _ends(digits, len(digits) - count + 1):
        for rest in splits(digits[end:], count - 1):
            yield (digits[:end], *rest)


def count_splits(digits: str, most: int) -> list[int]:
    """Return in how many ways `digits` read as 0, 1, 2 … `most` numbers."""
    size = len(digits)
    ways = [1, *[0] * size]  # of the digits before each place, as so many numbers
    counts = [ways[-1]]
    for _ in range(most):
        following = [0] * (size + 1)
        running = 0
        for end in range(1, size + 1):
            start = end - 1
            zero = digits[start] == "0"
            following[end] = running + ways[start]
            running += 0 if zero else ways[start]
        ways = following
        counts.append(ways[-1])
    return counts


def _ends(digits: str, longest: int) -> range:
    """Return where a number at the head of `digits` may end: a zero stands alone."""
    return range(1, min(longest, 1 if digits[:1] == "0" else longest) + 1)


def readings(digits: str, count: int, *, blanks: bool) -> tuple[tuple[str, ...], ...]:
    """Return for each of `count` places every number it may hold, over all splits.

    With `blanks` a place may hold none; then that is among its readings as an empty text.
    """
    first = _reachable(digits, count, blanks=blanks)
    last = _reachable(digits[::-1], count, blanks=blanks, reverse=True)
    size = len(digits)
    return tuple(
        tuple(
            dict.fromkeys(
                digits[start:end]
                for start in sorted(first[place])
                for end in range(start, size + 1)
                if size - end in last[count - 1 - place]
                and _is_number(digits[start:end], blanks=blanks)
            )
        )
        for place in range(count)
    )


def _reachable(
    digits: str, count: int, *, blanks: bool, reverse: bool = False
) -> list[frozenset[int]]:
    """Return after how many digits each number of places may end."""
    reached = [frozenset({0})]
    for _ in range(count - 1):
        found = set()
        for start in reached[-1]:
            for end in range(start, len(digits) + 1):
                part = digits[start:end]
                if _is_number(part[::-1] if reverse else part, blanks=blanks):
                    found.add(end)
        reached.append(frozenset(found))
    return reached


def _is_number(part: str, *, blanks: bool) -> bool:
    return (bool(part) or blanks) and (len(part) < 2 or part[0] != "0")


class TooManyError(Exception):
    """So many splits would have to be looked at that it takes too long."""


class _Steps:
    """Count what has been looked at."""

    def __init__(self) -> None:
        self.left = _MOST_STEPS

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooManyError


def summing_splits(
    digits: str, sizes: Sequence[int], steps: _Steps | None = None
) -> Iterator[Numbers]:
    """Yield every split in which each block's last number is the sum of its others.

    `sizes` are the blocks' counts of numbers, the total counted: (7,) for a row of applicants.
    TooManyError where digits are so many that it would take too long.
    """
    steps = steps or _Steps()
    if len(sizes) == 1:
        yield from _last_block(digits, sizes[0], steps)
        return
    for numbers, rest in _opening_blocks(digits, sizes[0], sum(sizes[1:]), steps):
        for others in summing_splits(rest, sizes[1:], steps):
            yield (*numbers, *others)


def _opening_blocks(
    digits: str, size: int, behind: int, steps: _Steps
) -> Iterator[tuple[Numbers, str]]:
    """Yield a block at the head of `digits`, and what it leaves for `behind` numbers."""
    for terms, rest in _openings(digits, size - 1, behind):
        steps.take()
        total = str(sum(map(int, terms)))
        if rest.startswith(total) and len(rest) - len(total) >= behind:
            yield (*terms, total), rest[len(total) :]


def _openings(
    digits: str, count: int, behind: int, before: int = 0
) -> Iterator[tuple[Numbers, str]]:
    """Yield the terms of a block at the head of `digits`, and what they leave.

    `before` digits has the longest term so far: the total behind the terms has as many at least.
    """
    if count == 0:
        yield (), digits
        return
    room = len(digits) - (count - 1) - behind  # for this term and the total
    longest = room // 2 if room // 2 >= before else room - before
    if count == 1:
        for end in _ends(digits, longest):
            yield (digits[:end],), digits[end:]
        return
    for end in _ends(digits, longest):
        for rest, left in _openings(digits[end:], count - 1, behind, max(before, end)):
            yield (digits[:end], *rest), left


def _last_block(digits: str, size: int, steps: _Steps) -> Iterator[Numbers]:
    for length in range(1, len(digits) - size + 2):
        total = digits[-length:]
        if length == 1 or total[0] != "0":
            for terms in _adding_to(int(total), digits[:-length], size - 1, steps):
                yield (*terms, total)


def _adding_to(total: int, digits: str, count: int, steps: _Steps) -> Iterator[Numbers]:
    """Yield the splits of `digits` into `count` numbers that add up to `total`.

    The longest number has a `count`th of the digits at least, and takes that much of the total.
    """
    steps.take()
    if count == 1:
        if digits == str(total):
            yield (digits,)
        return
    size = len(digits)
    if total < _least(-(-size // count)) or total > count * (10 ** (size - count + 1) - 1):
        return
    for end in _ends(digits, min(size - count + 1, len(str(total)))):
        head = int(digits[:end])
        if head > total:
            break
        for rest in _adding_to(total - head, digits[end:], count - 1, steps):
            yield (digits[:end], *rest)


@cache
def _least(length: int) -> int:
    """Return the least number of that many digits."""
    return int(10 ** (length - 1)) if length > 1 else 0

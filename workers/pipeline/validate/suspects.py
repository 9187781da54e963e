"""Which cells explain broken sums: where a broken row and a broken column cross.

Only where the arithmetic leaves one explanation; nothing is altered on the strength of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from schemas.form import Relation


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A relation with its numbers: `absent` are blank cells left out of it."""

    relation: Relation
    terms: dict[str, int]
    totals: dict[str, int]
    absent: tuple[str, ...]

    @cached_property
    def residual(self) -> int:
        """By how much the terms exceed the totals; 0 when the relation holds."""
        return sum(self.terms.values()) - sum(self.totals.values())

    @property
    def values(self) -> dict[str, int]:
        """All numbers of the relation."""
        return self.terms | self.totals

    def change_mending(self, pointer: str) -> int:
        """Return what must be added at `pointer`, one of the numbers, for the relation to hold."""
        return -self.residual if pointer in self.terms else self.residual


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """A cell whose change by `change` would mend the broken sums it takes part in."""

    pointer: str
    change: int


def find_suspects(sums: Sequence[Sum]) -> dict[int, tuple[Suspect, ...]]:
    """Return the suspects of broken sums by their place in `sums`.

    First single cells: one and the same change mends every sum the cell takes part in, two at
    least. Then several cells of one column (or row): each mends its own row alone, and all
    together mend the column.
    """
    if not any(found.residual for found in sums):
        return {}
    crossing: dict[str, list[int]] = {}
    for at, found in enumerate(sums):
        for pointer in found.values:
            crossing.setdefault(pointer, []).append(at)
    explained: dict[int, list[tuple[Suspect, ...]]] = {}
    for pointer, through in crossing.items():
        changes = {sums[at].change_mending(pointer) for at in through}
        if len(through) > 1 and len(changes) == 1:
            suspect = Suspect(pointer=pointer, change=changes.pop())
            if _is_possible(suspect, sums[through[0]]):
                for at in through:
                    explained.setdefault(at, []).append((suspect,))
    single = {at: found[0] for at, found in explained.items() if len(found) == 1}
    open_sums = [at for at, found in enumerate(sums) if found.residual and at not in explained]
    return single | dict(_together(sums, open_sums, crossing))


def _together(
    sums: Sequence[Sum], open_sums: Sequence[int], crossing: dict[str, list[int]]
) -> Iterator[tuple[int, tuple[Suspect, ...]]]:
    """Yield the suspects of a sum that crosses several broken ones, and of each of those."""
    for at in open_sums:
        suspects: dict[int, Suspect] = {}
        for other in open_sums:
            shared = sums[at].values.keys() & sums[other].values.keys()
            if other == at or len(shared) != 1:
                continue
            pointer = shared.pop()
            suspect = Suspect(pointer=pointer, change=sums[other].change_mending(pointer))
            if set(crossing[pointer]) == {at, other} and _is_possible(suspect, sums[at]):
                suspects[other] = suspect
        moved = sum(
            suspect.change if suspect.pointer in sums[at].terms else -suspect.change
            for suspect in suspects.values()
        )
        if len(suspects) > 1 and sums[at].residual + moved == 0:
            yield at, tuple(suspects.values())
            yield from ((other, (suspect,)) for other, suspect in suspects.items())


def _is_possible(suspect: Suspect, found: Sum) -> bool:
    return suspect.change != 0 and found.values[suspect.pointer] + suspect.change >= 0

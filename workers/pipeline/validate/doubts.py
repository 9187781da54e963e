"""What the doubtful numbers of a broken sum may be instead, and whether that would mend it.

Where pixels list what a number may be, it is one of these. What is hidden in part or hardly reads
may be others too, by a digit exchanged, lost or added. But every other sum of it that holds then
holds by chance: unless another doubtful number of that sum is misread alike, and makes up for it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from schemas.record import Record
from workers.pipeline.places import value_at
from workers.pipeline.validate.suspects import Sum

_MOST_READINGS = 4096
"""Sums that the doubtful numbers of one relation may add up to, up to which they are looked at."""
_DIGITS = "0123456789"
_PAIR = 2
"""Doubtful numbers of a sum that holds up to which it tells of each: more that are hit alike, first
digits cut off down a column, may add up by chance."""


@dataclass(frozen=True, kw_only=True)
class Doubts:
    """Values, by pointer, that may be other numbers than their evidence lists."""

    misplaced: frozenset[str] = frozenset()
    """Another value's, or parts of several: they may be anything."""
    unlisted: frozenset[str] = frozenset()
    """In place, but hidden, cut or hardly legible."""


class _Doubtful(NamedTuple):
    """A value in its place that is not sure; `text` is empty where no number was found."""

    text: str
    listed: frozenset[int]
    open: bool
    """It may be others than those listed."""

    @property
    def value(self) -> int:
        return int(self.text or 0)


class _Edit(NamedTuple):
    """What makes one number of another: digits that give way to others, and whether at an end."""

    removed: str
    added: str
    at_end: bool

    @property
    def is_slip(self) -> bool:
        """Say whether damage does so: to one digit, however often, or to some at an end."""
        if self.at_end and not (self.removed and self.added):
            return True
        return len(self.removed) <= 1 and len(self.added) <= 1

    def is_like(self, other: "_Edit") -> bool:
        """Say whether the same damage may have done both, in whatever place."""
        return (self.removed, self.added) == (other.removed, other.added)


class Readings:
    """The readings of a record's doubtful numbers, as far as its sums that hold allow."""

    def __init__(self, record: Record, sums: Sequence[Sum], doubts: Doubts) -> None:
        self._record, self._sums, self._doubts = record, sums, doubts

    def doubtful(self, found: Sum) -> list[str]:
        """Return the pointers of a sum's doubtful values, those without a number included."""
        evidence = self._record.evidence
        return [at for at in found.relation.pointers if evidence[at].flag is not None]

    def never_mend(self, broken: Sum) -> bool:
        """Say whether a sum stays broken under every reading of its doubtful numbers."""
        residuals = {broken.residual}
        for pointer in self.doubtful(broken):
            changes = self._changes(pointer, broken)
            if changes is None:
                return False
            side = _side(broken, pointer)
            residuals = {residual + side * by for residual in residuals for by in changes}
            if len(residuals) > _MOST_READINGS:
                return False
        return 0 not in residuals

    @cached_property
    def _holding(self) -> dict[str, list[Sum]]:
        """The sums that hold, by the pointers of their values."""
        through: dict[str, list[Sum]] = defaultdict(list)
        for found in self._sums:
            if not found.residual:
                for pointer in found.relation.pointers:
                    through[pointer].append(found)
        return through

    def _changes(self, pointer: str, broken: Sum) -> set[int] | None:
        """Return what may have to be added to a value; None where that may be anything."""
        own = self._known(pointer)
        if own is None:
            return None
        changes = {0, *(other - own.value for other in own.listed)}
        if not own.open:
            return changes
        holding = [found for found in self._holding[pointer] if len(self.doubtful(found)) <= _PAIR]
        if not holding:
            return None
        if all(len(self.doubtful(found)) > 1 for found in holding):
            if not own.text:
                return None
            wanted = own.value - _side(broken, pointer) * broken.residual
            changes.update(
                other - own.value
                for other in {wanted, *_near(own.text)}
                if all(self._is_made_up_for(pointer, own, other, found) for found in holding)
            )
        return changes

    def _known(self, pointer: str) -> _Doubtful | None:
        """Return what is known of a doubtful value; None where it may be anything."""
        evidence, value = self._record.evidence[pointer], value_at(self._record, pointer)
        if evidence.flag != "doubtful" or pointer in self._doubts.misplaced:
            return None
        if value is None and evidence.kind in ("blank", "not_applicable"):
            return _Doubtful(text="", listed=frozenset(), open=True)
        others = evidence.alternatives
        if not isinstance(value, int) or not all(other.isdecimal() for other in others):
            return None
        return _Doubtful(
            text=str(value),
            listed=frozenset(map(int, others)),
            open=pointer in self._doubts.unlisted or not others,
        )

    def _is_made_up_for(self, pointer: str, own: _Doubtful, other: int, found: Sum) -> bool:
        """Say whether a sum holds as well if a value is another number, since one more is."""
        edit = _edit(own.text, str(other))
        if other < 0 or not edit.is_slip:
            return False
        change = _side(found, pointer) * (other - own.value)
        return any(
            self._may_be(at, -_side(found, at) * change, edit)
            for at in self.doubtful(found)
            if at != pointer
        )

    def _may_be(self, pointer: str, change: int, edit: _Edit) -> bool:
        """Say whether a doubtful value may have to be changed so, by the edit given if unlisted."""
        own = self._known(pointer)
        if own is None or not own.text:
            return True
        other = own.value + change
        if other in own.listed:
            return True
        return own.open and other >= 0 and _edit(own.text, str(other)).is_like(edit)


def _side(found: Sum, pointer: str) -> int:
    """Return 1 for a term of a sum, and -1 for what it should add up to."""
    return 1 if pointer in found.relation.terms else -1


def _edit(text: str, other: str) -> _Edit:
    """Return what of a number gives way to what, to make another of it."""
    exchanged = {(one, two) for one, two in zip(text, other, strict=False) if one != two}
    if len(text) == len(other) and len(exchanged) == 1:
        ((one, two),) = exchanged
        return _Edit(one, two, at_end=False)
    if other.startswith(text) or text.startswith(other):  # 1242 of which 12 is left ends on a 2 too
        return _Edit(text[len(other) :], other[len(text) :], at_end=True)
    alike = min(len(text), len(other))
    behind = next((n for n in range(alike) if text[-1 - n] != other[-1 - n]), alike)
    alike -= behind
    before = next((n for n in range(alike) if text[n] != other[n]), alike)
    removed = text[before : len(text) - behind]
    return _Edit(removed, other[before : len(other) - behind], at_end=not (before and behind))


def _near(text: str) -> Iterator[int]:
    """Yield every number that one digit lost, added or exchanged, once or always, makes of one."""
    yield from (int(text.replace(own, digit)) for own in set(text) for digit in _DIGITS)
    for at in range(len(text) + 1):
        before, rest = text[:at], text[at:]
        yield from (int(before + digit + rest) for digit in _DIGITS)
        if rest:
            yield int(before + rest[1:] or 0)
            yield from (int(before + digit + rest[1:]) for digit in _DIGITS)

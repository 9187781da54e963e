"""The joint decision: counts read cell by cell, checked and settled over the relations.

A number read clearly is never altered. Where a sum breaks, the other readings of its unclear
cells are tried; a change counts as a correction only when the pixels support it and it mends two
broken sums at once. What neither pixels nor sums settle stays doubtful. (Sums as a parity code
over tables; Fellegi and Holt 1976 on error localisation.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.evidence import Flag
from schemas.form import Relation

SUPPORTED = 0.002
"""Share of probability an alternative needs to be taken on the strength of two sums."""
POSSIBLE = 0.0002
"""Share from which an alternative that would mend the sums casts doubt on a reading."""

ALIKE = 1e-4
"""Product of the shares of two alternatives from which both may be the print: a cause has both."""

_CROSSING = 2
"""Broken sums that a change must mend at once."""
LIKELY = 0.95
"""Share from which one sum that holds confirms a number in its place.

Were it misread, another number of that sum would have to be misread by just as much. Another of its
sums may be broken all the same: by the report. Numbers cut by one edge lose their first digits
alike, and a sum down the column still holds: that of several hidden or cut ones confirms none. Nor
where it is the only one: a ruling's stroke before two zeros makes 10 of each, and 10 is their sum.
"""
SETTLED = 0.9995
"""Share from which a number is not taken for a slip of the reading, however its sums break.

Below it a second reader was asked. A print hidden in part reads as another number with 0.999, and
the right one is then among no alternatives.
"""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the pixels of one cell say: counts with their shares, best first; none for no number."""

    options: Mapping[int, float]
    clear: bool
    placed: bool = True
    """Header and label confirm whose value it is; else all its sums must."""
    contradicted: bool = False
    """What is printed beside or above the cell names another value: no sum can confirm it."""
    obstructed: bool = False
    """Hidden or cut in part, as others of its sum may be just alike."""

    @property
    def best(self) -> int | None:
        """The count the pixels alone say best."""
        return next(iter(self.options), None)


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """What was decided for one cell."""

    value: int | None
    confidence: float
    flag: Flag | None
    read_as: int | None = None
    alternatives: tuple[int, ...] = ()


def resolve(
    readings: Mapping[str, Reading], relations: Sequence[Relation]
) -> dict[str, Resolution]:
    """Settle all cells together; pointers of relations outside `readings` count as unknown."""
    values = {pointer: reading.best for pointer, reading in readings.items()}
    bound = _relations_by_pointer(readings, relations)
    corrected: set[str] = set()
    while (change := _one_correction(values, readings, bound)) is not None:
        pointer, value = change
        values[pointer] = value
        corrected.add(pointer)
    suspects = {pointer for _, pointer, _ in _changes(values, readings, bound, POSSIBLE)}
    slips = _slips(values, readings, bound)
    unsettled = corrected | suspects | slips.keys()
    blind = {id(relation) for relation in relations if _obstructed(relation, readings) > 1}
    twofold = _twofold(values, readings, relations)
    settled: dict[int, Resolution] = {}
    resolved: dict[str, Resolution] = {}
    for pointer, reading in readings.items():
        alone = reading.clear and not (reading.contradicted or pointer in unsettled)
        found = settled.get(id(reading)) if alone else None
        resolved[pointer] = found or _resolution(
            pointer,
            reading,
            values,
            bound[pointer],
            corrected,
            suspects,
            blind,
            twofold.get(pointer, set()),
        )
        if pointer in slips and pointer not in corrected:
            resolved[pointer] = _as_slip(resolved[pointer], slips[pointer])
        if alone:  # its sums have no say: readings that are one resolve to one
            settled[id(reading)] = resolved[pointer]
    return resolved


def _relations_by_pointer(
    readings: Mapping[str, Reading], relations: Sequence[Relation]
) -> dict[str, list[Relation]]:
    bound: dict[str, list[Relation]] = {pointer: [] for pointer in readings}
    for relation in relations:
        for pointer in relation.pointers:
            if pointer in bound:
                bound[pointer].append(relation)
    return bound


def holds(relation: Relation, values: Mapping[str, int | None]) -> bool | None:
    """Say whether a relation holds; None where a value is unknown."""
    residual = 0
    for sign, pointers in ((1, relation.terms), (-1, relation.totals)):
        for pointer in pointers:
            value = values.get(pointer)
            if value is None:
                return None
            residual += sign * value
    return residual == 0


def _obstructed(relation: Relation, readings: Mapping[str, Reading]) -> int:
    """Count the numbers of a relation that are hidden or cut in part."""
    return sum(at in readings and readings[at].obstructed for at in relation.pointers)


def _twofold(
    values: Mapping[str, int | None],
    readings: Mapping[str, Reading],
    relations: Sequence[Relation],
) -> dict[str, set[int]]:
    """Return, by unclear number, the sums that hold as well if another number is misread alike.

    What makes a 1 of the 4 in a term makes one of the 4 in the total: the sum of both misread
    then holds, and tells of neither. What has no other reading, and yet is not sure, may be any.
    """
    found: dict[str, set[int]] = {}
    others = {pointer: _others(reading) for pointer, reading in readings.items()}
    anything = {pointer: _unexplained(reading) for pointer, reading in readings.items()}
    for relation in relations:
        if not holds(relation, values):
            continue
        added: dict[int, dict[str, float]] = {}
        for sign, pointers in ((1, relation.terms), (-1, relation.totals)):
            for pointer in pointers:
                for other, share in others.get(pointer, {}).items():
                    change = sign * (other - (values[pointer] or 0))
                    added.setdefault(change, {})[pointer] = share
        free = {p: anything[p] for p in relation.pointers if anything.get(p) and not others[p]}
        for pointer in _free_alike(relation, free, others, anything):
            found.setdefault(pointer, set()).add(id(relation))
        for change, shares in added.items():
            against = free | added.get(-change, {})
            for pointer, share in shares.items():
                if any(share * own >= ALIKE for at, own in against.items() if at != pointer):
                    found.setdefault(pointer, set()).add(id(relation))
    return found


def _free_alike(
    relation: Relation,
    free: Mapping[str, float],
    others: Mapping[str, Mapping[int, float]],
    anything: Mapping[str, float],
) -> list[str]:
    """Return the numbers without another reading beside which another of the sum may be misread."""
    most = {
        p: max(anything.get(p, 0.0), *others.get(p, {}).values(), 0.0) for p in relation.pointers
    }
    return [
        pointer
        for pointer, own in free.items()
        if any(own * share >= ALIKE for at, share in most.items() if at != pointer)
    ]


def _others(reading: Reading) -> dict[int, float]:
    """Return the other numbers that an unclear one may be; with what no option explains, too."""
    if reading.clear or reading.best is None:
        return {}
    others = list(reading.options.items())[1:]
    return {other: share + _unexplained(reading) for other, share in others}


def _unexplained(reading: Reading) -> float:
    """Return the share of an unclear number that none of its readings has."""
    if reading.clear or reading.best is None:
        return 0.0
    return max(0.0, 1.0 - sum(reading.options.values()))


def _one_correction(
    values: Mapping[str, int | None],
    readings: Mapping[str, Reading],
    bound: Mapping[str, list[Relation]],
) -> tuple[str, int] | None:
    """Return the best supported change of an unclear cell that no other cell competes with."""
    changes = [
        change
        for change in _changes(values, readings, bound, SUPPORTED)
        if not (readings[change[1]].clear or readings[change[1]].contradicted)
    ]
    for share, pointer, value in sorted(changes, reverse=True):
        broken = {id(relation) for relation in bound[pointer] if holds(relation, values) is False}
        rivals = [
            other
            for other_share, other, other_value in changes
            if (other, other_value) != (pointer, value)
            and other_share * 50 > share
            and broken & {id(relation) for relation in bound[other]}
        ]
        if not rivals:
            return pointer, value
    return None


def _changes(
    values: Mapping[str, int | None],
    readings: Mapping[str, Reading],
    bound: Mapping[str, list[Relation]],
    least: float,
) -> list[tuple[float, str, int]]:
    """Return (share, pointer, value) of every change that mends two broken sums and breaks none."""
    every = {id(relation): relation for relations in bound.values() for relation in relations}
    broken = {at for at, relation in every.items() if holds(relation, values) is False}
    if len(broken) < _CROSSING:
        return []
    found = []
    for pointer, reading in readings.items():
        if sum(id(relation) in broken for relation in bound[pointer]) < _CROSSING:
            continue
        for value, share in reading.options.items():
            if value == values[pointer] or share < least:
                continue
            changed = {**values, pointer: value}
            if all(holds(relation, changed) is not False for relation in bound[pointer]):
                found.append((share, pointer, value))
    return found


def _slips(
    values: Mapping[str, int | None],
    readings: Mapping[str, Reading],
    bound: Mapping[str, list[Relation]],
) -> dict[str, tuple[int, ...]]:
    """Return, by pointer of a number not quite sure, the one-digit change that mends a sum of it.

    Nothing is altered: that none of its sums holds, and one breaks by the amount of one digit
    misread or lost, is reason enough not to blame the report before somebody looked. Another of its
    sums may break by more: there the report has a fault of its own.
    """
    known = {
        pointer: 0 if value is None and readings[pointer].clear else value
        for pointer, value in values.items()
    }  # a blank is left out of its sums
    found = {}
    for pointer, reading in readings.items():
        value = values[pointer]
        if value is None or reading.options[value] >= SETTLED:
            continue
        wanted = [_mending(relation, pointer, known) for relation in bound[pointer]]
        changes = [change for change in wanted if change is not None]
        near = [each for each in changes if _is_one_digit_off(str(value), value + each)]
        if near and all(changes):
            found[pointer] = tuple(dict.fromkeys(value + each for each in near))
    return found


def _as_slip(resolution: Resolution, wanted: tuple[int, ...]) -> Resolution:
    """Leave open whether a number is the one that its sums want."""
    others = tuple(other for other in resolution.alternatives if other not in wanted)
    return replace(resolution, flag="doubtful", alternatives=(*wanted, *others))


def _mending(relation: Relation, pointer: str, known: Mapping[str, int | None]) -> int | None:
    """Return what must be added at `pointer` for a relation to hold; None with a value unknown."""
    terms = [known.get(each) for each in relation.terms]
    totals = [known.get(each) for each in relation.totals]
    added = [each for each in (*terms, *totals) if each is not None]
    if len(added) < len(terms) + len(totals):
        return None
    excess = sum(added[: len(terms)]) - sum(added[len(terms) :])
    return -excess if pointer in relation.terms else excess


def _is_one_digit_off(read: str, wanted: int) -> bool:
    """Say whether one digit exchanged, lost or added makes what was read of another number."""
    other = str(wanted)
    if wanted < 0 or abs(len(other) - len(read)) > 1:
        return False
    if len(other) == len(read):
        return sum(one != two for one, two in zip(read, other, strict=True)) == 1
    short, long = sorted((read, other), key=len)
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def _resolution(
    pointer: str,
    reading: Reading,
    values: Mapping[str, int | None],
    relations: Sequence[Relation],
    corrected: set[str],
    suspects: set[str],
    blind: set[int],
    twofold: set[int],
) -> Resolution:
    """`blind`: relations that tell nothing of what is obstructed; `twofold`: nothing of this."""
    value = values[pointer]
    if value is None:
        return Resolution(
            value=None, confidence=0.0, flag="doubtful" if not reading.clear else None
        )
    others = tuple(option for option in reading.options if option != value)
    share = reading.options[value]
    if pointer in corrected:
        return Resolution(
            value=value,
            confidence=max(share, 0.9),
            flag="corrected",
            read_as=reading.best,
            alternatives=others,
        )
    if pointer in suspects or reading.contradicted:
        return Resolution(value=value, confidence=share, flag="doubtful", alternatives=others)
    if reading.clear:
        return Resolution(value=value, confidence=share, flag=None)
    checks = {id(relation): holds(relation, values) for relation in relations}
    single = {at: check for at, check in checks.items() if at not in twofold}
    telling = [check for at, check in single.items() if not (reading.obstructed and at in blind)]
    one_will_do = reading.placed and share >= LIKELY
    all_hold = all(checks.values()) and any(single.values()) and (len(checks) > 1 or any(telling))
    if (one_will_do and any(telling)) or all_hold:
        return Resolution(value=value, confidence=max(share, 0.995), flag=None)
    return Resolution(value=value, confidence=share, flag="doubtful", alternatives=others)

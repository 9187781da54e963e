"""Numbers of categories: “占比最多的5个类别为甲、乙……，所占比例分别为……”."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workers.pipeline.narrative.numerals import CHARACTERS, FIGURES, read_numeral
from workers.pipeline.narrative.quantities import Quantity

_NOUN = r"(?:大?类别|类型|大类|类|种类|栏目|板块|领域)(?:信息)?"
_ANNOUNCED = re.compile(
    rf"(?<![\d第])(?P<number>{FIGURES}|{CHARACTERS})(?:个|大|种|项)?{_NOUN}(?:依次|分别)?(?:为|是|有|包括|即|：)"
    r"(?P<names>[^。；：，（）]+)"
)
_SUMMED_UP = re.compile(
    rf"(?:为|包括|涵盖|包含|分成|：)(?P<names>[^。；：，（）\d]+?)"
    rf"(?P<number>{FIGURES}|{CHARACTERS})(?:个|大|种|项)?(?:大?类别|大类|类)(?:信息|内容)?(?=[。；，]|$)"
)
"""Categories listed first and counted behind: “主要为甲、乙、丙三大类”."""
_BEYOND = ("", "共", "共计", "方面")
_GIVEN = re.compile(
    r"(?:占比|比例|比重|百分比)[^，。；、]{0,6}?(?:分别|依次)(?:为|是|达)?(?P<shares>(?:约?\d+(?:\.\d+)?%[、，和及与]?(?:以及)?)+)"
)
_NAMED = re.compile(r"(?P<names>[^。；：，（）]{2,120})[，]?$")
_REACH = 130
"""So far before percentages their names are looked for."""
_PERCENT = re.compile(r"\d+(?:\.\d+)?%")
_JOIN = re.compile(r"和|及|与")


@dataclass(frozen=True, kw_only=True)
class Categories:
    """Categories announced, named, and given percentages, in a folded text."""

    start: int
    end: int
    """Where the announcement ends; the percentages are claims of their own."""
    announced: int | None
    names: tuple[str, ...]
    listed: tuple[int, ...]
    """How many are named; two numbers where 和 may join two names or be part of one."""
    given: int | None
    """How many percentages; None when none is given."""
    percents: tuple[int, ...] = ()
    """Where the percentages begin."""

    @property
    def holds(self) -> bool:
        """Whether the numbers told agree."""
        named = self.announced is None or self.announced in self.listed
        wanted = self.listed if self.announced is None else (self.announced,)
        return named and (self.given is None or self.given in wanted)


def categories_of(text: str) -> Iterator[Categories]:
    """Yield the categories a paragraph announces or gives percentages for."""
    shares = list(_GIVEN.finditer(text))
    taken = set()
    for found in _ANNOUNCED.finditer(text):
        number = read_numeral(found["number"])
        if number is None or "等" in found["names"]:
            continue
        following = next((s for s in shares if 0 <= s.start() - found.end() <= 8), None)
        taken.add(following)
        yield _categories(found.start(), found["names"], int(number.value), following, found.end())
    yield from _summed_up(text)
    for share in shares:
        if share not in taken and (
            named := _NAMED.search(text, max(0, share.start() - _REACH), share.start())
        ):
            names = re.split(r"为|是|：", named["names"])[-1]
            if "、" in names and "等" not in names and not re.search(r"\d", names):
                yield _categories(share.start(), names, None, share, share.start("shares"))


def _summed_up(text: str) -> Iterator[Categories]:
    """Yield categories listed first; those closed by 等, which may not be all, if all are there."""
    for found in _SUMMED_UP.finditer(text):
        number = read_numeral(found["number"])
        names, _, beyond = found["names"].partition("等")
        if number is None or "、" not in names or "各" in names or beyond not in _BEYOND:
            continue
        counted = _categories(found.start(), names, int(number.value), None, found.end())
        fewest = min(counted.listed)  # more names than categories: some are of one
        if number.value in counted.listed or (
            "等" not in found["names"] and fewest <= number.value
        ):
            yield counted


def _categories(
    start: int, names: str, announced: int | None, shares: re.Match[str] | None, end: int
) -> Categories:
    named = [name for name in re.split(r"、", names) if name]
    joined = len(_JOIN.findall(named[-1])) if named else 0
    percents: tuple[int, ...] = ()
    if shares is not None:
        offset = shares.start("shares")
        percents = tuple(offset + m.start() for m in _PERCENT.finditer(shares["shares"]))
    return Categories(
        start=start,
        end=end,
        announced=announced,
        names=tuple(named),
        listed=tuple(range(len(named), len(named) + joined + 1)),
        given=len(percents) if shares is not None else None,
        percents=percents,
    )


def shares_named(
    categories: Categories, quantities: Sequence[Quantity], parts: dict[str, Decimal]
) -> list[tuple[Quantity, Decimal]]:
    """Return each percentage with the number of the category it stands for.

    Where the numbers of names and percentages differ, which stands for which is told only by
    their order, from the first on.
    """
    by_place = {quantity.start: quantity for quantity in quantities}
    pairs = zip(categories.percents, categories.names, strict=False)
    found = ((by_place.get(place), parts.get(name)) for place, name in pairs)
    return [(quantity, value) for quantity, value in found if quantity and value is not None]

"""A statement: what one place of the text says in numbers."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal[
    "count", "none", "list", "share", "categories", "approximate", "growth", "information_fee"
]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a list with its name as printed."""

    name: str
    value: Decimal
    half: Decimal


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What one place of the text says.

    `readings` are expressions (see `subjects`) of which one must hold, the likeliest first. `span`
    is within the text of `section` (an index into the record's sections) and prints `text`.
    """

    kind: Kind
    section: int
    span: tuple[int, int]
    text: str
    sentence: str
    """The whole sentence, for quoting."""
    readings: tuple[str, ...]
    value: Decimal
    half: Decimal = Decimal(0)
    """Half of the last unit printed; 0 is exact."""
    unit: str | None = None
    rounded: bool = False
    """An amount told to its last digit or so: it may agree with a value, not contradict one."""
    parts: tuple[Part, ...] = ()
    """Of a list: its parts."""
    closed: bool | None = None
    """Of a list: whether the parts are all of it; None when the wording leaves it open."""
    bases: tuple[Decimal, ...] = ()
    """Of a percentage: what it may be a share of, the likeliest first."""
    sure_base: bool = False
    """Of a percentage: whether the first base is the one meant."""
    announced: int | None = None
    listed: tuple[int, ...] = ()
    """Of categories: how many are named; two numbers where 和 may join or not."""
    given: int | None = None
    """Of categories: how many percentages are given."""

    @property
    def stated(self) -> str:
        """The number in plain figures."""
        return f"{self.value.normalize() + 0:f}"  # never -0

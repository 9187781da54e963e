"""Pages, registered tables and decided numbers → the record."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Union

from pydantic import TypeAdapter

from schemas.evidence import Evidence
from schemas.form import Form, FormCell
from schemas.page import Page
from schemas.record import (
    ApplicantCounts,
    Engine,
    ProactiveDisclosure,
    ProactiveDisclosure2019,
    Record,
    ReviewAndLitigation,
    Source,
    Template,
)
from workers.pipeline.metadata import read_metadata
from workers.pipeline.numbers import Decision
from workers.pipeline.paragraphs import flow, text_lines
from workers.pipeline.region import region_of
from workers.pipeline.scope import scope_of
from workers.pipeline.sections import read_sections
from workers.pipeline.tables.register import Registration

_Tree = Union[int, str, None, "dict[str, _Tree]"]
_DISCLOSURES: Mapping[Template, type[ProactiveDisclosure | ProactiveDisclosure2019]] = {
    "2019": ProactiveDisclosure2019,
    "2021": ProactiveDisclosure,
}
_REQUESTS = TypeAdapter(dict[str, ApplicantCounts])
_MISSING = Evidence(kind="missing", text="", source="inferred", confidence=0.0, page=None, box=None)


def normalise(
    pages: Sequence[Page],
    registration: Registration,
    decisions: Mapping[str, Decision],
    source: Source,
    engine: Engine,
) -> Record:
    """Set the record: numbers by pointer, narrative by titles, identity by what is printed."""
    lines = text_lines(pages)
    sections = read_sections(lines, registration.form)
    said = read_metadata(lines, sections, source)
    form = registration.form
    values = _Values(decisions)
    tree = _tree(values, form)
    found_any = len(registration.missing) < len(form.tables)
    return Record(
        source=source,
        engine=engine,
        issuer=said.issuer,
        region=region_of(said.issuer, said.year, lambda: flow(lines).text),
        year=said.year,
        period=said.period,
        template=form.template if found_any else None,
        title=said.title.text if said.title else None,
        scope=scope_of(said.issuer),
        sections=sections,
        proactive_disclosure=_DISCLOSURES[form.template].model_validate(
            tree["proactive_disclosure"]
        ),
        requests=_REQUESTS.validate_python(tree["requests"]),
        review_and_litigation=ReviewAndLitigation.model_validate(tree["review_and_litigation"]),
        evidence={pointer: values.evidence(pointer) for pointer in form.pointers},
    )


class _Values:
    """The decided values by pointer; what was never decided is missing."""

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        self._decisions = decisions

    def evidence(self, pointer: str) -> Evidence:
        decision = self._decisions.get(pointer)
        return decision.evidence if decision is not None else _MISSING

    def value(self, cell: FormCell) -> int | str | None:
        """Return an amount as it is printed, a count or a change as an integer."""
        decision = self._decisions.get(cell.pointer or "")
        value = decision.value if decision is not None else None
        if cell.decimal:
            return None if value is None else str(value)
        return value if isinstance(value, int) else None


@lru_cache(maxsize=1024)
def _keys(pointer: str) -> tuple[str, ...]:
    return tuple(pointer.strip("/").split("/"))


def _tree(values: _Values, form: Form) -> dict[str, _Tree]:
    """Nest the values by the keys of their pointers."""
    tree: dict[str, _Tree] = {}
    for pointer, cell in form.value_cells.items():
        *parents, leaf = _keys(pointer)
        node: dict[str, _Tree] = tree
        for key in parents:
            below = node.setdefault(key, {})
            assert isinstance(below, dict)
            node = below
        node[leaf] = values.value(cell)
    return tree

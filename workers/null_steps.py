"""The steps of reading without reading: empty pages, a record of nulls. For tests of the service.

Inspection is real, so refusals are; results are made by the real exports.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from schemas.evidence import Evidence
from schemas.failure import Failure
from schemas.forms.template_2021 import FORM
from schemas.page import Page
from schemas.record import Engine, Record, Source
from schemas.table import Tables
from schemas.validation import Checked, Counts, Finding, Validation
from workers.parts import Steps
from workers.real_steps import inspect, load

if TYPE_CHECKING:
    from workers.engines.protocols import Engines
    from workers.steps import Assembly, Earlier, PageReading, Tell

Tree = dict[str, "Tree | None"]

_WIDTH, _HEIGHT = 210, 297


def build(page_s: float) -> Steps:
    """Return steps that take `page_s` seconds a page and read nothing."""
    return Steps(
        inspect=inspect,
        read_page=partial(_read_page, page_s),
        assemble=_assemble,
        engines=_engines,
        load=load,
    )


def _engines() -> "Engines":
    from workers.engines.null import NullEngines

    return NullEngines()


def _read_page(
    page_s: float, content: bytes, kind: str, number: int, engines: "Engines"
) -> "PageReading":
    from PIL import Image

    from workers.steps import PageReading

    del content, kind, engines
    time.sleep(page_s)
    picture = BytesIO()
    Image.new("L", (_WIDTH, _HEIGHT), 255).save(picture, "WEBP", lossless=True)
    page = Page(number=number, width=_WIDTH, height=_HEIGHT, source="ocr")
    return PageReading(page=page, image=picture.getvalue())


def _assemble(
    source: Source,
    engine: Engine,
    pages: Sequence[Page],
    image: Callable[[int], bytes],
    earlier: "Earlier",
    tell: "Tell",
) -> "Assembly | Failure":
    from workers.engines.searchable import searchable_pdf
    from workers.pipeline.export.result_files import export
    from workers.steps import PICTURED_KINDS, Assembly

    del earlier
    record = _record(source, engine)
    missing = Finding(
        code="STR-TABLE",
        severity="error",
        cause="recognition",
        message="空引擎不读取任何表格。",
        message_en="The null engine reads no tables.",
    )
    validation = Validation(
        verdict="incomplete",
        counts=Counts(error=1),
        checked={"STR-TABLE": Checked(checked=3, failed=3)},
        findings=(missing,),
    )
    tell("exporting")
    files = export(record, validation, Tables(tables=()), image)
    if source.kind in PICTURED_KINDS:
        files["searchable.pdf"] = searchable_pdf(pages, image, source.filename)
    return Assembly(record=record, validation=validation, files=files)


def _record(source: Source, engine: Engine) -> Record:
    nothing = Evidence(kind="missing", text="", source="ocr", confidence=0.0, page=None, box=None)
    values: Tree = {}
    for pointer in FORM.pointers:
        *parents, key = pointer.strip("/").split("/")
        place = values
        for parent in parents:
            below = place.setdefault(parent, {})
            assert below is not None
            place = below
        place[key] = None
    return Record.model_validate(
        {
            "source": source,
            "engine": engine,
            "issuer": None,
            "region": None,
            "year": None,
            "period": None,
            "template": "2021",
            "title": None,
            "scope": "unknown",
            "sections": (),
            "evidence": dict.fromkeys(FORM.pointers, nothing),
            **values,
        }
    )

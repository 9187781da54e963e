"""What becomes of made documents, as digests of every result file: for comparing runs.

`python -m tests.digests SEED…` prints them for these seeds in that order, as JSON.
"""

import hashlib
import json
import sys
from collections.abc import Iterable

from schemas.record import Engine, Source
from tests.corpus.arrivals import ARRIVALS, make_arrival
from workers.engines.inspect import Inspection, Limits, inspect
from workers.engines.null import NullEngines
from workers.steps import Assembly, assemble_document, read_page

ENGINE = Engine(gouji="0", ocr="none", models={})


def digests(seeds: Iterable[int]) -> dict[str, str]:
    """Read the documents of some seeds, one after the other; digest each of their result files."""
    found: dict[str, str] = {}
    for seed in seeds:
        name, content = make_arrival(ARRIVALS[seed % len(ARRIVALS)], seed)
        for file, written in _results(name, content).items():
            found[f"{name} {file}"] = hashlib.sha256(written).hexdigest()
    return found


def _results(name: str, content: bytes) -> dict[str, bytes]:
    inspected = inspect(content, name, Limits())
    assert isinstance(inspected, Inspection)
    source = Source(
        filename=name,
        sha256=inspected.sha256,
        media_type=inspected.media_type,
        kind=inspected.kind,
        pages=inspected.pages,
    )
    page = read_page(content, inspected.kind, 1, NullEngines()).page
    assembly = assemble_document(source, ENGINE, [page], lambda _: b"")
    assert isinstance(assembly, Assembly)
    return assembly.files


if __name__ == "__main__":
    print(json.dumps(digests(map(int, sys.argv[1:]))))

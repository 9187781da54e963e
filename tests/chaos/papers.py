"""The documents of the chaos suite, and what becomes of each on a calm day."""

import hashlib
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from schemas.record import Source
from tests.chaos.steps import build
from tests.corpus import texts
from tests.corpus.office import set_docx
from tests.corpus.reports import make_report
from tests.corpus.web import set_page
from tests.documents import pdf
from workers.engines.inspect import Inspection, Limits
from workers.settings import WorkerSettings

_YEAR = 2023
"""Of all reports: then none is last year's of another, whatever comes first."""
_PICTURES = 0.3

Files = dict[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One document by name; no two have the same bytes."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def papers(seed: int) -> Iterator[Paper]:
    """Yield documents without end: reports as text, Word and web pages, and drawn pages."""
    rng = random.Random(f"papers {seed}")
    styles = sorted(texts.STYLES)
    drawn, number = seed * 100_000, 0
    while True:
        number += 1
        if rng.random() < _PICTURES:
            content = pdf(rng.randint(1, 3), f"chaos {seed} {number}")
            yield Paper(name=f"{number:05d}.pdf", content=content)
            continue
        report = make_report(drawn)
        while report.year != _YEAR:
            drawn += 1
            report = make_report(drawn)
        drawn += 1
        style = rng.choice([*styles, "word", "web"])
        if style == "word":
            yield Paper(name=f"{number:05d}.docx", content=set_docx(report))
        elif style == "web":
            yield Paper(name=f"{number:05d}.html", content=set_page(report, "clean"))
        else:
            suffix = "md" if style.startswith("markdown") else "txt"
            text = texts.write(report, style, number).encode()
            yield Paper(name=f"{number:05d}.{suffix}", content=text)


@dataclass
class Supply:
    """Papers that several take from."""

    papers: Iterator[Paper]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, number: int) -> list[Paper]:
        with self._lock:
            return list(islice(self.papers, number))


def calm(paper: Paper) -> Files:
    """Return the result files of a paper, worked out in one process without any server."""
    steps = build(WorkerSettings(null_page_s=0))
    engines = steps.engines()
    found = steps.inspect(paper.content, paper.name, Limits())
    assert isinstance(found, Inspection), found
    readings = [
        steps.read_page(paper.content, found.kind, number, engines)
        for number in range(1, found.pages + 1)
    ]
    source = Source(
        filename=paper.name,
        sha256=paper.sha256,
        media_type=found.media_type,
        kind=found.kind,
        pages=found.pages,
    )
    done = steps.assemble(
        source,
        engines.describe(),
        [reading.page for reading in readings],
        lambda number: readings[number - 1].image,
        lambda issuer, year: None,
        lambda stage: None,
    )
    assert hasattr(done, "files"), done
    return dict(done.files)

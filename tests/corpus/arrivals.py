"""Make a document of a form without pages by seed: DOCX, web page, Markdown or plain text."""

import random
from collections.abc import Callable
from typing import Literal, get_args

from tests.corpus import office, texts, web
from tests.corpus.faults import FAULTS, MISLABELLED, MISQUOTED, NoRoomForFaultError, plant
from tests.corpus.reports import Report, make_report, mark_zeros

Arrival = Literal["docx", "html", "markdown", "text"]
ARRIVALS: tuple[Arrival, ...] = get_args(Arrival)
_SUFFIXES: dict[Arrival, str] = {"docx": "docx", "html": "html", "markdown": "md", "text": "txt"}
_ENCODINGS = ("utf-8", "gb18030", "utf-16")
_MARKDOWN = tuple(style for style in texts.STYLES if style.startswith("markdown"))
_PLAIN = tuple(style for style in texts.STYLES if style not in _MARKDOWN)


def make_arrival(arrival: Arrival, seed: int) -> tuple[str, bytes]:
    """Return the name and bytes of the document of a seed: layouts and encodings take turns.

    One in five is in the form of 2019, one in three prints marks for zeros, some have a fault.
    """
    content = _WRITERS[arrival](_report(f"{arrival} {seed}", seed), seed)
    return f"{arrival}-{seed:04d}.{_SUFFIXES[arrival]}", content


def _report(words: str, seed: int) -> Report:
    rng = random.Random(words)
    report = make_report(rng.randrange(10**6), template="2019" if seed % 5 == 4 else "2021")
    if seed % 3 == 1:
        return mark_zeros(report, rng.choice(["", "/", "—"]), rng, 0.5)
    if seed % 4 == 2:
        try:
            return plant(report, rng.choice([*sorted(FAULTS), MISLABELLED, MISQUOTED]), rng)
        except NoRoomForFaultError:
            pass
    return report


_WRITERS: dict[Arrival, Callable[[Report, int], bytes]] = {
    "docx": lambda report, at: office.set_docx(report, office.STYLES[at % len(office.STYLES)]),
    "html": lambda report, at: web.set_page(
        report, web.STYLES[at % len(web.STYLES)], _ENCODINGS[at % len(_ENCODINGS)]
    ),
    "markdown": lambda report, at: texts.write(report, _MARKDOWN[at % len(_MARKDOWN)], at).encode(),
    "text": lambda report, at: texts.write(report, _PLAIN[at % len(_PLAIN)], at).encode(),
}

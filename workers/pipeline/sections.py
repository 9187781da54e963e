"""Running text → the sections of the report, told by their titles.

A title may be numbered in characters or figures or not at all, worded like the form, like its
official variants or otherwise, broken over two lines, and read with a wrong character or so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from schemas.form import Form, SectionTitle
from schemas.forms import FORMS
from schemas.record import Section, Template
from workers.pipeline.paragraphs import PlacedLine, paragraphs
from workers.pipeline.wording import bare, compact, fold, likeness

# Likeness to a title of the form from which a line counts as that title, by its numbering.
_ALIKE = {"characters": 0.6, "joined": 0.85, "figures": 0.85, "none": 0.85}
# A title broken over two lines must be more alike, lest it swallow the next line.
_ALIKE_BROKEN = 0.8
_WEIGHT = {"characters": 1.0, "joined": 0.8, "figures": 0.7, "none": 0.3}
# A numbered title worded freely: longer lines are sentences.
_LONGEST_TITLE = 45
_LONGEST_FREE_TITLE = 30

_ORDER = "一二三四五六七八九十"
# A lone horizontal stroke before 、 is 一 as OCR often reads it; ニ and = are 二.
_STROKES = {"-": 1, "—": 1, "–": 1, "―": 1, "_": 1, "ー": 1, "－": 1, "ニ": 2, "=": 2, "＝": 2}
_CHARACTERS = re.compile(r"([一二三四五六七八九十]|[-—–―_ーニ=＝－])[、.．,，:：]+")
_JOINED = re.compile(r"([一二三四五六七八九十])(?=[^、.．,，:：])")
_FIGURES = re.compile(r"([1-9１-９])[、.．,，]")
_CONTENTS = re.compile(r"[.…·．]{3,}\d*$")
_TRAILING = "：:。.，, 、"


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A section title in the running text: lines `first` to `last`, both included."""

    first: int
    last: int
    number: int | None
    """The number printed, null when none is."""
    title: str
    form_number: int | None
    """The section of the form it names; null for a title of the report's own."""
    weight: float
    rest: str = ""
    """Text printed behind the title on the same line."""


def read_sections(lines: Sequence[PlacedLine], form: Form) -> tuple[Section, ...]:
    """Return the sections in printed order, each with its text outside tables.

    Text before the first title belongs to no section, unless the title of section one is missing:
    then it is kept as a section without number and title.
    """
    headings = find_headings(lines, form)
    ends = [*(heading.first for heading in headings[1:]), len(lines)][: len(headings)]
    sections = [
        Section(number=h.number, title=h.title, text=_body(lines[h.last + 1 : end], h.rest))
        for h, end in zip(headings, ends, strict=True)
    ]
    if any(heading.form_number == 1 for heading in headings):
        return tuple(sections)
    opening = _body(lines[: headings[0].first if headings else len(lines)], "")
    untitled = [Section(number=None, title="", text=opening)] if opening else []
    return (*untitled, *sections)


def _body(lines: Sequence[PlacedLine], rest: str) -> str:
    return "\n".join([rest] * bool(rest) + paragraphs(lines))


def find_headings(lines: Sequence[PlacedLine], form: Form) -> list[Heading]:
    """Find the section titles: the heaviest run in the form's order, then what fits between."""
    candidates: list[Heading] = []
    for at in range(len(lines)):
        found = _candidate(lines, at, form)
        if found is not None and not (candidates and candidates[-1].last >= found.first):
            candidates.append(found)
    named = _heaviest_run([c for c in candidates if c.form_number is not None])
    taken = {heading.form_number for heading in named}
    for candidate in candidates:
        displaced = candidate.weight > 1.8 and candidate.form_number not in taken
        if candidate.form_number is not None and displaced:
            named.append(candidate)
            taken.add(candidate.form_number)
    named.sort(key=lambda heading: heading.first)
    return _with_free_titles(named, [c for c in candidates if c.form_number is None])


def _heaviest_run(candidates: list[Heading]) -> list[Heading]:
    best: list[tuple[float, list[Heading]]] = []
    for candidate in candidates:
        before = [
            run for run in best if (run[1][-1].form_number or 0) < (candidate.form_number or 0)
        ]
        weight, chain = max(before, key=lambda run: run[0], default=(0.0, []))
        best.append((weight + candidate.weight, [*chain, candidate]))
    return list(max(best, key=lambda run: run[0], default=(0.0, []))[1])


def _with_free_titles(named: list[Heading], free: list[Heading]) -> list[Heading]:
    """Add numbered titles unlike the form where their number fits between their neighbours."""
    headings = list(named)
    for candidate in free:
        before = [h for h in headings if h.first < candidate.first]
        after = [h for h in headings if h.first > candidate.first]
        low = _order(before[-1]) if before else 0
        high = _order(after[0]) if after else low + 2
        if candidate.number is not None and low < candidate.number < high:
            headings = [*before, candidate, *after]
    return headings


def _order(heading: Heading) -> int:
    return heading.form_number or heading.number or 0


def _candidate(lines: Sequence[PlacedLine], at: int, form: Form) -> Heading | None:
    single = _read_title(lines[at].text, at, at, form)
    if at + 1 == len(lines) or (single is not None and single.weight >= 1.99):
        return single
    double = _read_title(lines[at].text + lines[at + 1].text, at, at + 1, form)
    if double is None or double.form_number is None or double.rest:
        return single
    if closest_title(double.title, form, _ALIKE_BROKEN)[1] < _ALIKE_BROKEN:
        return single
    below = _read_title(lines[at + 1].text, at + 1, at + 1, form)
    if below is not None and below.weight > double.weight:
        return single  # the last words of a paragraph stand above a whole title
    return double if single is None or double.weight > single.weight + 0.1 else single


def _read_title(text: str, first: int, last: int, form: Form) -> Heading | None:
    printed = compact(text)
    if _CONTENTS.search(fold(printed)):
        return None
    number, style, title = _split_number(printed)
    if len(printed) > _LONGEST_TITLE:
        return _run_in_title(number, title, first, form) if style != "none" else None
    behind, title = title, title.rstrip(_TRAILING)
    section, alike = closest_title(title, form, _ALIKE[style])
    if alike >= _ALIKE[style] and (style != "figures" or number == section.number):
        bonus = _WEIGHT[style] if number in (section.number, None) else _WEIGHT["none"]
        return Heading(
            first=first,
            last=last,
            number=number,
            title=title,
            form_number=section.number,
            weight=alike + bonus,
        )
    run_in = _run_in_title(number, behind, first, form) if first == last else None
    return run_in or _free_title(printed, number, style, title, first, last, form)


def _run_in_title(number: int | None, title: str, at: int, form: Form) -> Heading | None:
    """Recognise a numbered title of the form with the section's text behind it on one line."""
    for section in form.sections:
        for wording in sorted((section.title, *section.variants), key=len, reverse=True):
            rest = title[len(wording) :].lstrip(_TRAILING)
            if number == section.number and title.startswith(wording) and rest:
                return Heading(
                    first=at,
                    last=at,
                    number=number,
                    title=wording,
                    form_number=number,
                    weight=1.5,
                    rest=rest,
                )
    return None


def _free_title(
    printed: str, number: int | None, style: str, title: str, first: int, last: int, form: Form
) -> Heading | None:
    sentence = printed.endswith(tuple("。；，,;")) or "。" in printed
    if style != "characters" or sentence or not 2 <= len(title) <= _LONGEST_FREE_TITLE:
        return None
    if first != last or bare(printed) in _table_wordings(form.template):
        return None
    return Heading(first=first, last=last, number=number, title=title, form_number=None, weight=0.0)


def _split_number(printed: str) -> tuple[int | None, str, str]:
    """Split a printed line into its number, the style of the number and the title."""
    if found := _CHARACTERS.match(printed):
        sign = found[1]
        number = _ORDER.index(sign) + 1 if sign in _ORDER else _STROKES[sign]
        return number, "characters", printed[found.end() :]
    if found := _JOINED.match(printed):
        return _ORDER.index(found[1]) + 1, "joined", printed[found.end() :]
    if found := _FIGURES.match(printed):
        return int(fold(found[1])), "figures", printed[found.end() :]
    return None, "none", printed.lstrip("、")


def closest_title(title: str, form: Form, floor: float) -> tuple[SectionTitle, float]:
    """Return the section whose title or official variant is most like this one, and how much.

    Likeness below `floor` is not worked out and returned as 0.
    """
    wording = bare(title)
    best, most_alike = form.sections[0], 0.0
    for known, section in _known_titles(form.template):
        alike = likeness(wording, known, floor)
        if alike > most_alike:
            best, most_alike = section, alike
    return best, most_alike


@lru_cache(maxsize=4)
def _known_titles(template: Template) -> tuple[tuple[str, SectionTitle], ...]:
    return tuple(
        (bare(known), section)
        for section in FORMS[template].sections
        for known in (section.title, *section.variants)
    )


@lru_cache(maxsize=4)
def _table_wordings(template: Template) -> frozenset[str]:
    tables = FORMS[template].tables
    return frozenset(bare(cell.text) for table in tables for cell in table.cells if cell.text)

"""The narrative of the page: what it states in numbers is underlined, and whether it holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

from schemas.form import Form
from schemas.phrases import Phrase
from schemas.record import Claim, Record, Section
from workers.pipeline.places import form_of, places

Standing = Literal["fails", "open", "holds"]

STANDINGS: Mapping[Standing, tuple[str, Phrase]] = {
    "fails": ("✗", ("与表格或文中他处不符", "does not agree with the tables or the text")),
    "open": ("?", ("无从核对", "nothing certain to compare with")),
    "holds": ("✓", ("核对相符", "holds")),
}
"""How a stated number stands, the worst first: its sign and name."""
_NUMERALS = "〇一二三四五六七八九十"


@dataclass(frozen=True, kw_only=True)
class SectionView:
    """A section of the narrative, paragraph by paragraph."""

    title: str
    paragraphs: tuple[Markup, ...]


def section_views(record: Record) -> list[SectionView]:
    """Set the sections with the claims in them underlined."""
    form = form_of(record)
    return [
        SectionView(
            title=_title(section),
            paragraphs=tuple(_paragraphs(section, _claims(section, record), form)),
        )
        for section in record.sections
    ]


def standings_used(record: Record) -> list[tuple[Standing, str, Phrase]]:
    """Return class, sign and name of the standings that occur, for the legend."""
    used = {_standing([claim]) for claim in record.claims if claim.span is not None}
    return [(name, sign, words) for name, (sign, words) in STANDINGS.items() if name in used]


def _title(section: Section) -> str:
    if section.number is None:
        return section.title
    known = section.number < len(_NUMERALS)
    return f"{_NUMERALS[section.number] if known else section.number}、{section.title}"


def _claims(section: Section, record: Record) -> dict[tuple[int, int], list[Claim]]:
    """Return a section's claims by their place; one that is not there to the letter is left out."""
    found: dict[tuple[int, int], list[Claim]] = {}
    for claim in record.claims:
        if claim.span is None or claim.section != section.number:
            continue
        begin, end = claim.span
        if begin < end and section.text[begin:end] == claim.text:
            found.setdefault(claim.span, []).append(claim)
    return found


def _paragraphs(
    section: Section, claims: Mapping[tuple[int, int], Sequence[Claim]], form: Form
) -> Iterator[Markup]:
    start = 0
    for line in section.text.split("\n"):
        end = start + len(line)
        if line:
            inside = sorted(span for span in claims if start <= span[0] and span[1] <= end)
            yield _underlined(section.text, start, end, [(s, claims[s]) for s in inside], form)
        start = end + 1


def _underlined(
    text: str,
    start: int,
    end: int,
    claims: Sequence[tuple[tuple[int, int], Sequence[Claim]]],
    form: Form,
) -> Markup:
    pieces, at = [], start
    for (begin, stop), same in claims:
        if begin < at:
            continue  # it overlaps the one before
        standing = _standing(same)
        sign, (chinese, _) = STANDINGS[standing]
        subjects = dict.fromkeys(_subject(claim, form) for claim in same)
        title = "；".join([chinese, *filter(None, subjects)])
        pieces.append(escape(text[at:begin]))
        marks = f'class="{standing}" data-sign="{sign}" title="{escape(title)}"'
        pieces.append(Markup(f"<u {marks}>{escape(text[begin:stop])}</u>"))  # noqa: S704  escaped
        at = stop
    pieces.append(escape(text[at:end]))
    return Markup("").join(pieces)


def _standing(same: Sequence[Claim]) -> Standing:
    """Return how claims made by the same words stand: as badly as the worst of them."""
    if any(claim.holds is False for claim in same):
        return "fails"
    return "open" if any(claim.holds is None for claim in same) else "holds"


def _subject(claim: Claim, form: Form) -> str:
    """Return what a claim is about in the form's words; nothing where it is no single value."""
    pointer = "/" + claim.subject.removeprefix("growth.").replace(".", "/")
    where = places(form)
    place = where.get(pointer) or where.get(f"{pointer}/total")
    return place.row_title if place else ""

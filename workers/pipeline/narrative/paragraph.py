"""A paragraph brought to one width, without white space, each character traced to the section."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WIDE = "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ"
_WIDTHS = {ord(char): ord(char) - 0xFEE0 for char in _WIDE} | str.maketrans(
    "％．;:()!?〈〉", "%.；：（）！？《》"
)
_COMMA = re.compile(r"(?<!\d),|,(?!\d{3}(?!\d))")  # what is no separator of thousands
_SPACE = re.compile(r"\s+")
_ASIDE = re.compile(r"《[^》]*》|〔[^〕]*〕|【[^】]*】|\[[^\]]*\]|（[^（）\d件条份]{1,12}）")
_LONGEST = 4_000
"""Letters of a paragraph that are read together: each number is held against those around it, so
that the work grows with the square of them. The form wants 1,000 letters for all of section one."""
_SENTENCE = re.compile(r"[^。！？]+[。！？]?")


@dataclass(frozen=True)
class Paragraph:
    """Folded text; names of laws and short asides in brackets are blotted out, in their length."""

    text: str
    places: Sequence[int]
    """The offset in the section of each character, and of the end."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return a stretch of the folded text as offsets in the section's text."""
        return self.places[start], self.places[end - 1] + 1


def paragraphs_of(text: str) -> Iterator[Paragraph]:
    """Yield the paragraphs of a section that print anything."""
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield from (_fold(line[a:b], start + a) for a, b in _parts(line))
        start += len(line) + 1


def _parts(line: str) -> Iterator[tuple[int, int]]:
    """Yield a line in parts of whole sentences; a sentence too long for a part is none."""
    if len(line) <= _LONGEST:
        yield 0, len(line)
        return
    begin = end = 0
    for start, stop in sentences_of(line):
        if stop - begin > _LONGEST:
            if begin < end:
                yield begin, end
            begin = start if stop - start <= _LONGEST else stop
        end = stop
    if begin < end:
        yield begin, end


def _fold(line: str, start: int) -> Paragraph:
    wide = _COMMA.sub("，", line.translate(_WIDTHS))
    places: Sequence[int] = range(start, start + len(wide) + 1)
    if _SPACE.search(wide):
        kept = [at for at, char in enumerate(wide) if not char.isspace()]
        wide = "".join([wide[at] for at in kept])
        places = [start + at for at in kept]
    return Paragraph(_ASIDE.sub(lambda aside: "○" * len(aside[0]), wide), places)


def sentences_of(text: str) -> list[tuple[int, int]]:
    """Return begin and end of each sentence of a folded text."""
    return [found.span() for found in _SENTENCE.finditer(text)]

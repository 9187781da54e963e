"""A text without markup → its pieces: words and numbers, each with the line it stands in.

Flatteners set tables in many ways: one cell a line (after a TAB, before a pipe, bare), one row a
line (TABs, pipes, commas, runs of spaces), label and numbers in one. None of them is relied on:
what parts two cells in any of them parts them here; blank cells count only where they are marked.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

from rapidfuzz import fuzz, process

from schemas.form import FormCell
from schemas.forms import FORMS
from workers.pipeline.read.markup_page import OBJECT
from workers.pipeline.tables.labels import plain

Kind = Literal["word", "number", "blank"]


class Piece(NamedTuple):
    """A piece of a line: its text, the line it stands in (from 0) and where there."""

    text: str
    kind: Kind
    line: int
    start: int
    end: int
    row: int | None = None
    """The printed row it belongs to, where the text says so."""


_BOOKMARK = re.compile(r"\[bookmark:[^\]\n]*\]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2028-\u202a\u202c\u202d\u2060\ufeff\u00ad]")
"""Characters without ink; marks that turn what is stored round stay, for the cell to be doubted."""
_SIGN = r"(?:[-−－+＋]|减少?|增加?)?"
_NUMBER = rf"{_SIGN}(?:\d{{1,3}}(?:[,，]\d{{3}})+|\d+)(?:[.．]\d+)?"
_MARK = r"[/／\\]|[-—–－―_]{1,3}|无"
_MARK_LETTER = r"[/／\\\-—–－―_无]"
"""What marks are made of. What repeats below parts a text in one way only: a number is never two,
a run of strokes never several marks, or no match would be told after ages alone."""
_VALUE = re.compile(rf"(?:{_NUMBER}|{_MARK})(?:件|条|个|元|万元|项|宗|次)?")
_SEPARATOR = re.compile(r"\t|\s*[|｜│┃¦]|\x07")
_AROUND = " \t\f\u3000|"
_PARTS = re.compile(r"[\t|｜│┃¦\x07\u3000,]|  ")
"""What may part two cells."""
_WIDE = re.compile(r"(?:\u3000|  )[ \u3000]*")
_CSV = re.compile(
    rf'.*?(?>,\s*"?(?:{_SIGN}(?:\d{{1,3}}(?:，\d{{3}})+|\d+)(?:[.．]\d+)?|{_MARK})?'
    r'[件条个元项宗次]?"?\s*){3,}(?:,[^,，]{1,40})?'
)
_PAGE_NUMBER = re.compile(
    r"[-—–~·]\s*\d{1,3}\s*[-—–~·]|第\s*\d{1,3}\s*页(?:\s*[,，/]?\s*共\s*\d{1,3}\s*页)?"
    r"|\d{1,3}\s*/\s*共?\s*\d{1,3}\s*页?|Page\s*\d{1,3}(?:\s*of\s*\d{1,3})?",
    re.I,
)
_TAIL = re.compile(rf"\s*((?:(?:{_NUMBER}|{_MARK})\s+)*(?:{_NUMBER}|{_MARK_LETTER}+))\s*$")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_RUN = r"\d[\d.,，．]*|[/／\\—–－―]|\S"
"""A number, or each of the marks that stand side by side."""
_VALUES = re.compile(rf"(?>(?:{_SIGN}\d(?:[,，]\d{{3}})*(?:[.．]\d)?|{_MARK_LETTER})\s*)+")
_NUMBERING = re.compile(r"[1-9][.．、,，]")
_OWN_NUMBER = re.compile(r"[1-9][.．、](?!\d)")
_RULE = re.compile(r"[\s|+:=\-—–_─━┄┈┼├┤┬┴┌┐└┘]*")
_BARE_NUMBER = re.compile(r"[ \f]*\d{1,3}[ \f]*")
_PAGES = 2
"""Pages from which their numbers are told by counting."""
_FORM_FEED = "\f"
_TELLING = 6
"""Letters of a label from which it is known wherever it stands."""
_COMMAS = 3
"""Commas from which a line of numbers may be one of comma-separated values."""
_FEW = 2
"""Separators from which a line is a row, not a cell."""
_SEVERAL = 3
"""Numbers apart at the end of a line from which they are a row's."""
_SURE = 3
"""Letters of a label's exact wording that outweigh another label's likeness to all of a text."""
_SHORT = 4
"""Letters of a label below which no other is looked for before it."""
_LONGEST_ROW = 200
"""Letters of the longest line that is a row of a table: its labels and its numbers."""


def clean(text: str) -> str:
    """Bring line ends together and leave out what is not printed: bookmarks, marks of width."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").replace("\x85", "\n")
    return _INVISIBLE.sub("", _BOOKMARK.sub("", text)).replace("\xa0", " ")


def pieces(lines: Sequence[str]) -> list[Piece]:
    """Return the pieces of all lines in order; page numbers and rules between rows are none."""
    numbered = _page_numbers(lines)
    return letters_as_words(
        [piece for at in range(len(lines)) if at not in numbered for piece in pieces_of(lines, at)]
    )


def letters_as_words(found: Sequence[Piece]) -> list[Piece]:
    """Take 无 for a letter where words are set one letter a line: 无／法／提／供."""
    on_line = Counter(piece.line for piece in found)
    kept = list(found)
    for at, (piece, after) in enumerate(pairwise(found)):
        alone = on_line[piece.line] == on_line[after.line] == 1
        letter = after.kind == "word" and len(after.text) == 1 and after.text.isalpha()
        if piece.text == "无" and alone and letter:
            kept[at] = piece._replace(kind="word")
    return kept


def is_spaced(line: str) -> bool:
    """Say whether nothing but spaces parts the cells of a line."""
    return not _SEPARATOR.search(line) and not (line.count(",") >= _COMMAS and _CSV.fullmatch(line))


def pieces_of(lines: Sequence[str], at: int) -> Iterator[Piece]:
    """Yield the pieces of one line; one that only draws has none."""
    if not _is_rule(lines[at]):
        yield from _of_line(lines[at], at)


def _page_numbers(lines: Sequence[str]) -> set[int]:
    """Return the lines that hold the number of a page and nothing else.

    A bare number at a page's end is one where the pages are counted so; else it is a value.
    """
    found = {at for at, line in enumerate(lines) if _PAGE_NUMBER.fullmatch(line.strip(" \f\u3000"))}
    breaks = [at for at, line in enumerate(lines) if _FORM_FEED in line]
    for places in ([_printed_before(lines, at) for at in breaks], breaks):
        told = [at for at in places if at is not None and _BARE_NUMBER.fullmatch(lines[at])]
        numbers = [int(lines[at].strip(" \f")) for at in told]
        counted = all(after - before == 1 for before, after in pairwise(numbers))
        if len(told) == len(places) >= _PAGES and counted:
            found.update(told)
    return found


def _printed_before(lines: Sequence[str], at: int) -> int | None:
    return next((near for near in range(at - 1, -1, -1) if lines[near].strip()), None)


def _is_rule(line: str) -> bool:
    """Say whether a line only draws: the border of a row, a row of merged cells gone."""
    shown = line.strip()
    return len(shown) > 3 and bool(_RULE.fullmatch(shown)) and ("\t" not in line)


def _of_line(line: str, at: int) -> Iterator[Piece]:
    alone = line.strip(_AROUND)
    if alone and line.count("\t") + line.count("|") < _FEW and not _PARTS.search(alone):
        start = line.index(alone)
        yield from parted(Piece(alone, kind_of(alone), at, start, start + len(alone)))
        return
    cells = list(_cells(line))
    row = at if sum(bool(text.strip()) for text, _ in cells) > 1 else None
    for text, start in cells:
        shown = text.strip(" \f\u3000")
        if not shown:
            if len(cells) > 1 or line.strip(" \f") == "\t":
                yield Piece("", "blank", at, start, start, row)
            continue
        lead = start + text.index(shown[0])
        yield from parted(Piece(shown, kind_of(shown), at, lead, lead + len(shown), row))


def kind_of(text: str) -> Kind:
    """Say what a cell holds by itself."""
    if not text:
        return "blank"
    return "number" if _VALUE.fullmatch(text) or OBJECT in text else "word"


def _cells(line: str) -> Iterator[tuple[str, int]]:
    """Yield the cells of a line and where each begins: the mark after the last opens none."""
    if _SEPARATOR.search(line):
        yield from _separated(line)
    elif line.count(",") >= _COMMAS and _CSV.fullmatch(line):
        yield from _by_commas(line)
    else:
        start = 0
        for gap in _WIDE.finditer(line):
            if line[start : gap.start()].strip(_AROUND):
                yield line[start : gap.start()], start
            start = gap.end()
        if start < len(line):
            yield line[start:], start


def _separated(line: str) -> Iterator[tuple[str, int]]:
    """Yield the cells between separators; the first and the last may stand outside.

    `| a | b |` has two cells, `a | b | ` three of which the last is blank, `a |` and TAB `a` one.
    """
    if not line.replace("|", "").strip() and "|" in line:
        return  # merged cells, gone
    ends = [found.span() for found in _SEPARATOR.finditer(line)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(line)]
    found = [(line[start:stop], start) for start, stop in zip(starts, stops, strict=True)]
    joined = line.startswith(" |")  # cells joined by pipes, the first of them blank
    opened, closed = not found[0][0].strip() and not joined, not found[-1][0].strip()
    piped = "\t" not in line
    if opened and (len(found) == 2 or (piped and closed)):
        found = found[1:]
    if closed and piped and (opened or len(found) == 2):
        found = found[:-1]
    yield from found


def _by_commas(line: str) -> Iterator[tuple[str, int]]:
    start = 0
    for cell in next(csv.reader([line])):
        at = line.find(cell, start) if cell else start
        yield cell, max(at, start)
        start = max(at, start) + len(cell)


def parted(piece: Piece) -> Iterator[Piece]:
    """Part a piece that holds a label and its numbers, or several."""
    text = piece.text
    if piece.kind != "word" or not (any(map(str.isdecimal, text)) or _ends_with_label(text)):
        yield piece
    elif _VALUES.fullmatch(text):
        yield from _values(piece, 0)
    elif (tail := _tail(text)) is not None:
        yield from _labelled(piece, 0, tail)
        yield from _values(piece, tail)
    elif holds_labels(text) or _ends_with_label(text):
        yield from _between_labels(piece)
    else:
        yield piece


def _values(piece: Piece, start: int) -> Iterator[Piece]:
    for found in re.finditer(_RUN, piece.text[start:]):
        yield _part(piece, start + found.start(), start + found.end())


def _tail(text: str) -> int | None:
    """Return where the values behind a label begin; None where none stand at the end.

    Several numbers apart are values whatever stands before them: the end of a broken label.
    """
    if len(text) > _LONGEST_ROW or not (text[-1].isdecimal() or _VALUE.fullmatch(text[-1])):
        return None
    found = _TAIL.search(text)
    if found is None or any(map(str.isdecimal, _NUMBERING.sub("", text[: found.start()]))):
        return None
    if len(found[1].split()) >= _SEVERAL or _label_at_end(text[: found.start()]) is not None:
        return found.start(1)
    return None


def _ends_with_label(text: str) -> bool:
    """Say whether a group and a label, or a label and marks, may stand in one."""
    return len(text) <= _LONGEST_ROW and (
        _VALUE.fullmatch(text[-1]) is not None or plain(text).endswith(_endings())
    )


def _labelled(piece: Piece, start: int, end: int) -> Iterator[Piece]:
    """Yield words up to numbers: the labels and groups they end with, and what stands before."""
    ends = [end]
    while (at := _label_at_end(piece.text[start : ends[-1]])) is not None and at > 0:
        ends.append(start + at)
        if len(ends) > 2 and ends[-2] - ends[-1] < _SHORT:
            break
    firsts = [start, *reversed(ends[1:])] if piece.text[start : ends[-1]].strip() else ends[:0:-1]
    for first, last in zip(firsts, [*firsts[1:], end], strict=True):
        yield _part(piece, first, last)


def _between_labels(piece: Piece) -> Iterator[Piece]:
    """Part a run of labels and digits at every border between them."""
    text, start = piece.text, 0
    for found in _DIGITS.finditer(text):
        first, end = found.span()
        if _OWN_NUMBER.match(text, end - 1):
            end -= 1  # the last digit opens the next label: 1.属于国家秘密
        if end > first and _label_at_end(text[start:first]) is not None:
            yield from _labelled(piece, start, first)
            yield _part(piece, first, end)
            start = end
    if start < len(text):
        yield from _labelled(piece, start, len(text))


def _label_at_end(text: str) -> int | None:
    """Return where the label or group begins with which a text ends; None where with none."""
    own = plain(text)
    ends = own.endswith(_endings())
    longest = max((n for n in _names() if own.endswith(n)), key=len) if ends else ""
    if len(longest) < _SURE and is_label(text):
        return 0
    if not longest:
        return None
    at, left = len(text), len(longest)
    while left:
        at -= 1
        left -= len(plain(text[at]))
    while at and text[at - 1] in "（(〈<“‘":
        at -= 1
    return at


def _part(piece: Piece, start: int, end: int) -> Piece:
    text = piece.text[start:end].strip()
    at = piece.start + start
    return Piece(text, kind_of(text), piece.line, at, at + (end - start), piece.row)


@cache
def row_labels() -> frozenset[str]:
    """Return the plain labels of all forms' rows, and the headers of a table without labels."""
    return frozenset(
        plain(cell.text)
        for form in FORMS.values()
        for table in form.tables
        for cell in table.cells
        if cell.kind == "label" or (cell.kind == "header" and not _has_labels(table.cells))
    )


@cache
def _names() -> frozenset[str]:
    """Return the plain labels of all forms' rows, and the groups before them."""
    cells = (cell for form in FORMS.values() for table in form.tables for cell in table.cells)
    return row_labels() | {plain(cell.text) for cell in cells if cell.kind == "group"}


@cache
def _endings() -> tuple[str, ...]:
    return tuple(_names())


def _has_labels(cells: Sequence[FormCell]) -> bool:
    return any(cell.kind == "label" for cell in cells)


@cache
def _longrow_labels() -> tuple[str, ...]:
    return tuple(label for label in row_labels() if len(label) >= _TELLING)


def is_label(text: str) -> bool:
    """Say whether a text is a row's label of some form, but for a character or two."""
    own = plain(text)
    if own in row_labels():
        return True
    if not 3 <= len(own) <= 60:
        return False
    best = process.extractOne(own, row_labels(), scorer=fuzz.ratio, score_cutoff=80)
    return best is not None


def holds_labels(text: str) -> bool:
    """Say whether labels of a form stand in a text that holds more."""
    own = plain(text)
    return any(label in own for label in _longrow_labels())

"""Markdown → Page: marks taken off, tables by their labels, whatever became of their columns.

Converters lose the spans of tables: columns shift to the right in some rows and back in others,
headers stand over the wrong column, one table is cut in two. So the statutory tables are told by
their labels, as in plain text, and only other tables are kept as they stand.
"""

import html
import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser

from schemas.page import Page
from schemas.table import Table
from workers.pipeline.read.html import read_tables
from workers.pipeline.read.html_visibility import is_unseen, may_be_unseen
from workers.pipeline.read.markup_page import OBJECT, cell_of, page_of, table_of
from workers.pipeline.read.paragraph_lines import unwrapped
from workers.pipeline.read.text_cells import Piece, clean, kind_of, parted, pieces_of
from workers.pipeline.read.text_outside import outside
from workers.pipeline.read.text_tables import MOST_LINES, Found, find_tables, may_hold_tables

_HEADING = re.compile(r"\s{0,3}#{1,6}\s+|\s+#+\s*$|^\s{0,3}#{1,6}(?=[^#\s])")
_LEAD = re.compile(r"^\s{0,3}(?:>\s?)+|^\s*[-*+]\s+(?=\S)")
_UNDERLINE = re.compile(r"\s{0,3}(?:=+|-{3,}|\*{3,}|_{3,}|(?:[-*_]\s+){2,}[-*_])\s*")
_FENCE = re.compile(r"\s{0,3}(?:`{3,}|~{3,}).*")
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\([^)\s]+(?:\s+\"[^\"]*\")?\)")
_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.I)
_TAG = re.compile(
    r"</?(?:b|i|u|em|strong|span|font|p|div|sup|sub|center|a|small|big|ins|mark|code)\b[^>]*>", re.I
)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_SHOWN = re.compile(
    r"!\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])"
    r"|<(svg|object|select|textarea|video|iframe|canvas)\b.*?</\2\s*>"
    r"|<(?:img|input|embed|svg|object)\b[^>]*>|<(del|s|strike)\b[^>]*>.*?</\3\s*>|~~.+?~~"
    r"|<(span|font|p|div|i|b)\b[^>]*\b(?:style|class|color)\s*=[^>]*>.*?</\4\s*>",
    re.I | re.S,
)
"""What a cell shows that is no text, is struck out or may not be seen."""
_NOTE = re.compile(r"(?<=\d)(<(?:sup|sub|small|a)\b[^>]*>)(?=\d)", re.I)
"""Where a note's mark follows a number: it is no digit of it."""
_STRONG = re.compile(r"(?<![^\W_])_{1,3}|_{1,3}(?![^\W_])|`+|~~")
_STARRED = re.compile(r"(\*{1,3})(?=[^\s*])(.*?[^\s*])\1")
"""Text between stars; a star without its like is a mark of a note."""
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKED = re.compile("[][!<*_`~\\\\&\xa0\ue100-\ue17f]")
"""What opens a mark, or stands for one while others are taken off."""
_HTML_TABLE = re.compile(r"<table\b.*?</table\s*>", re.I | re.S)
_PIPE = re.compile(r"(?<!\\)[|｜]")
_ALIGNMENT = re.compile(r"\s*[|｜]?(?:\s*:?-+:?\s*[|｜])*\s*:?-+:?\s*[|｜]?\s*")
_KEPT = "\ue000"
"""Stands for an escaped pipe while cells are parted."""


def read_markdown(text: str) -> Page:
    """Read a Markdown text; the tables of HTML in it are read as those of a web page."""
    without, embedded = _without_html_tables(clean(text))
    raw = without.split("\n")
    if not may_hold_tables(text):
        raw = raw[:MOST_LINES]
    pictures = sum(len(_PICTURE.findall(line)) for line in raw)
    tabular = _table_lines(raw)
    lines = [line if at in tabular else _plain(line) for at, line in enumerate(raw)]
    found: list[Piece] = []
    widths = _widths(lines, tabular)
    for at, line in enumerate(lines):
        found += _row(line, at, widths.get(at)) if at in tabular else pieces_of(lines, at)
    tables = find_tables(found)
    others = list(_other_tables(lines, tabular, found, tables))
    kept = ["" if at in tabular else line for at, line in enumerate(lines)]
    statutory = [(found[one.first].line, one.table) for one in tables]
    ordered = sorted([*statutory, *others, *embedded], key=lambda placed: placed[0])
    shown = unwrapped(outside(kept, found, tables))
    return page_of(shown, [table for _, table in ordered], pictures=pictures)


def _without_html_tables(text: str) -> tuple[str, list[tuple[int, Table]]]:
    """Take the tables of HTML out of a text; return what is left, and each with its line."""
    found: list[tuple[int, Table]] = []
    for table in _HTML_TABLE.finditer(text):
        line = text.count("\n", 0, table.start())
        found += [(line, one) for one in read_tables(table[0])]
    return _HTML_TABLE.sub(lambda table: "\n" * table[0].count("\n"), text), found


def _table_lines(lines: Sequence[str]) -> frozenset[int]:
    """Return the lines of tables: those with pipes around a row of dashes, and pipes alone."""
    piped = [bool(_PIPE.search(line)) for line in lines]
    found: set[int] = set()
    for at, line in enumerate(lines):
        if line.count("|") + line.count("｜") >= 2 and line.strip()[:1] in "|｜":
            found.add(at)
        elif piped[at] and _ALIGNMENT.fullmatch(line) and "-" in line:
            first = at - 1
            while first >= 0 and piped[first]:
                found.add(first)
                first -= 1
            last = at
            while last < len(lines) and piped[last]:
                found.add(last)
                last += 1
    return frozenset(found)


def _widths(lines: Sequence[str], tabular: frozenset[int]) -> dict[int, int]:
    """Return how many columns the row of dashes gives to each line of its table."""
    widths: dict[int, int] = {}
    for at in sorted(tabular):
        if _ALIGNMENT.fullmatch(lines[at]) and "-" in lines[at]:
            width = sum(bool(part.strip()) for part in _PIPE.split(lines[at]))
            near = [at, at - 1]
            while near[0] + 1 in tabular:
                near.insert(0, near[0] + 1)
            widths |= dict.fromkeys(near, width)
    return widths


def _row(line: str, at: int, width: int | None) -> Iterator[Piece]:
    """Yield the cells of a table's row; a row of dashes has none."""
    if _ALIGNMENT.fullmatch(line) and "-" in line:
        return
    for column, text in enumerate(_cells(line, width)):
        cell = Piece(text, kind_of(text), at, column, column, at)
        yield from parted(cell) if text else (cell,)


def _cells(line: str, width: int | None = None) -> list[str]:
    """Return the cells of a row; pipes at its sides part none, as far as `width` tells them."""
    parts = _PIPE.split(line.replace("\\|", _KEPT))
    least = 2 if width is None else width
    if len(parts) > least and not parts[0].strip():
        parts = parts[1:]
    if len(parts) > least and not parts[-1].strip():
        parts = parts[:-1]
    return [_inline(_SHOWN.sub(_marked, part)).replace(_KEPT, "|") for part in parts]


def _marked(found: re.Match[str]) -> str:
    """Put a mark where a cell shows what is no text, or text that may not be seen."""
    markup = found[0]
    if found[4] is None:
        return OBJECT
    nodes = LexborHTMLParser(markup).css(found[4])
    outer = nodes[0]
    if is_unseen(outer, outer.attributes):
        return ""
    seen = not any(may_be_unseen(node, node.attributes) for node in nodes)
    return _TAG.sub("", markup) if seen else OBJECT


def _plain(line: str) -> str:
    """Return a line outside tables without its marks; one that only draws is empty."""
    if _UNDERLINE.fullmatch(line) or _FENCE.fullmatch(line):
        return ""
    if "\t" in line[:1]:
        return _ESCAPE.sub(r"\1", line)  # a cell of a flattened table
    return _inline(_HEADING.sub("", _LEAD.sub("", line)))


def _inline(text: str) -> str:
    """Take the marks of emphasis, links, pictures and breaks off a text."""
    if not _MARKED.search(text):
        return text.strip()
    text = _LINK.sub(r"\1", _PICTURE.sub("", _COMMENT.sub("", text)))
    text = _TAG.sub("", _NOTE.sub(r" \1", _BREAK.sub(_joint, text)))
    hidden = _ESCAPE.sub(lambda found: chr(0xE100 + ord(found[1])), text)
    while (without := _STARRED.sub(r"\2", hidden)) != hidden:
        hidden = without
    plain = html.unescape(_STRONG.sub("", hidden)).replace("\xa0", " ")
    return "".join(chr(ord(c) - 0xE100) if 0xE100 <= ord(c) < 0xE180 else c for c in plain).strip()


def _joint(found: re.Match[str]) -> str:
    """Return what parts the words around a break: nothing, but for two numbers."""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return " " if before.isdecimal() and after.isdecimal() else ""


def _other_tables(
    lines: Sequence[str],
    tabular: frozenset[int],
    found: Sequence[Piece],
    tables: Sequence[Found],
) -> Iterator[tuple[int, Table]]:
    """Yield the tables that are no statutory ones, as they stand, with their first lines."""
    taken = {
        line
        for table in tables
        for line in range(found[table.first].line, found[table.last].line + 1)
    }
    block: list[int] = []
    for at in [*sorted(tabular - taken), len(lines) + 1]:
        if block and at != block[-1] + 1:
            if (table := _as_it_stands([lines[line] for line in block])) is not None:
                yield block[0], table
            block = []
        block.append(at)


def _as_it_stands(lines: Sequence[str]) -> Table | None:
    rows = [_cells(line) for line in lines if not (_ALIGNMENT.fullmatch(line) and "-" in line)]
    rows = [row for row in rows if any(row)]
    if not rows:
        return None
    return table_of(
        cell_of(text, row=at, column=column)
        for at, row in enumerate(rows)
        for column, text in enumerate(row)
    )

"""Write a report as text in the forms flatteners leave, with their manglings, no two alike."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.corpus import form
from tests.corpus.grids import Grid, GridCell, grids
from tests.corpus.reports import Report

_NUMERALS = "一二三四五六"


def write(report: Report, style: str, seed: int = 0) -> str:
    """Return the report as text in one of STYLES; the seed draws what is mangled."""
    rng = random.Random(f"{style} {seed}")
    table, title = STYLES[style], _TITLES.get(style, "{numeral}、{title}")
    lines = [report.issuer, report.title, ""]
    if style.startswith("markdown"):
        lines = [f"# {report.issuer}{report.title}", ""]
    for number, name in enumerate(form.SECTION_TITLES, start=1):
        lines.append(title.format(numeral=_NUMERALS[number - 1], title=name, level="#" * 2))
        lines += report.sections.get(number, ())
        for grid in grids(report):
            if grid.section == number:
                lines += ["", *table(grid, rng), ""]
    return "\n".join(lines) + "\n"


def _rows(grid: Grid) -> list[list[GridCell]]:
    """Return the cells of each row, those over several rows with the first."""
    rows: dict[int, list[GridCell]] = {}
    for cell in sorted(grid.cells, key=lambda cell: (cell.row, cell.column)):
        rows.setdefault(cell.row, []).append(cell)
    return [rows[row] for row in sorted(rows)]


def _full_rows(grid: Grid) -> list[list[str]]:
    """Return every row over all columns: merged places are empty."""
    height = 1 + max(cell.row for cell in grid.cells)
    rows = [[""] * grid.columns for _ in range(height)]
    for cell in grid.cells:
        rows[cell.row][cell.column] = cell.text
    return rows


def _with_continued(grid: Grid) -> list[list[str]]:
    """Return the cells of each row as a word processor keeps them: merged down, empty below."""
    height = 1 + max(cell.row for cell in grid.cells)
    return [
        [
            cell.text if cell.row == row else ""
            for cell in sorted(grid.cells, key=lambda cell: cell.column)
            if cell.row <= row < cell.row + cell.row_span
        ]
        for row in range(height)
    ]


def _docx(grid: Grid, rng: random.Random, *, apart: bool = True) -> Iterator[str]:
    """One cell a line after a TAB, labels broken here and there, bookmarks among them."""
    for row in _with_continued(grid):
        for text in row:
            mark = f"[bookmark: _Hlk{rng.randrange(10**8)}]" if rng.random() < 0.05 else ""
            yield "\t" + mark + _broken(text, rng, share=0.2)
        if apart:
            yield ""


def _broken(text: str, rng: random.Random, share: float) -> str:
    """Break a label over two lines, as a narrow cell does."""
    if len(text) < 4 or text[0].isdigit() or rng.random() > share:
        return text
    at = rng.randrange(2, len(text) - 1)
    return text[:at] + "\n" + text[at:]


def _docx_together(grid: Grid, rng: random.Random) -> Iterator[str]:
    yield from _docx(grid, rng, apart=False)


def _html(grid: Grid, rng: random.Random) -> Iterator[str]:
    """One cell a line before a pipe; merged and blank cells gone into a run of pipes."""
    del rng
    for row in _rows(grid):
        shown = [cell.text for cell in row if cell.text]
        yield from (f"{text} |" for text in shown)
        if grid.columns > len(shown):
            yield "|" * (grid.columns - len(shown))


def _bare(grid: Grid, rng: random.Random) -> Iterator[str]:
    """One cell a line and nothing else; merged and blank cells are gone."""
    del rng
    yield from (cell.text for row in _rows(grid) for cell in row if cell.text)


Setter = Callable[[Grid, random.Random], Iterator[str]]


def _by(separator: str, *, repeated: bool = False) -> Setter:
    """One row a line: merged places empty, or the cell's text again."""

    def rows(grid: Grid, rng: random.Random) -> Iterator[str]:
        del rng
        for row in _with_continued(grid):
            yield separator.join(row)

    def again(grid: Grid, rng: random.Random) -> Iterator[str]:
        del rng
        for row in range(1 + max(cell.row for cell in grid.cells)):
            over = sorted(
                (c for c in grid.cells if c.row <= row < c.row + c.row_span),
                key=lambda cell: cell.column,
            )
            labels = [c.text for c in over if c.role != "number" for _ in range(c.column_span)]
            numbers = [c.text for c in over if c.role == "number"]
            yield separator.join([*labels, *numbers])

    return again if repeated else rows


def _csv(grid: Grid, rng: random.Random) -> Iterator[str]:
    del rng
    for row in _full_rows(grid):
        yield ",".join(f'"{text}"' if "," in text or "，" in text else text for text in row)


def _spaced(grid: Grid, rng: random.Random) -> Iterator[str]:
    """Columns by runs of spaces; merged and blank cells are gone."""
    for row in _rows(grid):
        yield "".join(cell.text + " " * rng.randint(2, 9) for cell in row if cell.text).rstrip()


def _letters(grid: Grid, rng: random.Random) -> Iterator[str]:
    """One cell a line as a PDF's text comes: narrow labels a letter a line, pages between."""
    page = rng.randint(2, 5)
    for at, row in enumerate(_rows(grid)):
        if at and at % 9 == 0:
            yield rng.choice((f"- {page} -", f"— {page} —", f"第 {page} 页"))
            page += 1
        for cell in row:
            if cell.row_span > 1 and cell.role == "label":
                yield from cell.text  # a tall, narrow cell
            elif cell.role == "number":
                yield cell.text
            else:
                yield _broken(cell.text, rng, share=0.5)


def _layout(grid: Grid, rng: random.Random) -> Iterator[str]:
    """Columns by spaces as on the page: cells broken at their width and set in their middle."""
    number = 2 + max(len(cell.text) for cell in grid.cells if cell.role == "number")
    wide = max(number, 6)
    widths = {2: (18, 10, 10, 10), 3: (6, 8, 18, *[wide] * 7), 4: (wide,) * 15}.get(
        grid.section, (wide,) * grid.columns
    )
    lefts = [sum(widths[:at]) + rng.randint(0, 1) for at in range(grid.columns + 1)]
    broken = {id(c): _wrapped(c, lefts, grid) for c in grid.cells}
    heights = _heights(grid, broken)
    tops = [sum(heights[:at]) for at in range(len(heights) + 1)]
    canvas = [[" "] * (lefts[-1] + 40) for _ in range(tops[-1])]
    for cell in grid.cells:
        lines = broken[id(cell)]
        room = tops[cell.row + cell.row_span] - tops[cell.row]
        top = tops[cell.row] + (room - len(lines)) // 2
        for at, line in enumerate(lines):
            canvas[top + at][lefts[cell.column] : lefts[cell.column] + len(line)] = line
    yield from ("".join(line).rstrip() for line in canvas)


def _wrapped(cell: GridCell, lefts: Sequence[int], grid: Grid) -> list[str]:
    width = lefts[cell.column + cell.column_span] - lefts[cell.column] - 2
    width = max(width, len(cell.text)) if cell.role == "number" else max(width, 2)
    del grid
    return [cell.text[at : at + width] for at in range(0, len(cell.text), width)] or [""]


def _heights(grid: Grid, broken: Mapping[int, list[str]]) -> list[int]:
    """Return the lines of each row: what its own cells need, and those that end with it."""
    heights = [1] * (1 + max(cell.row + cell.row_span - 1 for cell in grid.cells))
    for cell in sorted(grid.cells, key=lambda cell: cell.row_span):
        own = range(cell.row, cell.row + cell.row_span)
        missing = len(broken[id(cell)]) - sum(heights[row] for row in own)
        heights[own[-1]] += max(0, missing)
    return heights


def _borderless(grid: Grid, rng: random.Random) -> Iterator[str]:
    """Label and numbers of a row in one, without any border."""
    for row in _rows(grid):
        line = "".join(cell.text for cell in row)
        yield line + " " * rng.randint(0, 2)


def _one_line(grid: Grid, rng: random.Random) -> Iterator[str]:
    """All of a table in one line, without any border."""
    del rng
    yield "".join(cell.text for row in _rows(grid) for cell in row)


def _markdown(grid: Grid, rng: random.Random) -> Iterator[str]:
    """A table with its merged places empty."""
    del rng
    yield from _piped(_full_rows(grid), grid.columns)


def _markdown_shifted(grid: Grid, rng: random.Random) -> Iterator[str]:
    """Row spans lost: rows begin in the first column, so that their values stand further left."""
    width = grid.columns + 1
    rows = []
    for row in _rows(grid):
        texts = [_marked(cell.text, rng) for cell in row]
        if grid.section == 3 and row[-1].role == "number" and rng.random() < 0.5:
            texts = [texts[0], "", *texts[1:]] if len(texts) == 8 else texts
        rows.append((texts + [""] * width)[:width])
    cut = rng.randint(grid.header_rows + 2, len(rows) - 1) if grid.section == 3 else len(rows)
    yield from _piped(rows[:cut], width)
    if rows[cut:]:
        yield ""
        yield from _piped([[""] * width, *rows[cut:]], width)


def _marked(text: str, rng: random.Random) -> str:
    """Set a cell bold or break its label, as converters do."""
    if text.isdigit():
        return rng.choice((text, text, f"**{text}**"))
    if len(text) == 4 and rng.random() < 0.5:
        return f"{text[:2]}<br>{text[2:]}"
    return text.replace("（", "(").replace("）", ") ") if rng.random() < 0.3 else text


def _piped(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    head, *rest = rows
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * width
    yield from ("| " + " | ".join(row) + " |" for row in rest)


def _markdown_bare(grid: Grid, rng: random.Random) -> Iterator[str]:
    """A table without pipes at its sides."""
    del rng
    head, *rest = ([text or " " for text in row] for row in _full_rows(grid))
    yield " | ".join(head)
    yield " | ".join(["---"] * grid.columns)
    yield from (" | ".join(row) for row in rest)


STYLES: dict[str, Callable[[Grid, random.Random], Iterator[str]]] = {
    "docx": _docx,
    "docx_together": _docx_together,
    "html": _html,
    "bare": _bare,
    "tabs": _by("\t"),
    "tabs_repeated": _by("\t", repeated=True),
    "pipes": _by(" | "),
    "csv": _csv,
    "spaces": _spaced,
    "letters": _letters,
    "layout": _layout,
    "markdown": _markdown,
    "markdown_shifted": _markdown_shifted,
    "markdown_bare": _markdown_bare,
    "borderless": _borderless,
    "one_line": _one_line,
}
"""How a table is set, by the name of the form."""

_TITLES = {name: "{level} {numeral}、{title}" for name in STYLES if name.startswith("markdown")}

BORDERLESS = frozenset({"borderless", "one_line"})
"""The forms that lose the borders between numbers."""
UNBLANKED = frozenset({"html", "bare", "spaces", "letters", "layout"} | BORDERLESS)
"""The forms that lose blank cells."""

"""Characters → text: the print of a cell, and the lines outside tables."""

import unicodedata
from collections.abc import Sequence
from math import inf
from operator import attrgetter
from statistics import median

from schemas.page import TextLine
from workers.pipeline.read.text_layer_characters import Character, TextLayer

_BESIDE, _LEVEL = 0.4, 0.3
"""Most em of white within words that stand side by side, and by which they may be off level."""
_GAP, _RAISED, _SMALLER = 0.2, 0.15, 0.8
"""Two digits are of one number unless there is a gap or a step of so many em, or so small a one."""
_BEFORE, _AFTER = 0.1, 0.3
"""White in em between a number and the words before it, and after it, from which none is of it."""


def printed(characters: Sequence[Character]) -> str:
    """Join the text of a cell, with a space where two digits are not of one number."""
    if len(characters) == 1:  # most values
        return characters[0].text
    text, before = "", None
    for _, line in _joined_lines(characters):
        for character in line:
            if before is not None and _are_apart(before, character):
                text += " "
            text += character.text
            before = character
    return text


def _are_apart(before: Character, after: Character) -> bool:
    """Say whether a gap, a new line or another size parts two digits: a note's mark, say."""
    if not (_is_of_number(before) and _is_of_number(after)):
        return False
    small, size = sorted((before.size, after.size))
    return (
        after.left - before.right > _GAP * size
        or abs(after.baseline - before.baseline) > _RAISED * size
        or small < _SMALLER * size
    )


def _is_of_number(character: Character) -> bool:
    return character.text in ".,．，" or unicodedata.category(character.text[0])[0] == "N"


def _joined_lines(characters: Sequence[Character]) -> list[tuple[str, list[Character]]]:
    """Gather characters into lines by their overlap in height, lines top down, left to right."""
    lines: list[list[Character]] = []
    level = 0.0
    places = sorted(((c.top + c.bottom) / 2, c.left, at) for at, c in enumerate(characters))
    for middle, _, at in places:
        character = characters[at]
        if lines and abs(level - middle) < 0.5 * (character.bottom - character.top):
            lines[-1].append(character)
        else:
            lines.append([character])
            level = middle
    ordered = [sorted(line, key=attrgetter("left")) for line in lines]
    return [("".join([c.text for c in line]), line) for line in ordered]


def lines(characters: Sequence[Character], layer: TextLayer) -> list[TextLine]:
    """Return the lines of the characters outside tables, with their indents."""
    found = _joined_lines(characters)
    margin = min((line[0].left for _, line in found), default=0.0)
    kept = []
    for text, line in found:
        left, right = line[0].left, max(c.right for c in line)
        top, bottom = min(c.top for c in line), max(c.bottom for c in line)
        height = max(1.0, median(c.right - c.left for c in line))
        kept.append(
            TextLine(
                text=text,
                confidence=1.0,
                box=layer.shares((left, top, right, bottom)),
                indent=round((left - margin) / height, 1),
            )
        )
    return kept


def numbers(characters: Sequence[Character]) -> list[list[Character]]:
    """Return the runs of digits that are whole numbers: no word stands close to one."""
    found = []
    for _, line in _joined_lines(characters):
        runs: list[list[Character]] = []
        for character in line:
            if runs and not _part(runs[-1][-1], character):
                runs[-1].append(character)
            else:
                runs.append([character])
        for at, run in enumerate(runs):
            before = runs[at - 1][-1] if at else None
            after = runs[at + 1][0] if at + 1 < len(runs) else None
            if _is_of_number(run[0]) and _stands_free(run, before, after):
                found.append(run)
    return found


def _part(before: Character, after: Character) -> bool:
    """Say whether two characters side by side are not of one number, nor both of none."""
    if _is_of_number(before) == _is_of_number(after):
        return _are_apart(before, after)
    return True


def _stands_free(
    run: Sequence[Character], before: Character | None, after: Character | None
) -> bool:
    if not any(character.text.isdecimal() for character in run):
        return False
    size = run[0].size
    white = inf if before is None or _is_of_number(before) else run[0].left - before.right
    if white < _BEFORE * size:
        return False
    if after is None or _is_of_number(after):
        return True
    return after.left - run[-1].right >= _AFTER * size


def words(layer: TextLayer) -> list[TextLine]:
    """Return what stands side by side on a page without rulings, in the order of its file.

    Programs write a table cell by cell: without lines nothing else tells what is of one cell.
    """
    runs: list[list[Character]] = []
    for character in layer.characters:
        if runs and _goes_on(runs[-1][-1], character):
            runs[-1].append(character)
        else:
            runs.append([character])
    return [
        TextLine(
            text=printed(run),
            confidence=1.0,
            box=layer.shares(
                (
                    min(c.left for c in run),
                    min(c.top for c in run),
                    max(c.right for c in run),
                    max(c.bottom for c in run),
                )
            ),
        )
        for run in runs
    ]


def _goes_on(before: Character, after: Character) -> bool:
    size = max(before.size, after.size)
    level = abs(before.baseline - after.baseline) <= _LEVEL * size
    return level and -_LEVEL * size <= after.left - before.right <= _BESIDE * size

"""From cells to values: every value of the form decided, with its evidence.

First each cell by itself (blank, not applicable, a number with its alternatives), then all
together over the relations (`joint`). A value that stands without a flag was either read clearly
or confirmed by its relations.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from schemas.evidence import Evidence, Kind
from schemas.evidence import Source as EvidenceSource
from schemas.form import FormCell
from schemas.table import Candidate, Cell
from workers.pipeline.blanks import rows_asked_for, unlikely_blanks
from workers.pipeline.changes import read_change
from workers.pipeline.counts import read_count
from workers.pipeline.decision import Decision as Decision
from workers.pipeline.decision import evidence_of, no_number, unread
from workers.pipeline.joint import LIKELY, Reading, Resolution, resolve
from workers.pipeline.looks import Look, look_of
from workers.pipeline.tables.even import uneven
from workers.pipeline.tables.register import Registration

CLEAR = 0.998
"""Share of probability from which a number counts as read clearly."""
_INFERRED = 0.99
"""Confidence of a number that follows from the sums of the form alone."""
_ROW = 4
"""Numbers from which a row says by those it has whether it was cut out well."""
_MOSTLY_NUMBERS = 0.5
"""Share that must fall on well-formed numbers; else the cell holds none."""

_MOST_DIGITS = 15
"""A longer count is several run together; no workbook or browser would hold it exactly."""
_MOST_OF_AMOUNT = 30
"""Digits of an amount; some are printed as calculating left them: 1234.5600000000001."""

_GUESS = 0.5
"""Most share of a change that only the free reading spells."""

_COUNT = re.compile(r"(0|[1-9]\d*)$")
_FEE = re.compile(r"((0|[1-9]\d*)(\.\d+)?|\.\d+)$")
_GROUPED = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?$")
_NOT_APPLICABLE = frozenset("/／\\—–-－―一无")
_WIDE = {ord(digit) + 0xFEE0: digit for digit in "0123456789.,"}
_DIGIT_LOOKALIKES = str.maketrans("OoО〇○lI，", "00000" + "11" + ",")


def decide(
    registration: Registration, sources: Mapping[int, EvidenceSource]
) -> dict[str, Decision]:
    """Decide every value of the form; `sources` says by page where its cells' text came from."""
    form = registration.form
    cells = registration.values
    endless = {at for at, cell in cells.items() if _is_endless(cell, form.value_cells[at])}
    doubts = _out_of_place(registration) | endless
    looks = {
        pointer: look_of(cell, pointer, registration, doubts) for pointer, cell in cells.items()
    }
    known: dict[Look, Reading] = {}
    readings: dict[str, Reading] = {}
    for pointer, cell in cells.items():
        if _is_count(form.value_cells[pointer]):
            look = looks[pointer]
            reading = known.get(look) if look else None
            readings[pointer] = reading or _reading(cell, pointer, registration, sources, doubts)
            if look:
                known[look] = readings[pointer]
    resolved = resolve(_with_rows_in_doubt(readings), form.relations)
    ways: tuple[EvidenceSource, ...] = ("ocr", "markup", "text_layer")
    elsewhere: EvidenceSource = next((way for way in ways if way in sources.values()), ways[-1])
    denied = registration.contradicted | registration.guessed
    open_places = doubts | registration.uncertain | denied
    gaps = _gaps(registration, resolved) if "ocr" in sources.values() else frozenset[str]()
    alike: dict[tuple[Look, bool, int], Decision] = {}
    decisions: dict[str, Decision] = {}
    for pointer in form.pointers:
        cell = cells[pointer]
        source = elsewhere if cell is None else sources.get(cell.page, elsewhere)
        sure = pointer not in open_places
        if source == "ocr" and pointer in gaps:
            sure = False
        wanted = form.value_cells[pointer]
        if cell is not None and pointer in endless:
            decisions[pointer] = unread(cell, source, "doubtful")
        elif wanted.decimal:
            decisions[pointer] = _amount(cell, wanted.units, sure, source)
        elif wanted.signed:
            decisions[pointer] = _change(cell, sure, source)
        else:
            look, resolution = looks[pointer], resolved[pointer]
            same = look and (look, sure, id(resolution))
            decision = alike.get(same) if same else None
            decisions[pointer] = decision or _count(cell, resolution, sure, source)
            if same:
                alike[same] = decisions[pointer]
    return decisions


def _gaps(registration: Registration, resolved: Mapping[str, Resolution]) -> frozenset[str]:
    """Return the pointers of blank cells of a scan that were more likely printed."""
    cells, form = registration.values, registration.form
    counts = {at: 0 if _is_empty(cells[at]) else found.value for at, found in resolved.items()}
    return unlikely_blanks(cells, form) | rows_asked_for(cells, counts, form)


def _is_endless(cell: Cell | None, wanted: FormCell) -> bool:
    """Say whether a cell holds more digits than any number has that is stated."""
    most = _MOST_OF_AMOUNT if wanted.decimal else _MOST_DIGITS
    return cell is not None and sum(map(str.isdigit, cell.text)) > most


def _is_count(cell: FormCell) -> bool:
    """Say whether a value is a count, which relations may bind."""
    return not (cell.decimal or cell.signed)


def _out_of_place(registration: Registration) -> frozenset[str]:
    """Return the pointers whose cell is not surely one value's."""
    printed = registration.values
    return registration.merged.union(*(uneven(printed, t) for t in registration.form.tables))


def _reading(
    cell: Cell | None,
    pointer: str,
    registration: Registration,
    sources: Mapping[int, EvidenceSource],
    doubts: frozenset[str],
) -> Reading:
    """Read one cell by itself as a count."""
    if cell is None or _is_empty(cell):
        return Reading(options={}, clear=True)
    if cell.inferred:
        figures = _figures(cell)
        return Reading(options={int(figures): 1.0} if figures else {}, clear=bool(figures))
    if pointer in doubts:
        return Reading(options={}, clear=False)
    typeset = sources.get(cell.page, "ocr") != "ocr"
    otherwise = read_count(cell.text) if typeset else None
    if otherwise is not None and otherwise.figures:
        options: Mapping[str, float] = {otherwise.figures: cell.confidence}
        clear = otherwise.sure and cell.confidence >= CLEAR
    else:
        options = _options(cell, _COUNT, typeset=typeset)
        clear = _is_sure_text(cell) if typeset else _is_clear(cell, options)
        clear = clear and otherwise is None
    counts = {int(text): share for text, share in options.items()}
    sure = pointer not in registration.uncertain
    return Reading(
        options=counts,
        clear=sure and clear,
        placed=sure,
        contradicted=pointer in registration.contradicted or pointer in registration.guessed,
        obstructed=cell.obstructed,
    )


def _with_rows_in_doubt(readings: Mapping[str, Reading]) -> dict[str, Reading]:
    """Return the readings, none clear in a row of which most are poor.

    What spoils those, a row cut at the wrong height say, made 1 of a 0 with 0.999.
    """
    rows: dict[str, list[Reading]] = {}
    for pointer, reading in readings.items():
        if reading.options:
            rows.setdefault(_row(pointer), []).append(reading)
    spoilt = {
        row
        for row, own in rows.items()
        if len(own) >= _ROW and 2 * sum(map(_is_poor, own)) > len(own)
    }
    return {
        pointer: replace(reading, clear=False)
        if reading.options and _row(pointer) in spoilt
        else reading
        for pointer, reading in readings.items()
    }


def _row(pointer: str) -> str:
    return pointer.rpartition("/")[0]


def _is_poor(reading: Reading) -> bool:
    return next(iter(reading.options.values())) < LIKELY


def _figures(cell: Cell) -> str:
    """Return the digits of a count in a cell, whatever its unit; none where it is not sure."""
    if _COUNT.match(cell.text):
        return cell.text
    otherwise = read_count(cell.text)
    return otherwise.figures if otherwise is not None and otherwise.sure else ""


def _options(cell: Cell, pattern: re.Pattern[str], *, typeset: bool) -> Mapping[str, float]:
    """Return the readings of a cell that are numbers, best first, with their shares.

    None where the likeliest reading by far is no such number: it is not replaced by one. Pixels
    speak through candidates only: lines of ink one below the other are not one number.
    """
    found = _typed(cell) if typeset else cell.candidates
    fitting: dict[str, float] = {}
    for candidate in found:
        text = candidate.text if typeset else candidate.text.rstrip(".")
        if pattern is _COUNT and not typeset:
            text = text.lstrip(".")  # dirt; the free reading will not agree with it
        if pattern.match(text):
            fitting[text] = fitting.get(text, 0.0) + candidate.probability
    total = sum(fitting.values())
    if total < _MOSTLY_NUMBERS:
        return {}
    ranked = sorted(fitting.items(), key=lambda item: (-item[1], item[0]))
    return dict(ranked)


def _typed(cell: Cell) -> tuple[Candidate, ...]:
    """Take the text of a cell without pixels as it stands; well-formed thousands are grouped."""
    return _candidates(_normal(cell.text), cell.confidence) if _is_one_word(cell) else ()


@lru_cache(maxsize=4096)
def _candidates(text: str, confidence: float) -> tuple[Candidate, ...]:
    if _GROUPED.match(text):
        text = text.replace(",", "")
    return (Candidate(text=text, probability=min(1.0, confidence)),) if text else ()


def _is_one_word(cell: Cell) -> bool:
    """Say whether the characters of a cell stand together, as those of one number do."""
    return len(cell.text.split()) == 1


def _is_sure_text(cell: Cell) -> bool:
    """Say whether typeset characters are one word, and the picture of the page shows them."""
    return _is_one_word(cell) and cell.confidence >= CLEAR


@lru_cache(maxsize=4096)  # most cells print one of few numbers
def _normal(text: str) -> str:
    return "".join(text.split()).translate(_WIDE)


def _is_clear(cell: Cell, options: Mapping[str, float]) -> bool:
    """Say whether pixels alone settle a number: score, glyph count and free reading agree.

    Never where a seal or a pen lies over it, or ink is cut off: what was added or lost reads well.
    """
    if not options:
        return False
    best = next(iter(options))
    free = _normal(cell.text).rstrip(".").translate(_DIGIT_LOOKALIKES)
    glyphs = cell.glyphs
    return (
        not cell.obstructed
        and options[best] >= CLEAR
        and free == best
        and (glyphs is None or glyphs <= len(best))
    )


def _is_empty(cell: Cell | None) -> bool:
    """Say whether nothing, or a stroke for nothing, is printed in a cell."""
    return cell is not None and (not cell.ink or _says_nothing(cell))


def _says_nothing(cell: Cell) -> bool:
    """Say whether a cell holds a stroke or 无 in place of a number."""
    text = _normal(cell.text)
    return bool(text) and set(text) <= _NOT_APPLICABLE


def _count(
    cell: Cell | None, resolution: Resolution, sure: bool, source: EvidenceSource
) -> Decision:
    if cell is not None and cell.inferred:
        return _inferred(cell, resolution.value, sure, source)
    if cell is None or _is_empty(cell):
        return no_number(cell, sure, source)
    value = resolution.value
    if value is None:
        return unread(cell, source, resolution.flag)
    return Decision(
        value=value,
        evidence=evidence_of(
            cell,
            source,
            text=str(value) if source == "ocr" or read_count(cell.text) is None else cell.text,
            zero=value == 0,
            confidence=resolution.confidence,
            flag=resolution.flag,
            read_as=None if resolution.read_as is None else str(resolution.read_as),
            alternatives=tuple(str(option) for option in resolution.alternatives),
        ),
    )


def _amount(
    cell: Cell | None, units: Sequence[str], sure: bool, source: EvidenceSource
) -> Decision:
    """Decide an amount (decimal, as printed): no relation binds it, so it must be clear."""
    if cell is not None and cell.inferred:
        return _inferred(cell, cell.text if _FEE.match(cell.text) else None, sure, source)
    if cell is None or _is_empty(cell):
        return no_number(cell, sure, source)
    typeset = source != "ocr"
    printed = next((u for u in sorted(units, key=len)[::-1] if _normal(cell.text).endswith(u)), "")
    if typeset and printed:
        bare = cell.model_copy(update={"text": _normal(cell.text).removesuffix(printed)})
        options = _options(bare, _FEE, typeset=True) if _is_one_word(cell) else {}
    else:
        options = _options(cell, _FEE, typeset=typeset)
    if not options:
        return unread(cell, source, None if typeset and _is_sure_text(cell) else "doubtful")
    best, share = next(iter(options.items()))
    clear = sure and (_is_sure_text(cell) if typeset else _is_clear(cell, options))
    evidence = evidence_of(
        cell,
        source,
        text=best + printed,
        zero=float(best) == 0,
        confidence=share,
        flag=None if clear else "doubtful",
        read_as=None,
        alternatives=tuple(text for text in options if text != best),
    )
    return Decision(value=best, evidence=evidence)


def _inferred(cell: Cell, value: int | str | None, sure: bool, source: EvidenceSource) -> Decision:
    """Decide a cell whose borders are lost: what the sums say, or null with what it may be."""
    listed = tuple(candidate.text for candidate in cell.candidates)
    blank = value is None and not cell.ink
    known = blank or value is not None
    kind: Kind = "blank" if blank else "zero" if value in (0, "0") else "number"
    evidence = Evidence(
        kind=kind,
        text="" if value is None else str(value),
        source="inferred" if known else source,
        confidence=_INFERRED if known and sure else 0.0 if value is None else 0.5,
        page=cell.page,
        box=cell.box,
        flag="inferred" if known and sure else "doubtful",
        alternatives=() if known else listed,
    )
    return Decision(value=value, evidence=evidence)


def _change(cell: Cell | None, sure: bool, source: EvidenceSource) -> Decision:
    """Decide a change: no relation binds it, and its sign stands or falls with a stroke."""
    if cell is not None and cell.inferred:
        return _inferred(cell, read_change(cell.text), sure, source)
    if cell is None or _is_empty(cell):
        return no_number(cell, sure, source)
    typeset = source != "ocr"
    options = {read_change(cell.text): cell.confidence} if typeset else _read_changes(cell)
    value = next(iter(options))
    if value is None:
        return unread(cell, source, None if typeset and cell.confidence >= CLEAR else "doubtful")
    clear = cell.confidence >= CLEAR if typeset else _is_clear_change(cell, value, options[value])
    evidence = evidence_of(
        cell,
        source,
        text=cell.text if typeset or read_change(cell.text) == value else str(value),
        zero=value == 0,
        confidence=options[value],
        flag=None if sure and clear else "doubtful",
        read_as=None,
        alternatives=tuple(str(other) for other in options if other not in (value, None)),
    )
    return Decision(value=value, evidence=evidence)


def _read_changes(cell: Cell) -> dict[int | None, float]:
    """Return the changes pixels may spell, best first; the text alone counts for little."""
    options: dict[int | None, float] = {}
    for candidate in cell.candidates:
        value = read_change(candidate.text.rstrip("."))
        if value is not None:
            options[value] = options.get(value, 0.0) + candidate.probability
    if sum(options.values()) < _MOSTLY_NUMBERS:
        return {read_change(cell.text): min(_GUESS, cell.confidence)}
    return dict(sorted(options.items(), key=lambda item: -item[1]))


def _is_clear_change(cell: Cell, value: int, share: float) -> bool:
    """Say whether score, glyphs and free reading agree on a change, its sign included."""
    whole = cell.glyphs is None or cell.glyphs <= len(_normal(cell.text))
    return share >= CLEAR and whole and not cell.obstructed and read_change(cell.text) == value

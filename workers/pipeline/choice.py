"""Which form a document is laid on, and why a document is refused that none fits.

The tables decide; the report year only where they do not tell one form from another. Whether tables
and year agree is for the rules to say (`STR-TEMPLATE`).
"""

from collections.abc import Sequence

from schemas import failures
from schemas.failure import Failure
from schemas.form import Form
from schemas.forms import FIRST_YEAR, FORMS, form_for
from schemas.page import Page
from schemas.record import Source
from workers.pipeline.metadata import stated_year
from workers.pipeline.tables.join import classify
from workers.pipeline.tables.labels import plain
from workers.pipeline.tables.register import Registration
from workers.pipeline.tables.template import is_older, told_form


def choose_form(pages: Sequence[Page], source: Source) -> Form:
    """Choose the form by what the tables are, else by the year; without any, the one in force."""
    tables = [table for page in pages for table in page.tables]
    told, newest = told_form(tables), next(iter(FORMS.values()))
    if told is not None or not any(classify(table, newest) for table in tables):
        return told or newest
    year = stated_year(pages, source)
    return (form_for(year) if year is not None else None) or newest


def is_no_report(registration: Registration, pages: Sequence[Page]) -> bool:
    """Say whether no statutory table was found though all pages are there and could be read."""
    nothing_found = len(registration.missing) == len(registration.form.tables)
    return nothing_found and not any(page.failure or page.cut for page in pages)


def is_filled(registration: Registration) -> bool:
    """Say whether most values of the form have their cells: the tables are surely the form's."""
    found = sum(cell is not None for cell in registration.values.values())
    return 2 * found > len(registration.values)


def refusal(pages: Sequence[Page], source: Source) -> Failure:
    """Say why a document without statutory tables is refused: too old a report, or none."""
    year = stated_year(pages, source)
    cells = (cell.text for page in pages for table in page.tables for cell in table.cells)
    lines = (line.text for page in pages for line in page.lines)
    if year is not None and year < FIRST_YEAR:
        return failures.template_unsupported(year)
    if is_older(plain("".join([*cells, *lines]))):
        return failures.template_unsupported(None)
    if any(page.pictures for page in pages):
        return failures.tables_are_pictures()
    return failures.not_a_report()

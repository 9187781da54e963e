"""One module a template; `FORMS` lists them by name, the one in force first."""

from schemas.form import Form
from schemas.forms import template_2019, template_2021
from schemas.record import Template

FORMS: dict[Template, Form] = {"2021": template_2021.FORM, "2019": template_2019.FORM}

FIRST_YEAR = min(form.first_year for form in FORMS.values())
"""The first report year of any form; earlier reports carry tables of no common form."""


def form_for(year: int) -> Form | None:
    """Return the form a report of that year is to follow; None before the first."""
    return next((f for f in FORMS.values() if f.first_year <= year <= (f.last_year or year)), None)

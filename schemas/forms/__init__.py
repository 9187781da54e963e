"""One module a template; `FORMS` lists them by name."""

from schemas.form import Form
from schemas.forms import template_2021
from schemas.record import Template

FORMS: dict[Template, Form] = {"2021": template_2021.FORM}

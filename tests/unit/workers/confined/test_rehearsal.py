"""What a reader's process reads before any document: the blank forms, in every form of text."""

import pytest

from schemas.form import Form
from schemas.forms import FORMS
from workers.confined import rehearsal
from workers.engines.inspect import inspect
from workers.engines.inspection import Inspection, Limits
from workers.pipeline.read.markup import MARKUP_KINDS, read_markup
from workers.pipeline.tables.fit import lay


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_blank_forms_are_read_whole_by_every_reader_of_texts(form: Form) -> None:
    blank = dict(rehearsal._blank(form))
    assert blank.keys() == MARKUP_KINDS
    for kind, content in blank.items():
        tables = read_markup(content, kind).tables
        found = [
            len(lay(own, wanted).values) for own, wanted in zip(tables, form.tables, strict=True)
        ]
        assert found == [len(table.values) for table in form.tables]


def test_a_page_of_text_and_one_of_a_picture_are_rehearsed() -> None:
    found = [inspect(made, "", Limits()) for made in (rehearsal._printed(), rehearsal._pictured())]
    assert [isinstance(one, Inspection) and one.kind for one in found] == ["born_digital", "scan"]

"""What a reader's process reads before any document: the blank forms, in every form of text."""

import pytest

from schemas.form import Form
from schemas.forms import FORMS
from workers.confined import rehearsal
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

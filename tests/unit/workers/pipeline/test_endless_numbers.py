"""Numbers of more digits than anything counted has: nobody stumbles, nothing is believed."""

from dataclasses import replace

import pytest

from tests.corpus import texts
from tests.corpus.reports import make_report
from tests.text_reading import ENGINE, SOURCE, read
from workers.pipeline.read.plain_text import read_plain_text
from workers.steps import Assembly, assemble_document

ENDLESS = {
    "more than a language turns into a number": "1" * 5000,
    "more than a workbook holds": "9" * 16,
    "grouped": "1" + ",123" * 6,
    "wide": "１" * 40,
}
CELLS = {
    "2021": (
        "/requests/new_requests/total",
        "/requests/granted/natural_person",
        "/proactive_disclosure/regulations/issued",
        "/review_and_litigation/litigation_direct/pending",
    ),
    "2019": ("/proactive_disclosure/administrative_licensing/change",),
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize(
    ("template", "pointer"), [(form, cell) for form, cells in CELLS.items() for cell in cells]
)
def test_a_cell_of_too_many_digits_is_doubted_and_nobody_blamed(
    template: str, pointer: str, text: str
) -> None:
    report = make_report(5, "bureau", short=True, template=template)
    plain = read(texts.write(report, "docx", 1))
    odd = replace(report, values={**report.values, pointer: None}, marks={pointer: text})
    found = read(texts.write(odd, "docx", 1))
    evidence = found.record.evidence
    assert evidence[pointer].flag == "doubtful"
    assert evidence[pointer].text == text
    others = {at for at in evidence if evidence[at] != plain.record.evidence[at]}
    assert {at for at in others if evidence[at].flag is None} == set()
    blamed = [one for one in found.validation.findings if one.cause == "source"]
    assert [one.code for one in blamed if pointer in one.paths] == []


@pytest.mark.parametrize("number", ["1" * 5000, "一" * 5000, "1" + ",123" * 300, "亿" * 3000])
def test_a_text_that_states_such_a_number_is_read(number: str) -> None:
    report = make_report(5, "bureau")
    text = texts.write(report, "docx", 1)
    stated = f"{report.year}年新收政府信息公开申请{number}件，同比增长{number}%，共{number}条。"
    page = read_plain_text(text.replace("二、", f"{stated}\n二、", 1))
    done = assemble_document(SOURCE, ENGINE, [page], lambda number: b"")
    assert isinstance(done, Assembly)
    assert done.record.year == report.year


def test_an_amount_as_calculating_left_it_is_kept_to_the_letter() -> None:
    pointer = "/proactive_disclosure/administrative_fees_10k_yuan"
    report = make_report(5, "bureau", short=True)
    odd = replace(
        report, values={**report.values, pointer: None}, marks={pointer: "1234.5600000000001"}
    )
    found = read(texts.write(odd, "docx", 1)).record
    assert (
        found.model_dump()["proactive_disclosure"]["administrative_fees_10k_yuan"]
        == "1234.5600000000001"
    )
    assert found.evidence[pointer].flag is None

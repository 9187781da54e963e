"""One report in all its forms of arrival is one record, evidence apart."""

import json
import unicodedata
from pathlib import Path

import pytest
from pydantic import JsonValue

from gouji.local import Errand, process_one
from schemas.record import Template
from tests.corpus import office, texts, web
from tests.corpus.samples import Sample, make_sample
from tests.corpus.scanning import encode, scan
from workers.engines.inspect import Limits

SEED = 4400
OF_THE_FILE = ("evidence", "source", "engine")
Record = dict[str, JsonValue]


def record_of(name: str, content: bytes, folder: Path) -> tuple[Record, list[str]]:
    """Return the record of a document without what is of its file, and the rules it breaks."""
    path = folder / name
    path.write_bytes(content)
    outcome = process_one(Errand(path=path, out=folder / path.stem), Limits())
    assert outcome.status == "processed", (name, outcome.error)
    record: Record = json.loads((folder / path.stem / "record.json").read_bytes())
    found = json.loads((folder / path.stem / "validation.json").read_bytes())["findings"]
    kept = {key: value for key, value in record.items() if key not in OF_THE_FILE}
    return kept, sorted(finding["code"] for finding in found)


def forms_of(sample: Sample) -> dict[str, bytes]:
    """Return a report as the bytes of a file of each form, by name."""
    flat = {"md": ("markdown", "markdown_shifted"), "txt": ("docx", "pipes", "letters")}
    return {
        "printed.pdf": sample.pdf,
        "word.docx": office.set_docx(sample.report),
        "page.html": web.set_page(sample.report, "clean"),
        **{
            f"{style}.{suffix}": texts.write(sample.report, style, SEED).encode()
            for suffix, styles in flat.items()
            for style in styles
        },
    }


@pytest.mark.parametrize(
    ("template", "fault"), [("2021", None), ("2021", "off_by_one"), ("2019", None)]
)
def test_one_report_is_one_record_in_whatever_form_it_comes(
    template: Template, fault: str | None, tmp_path: Path
) -> None:
    sample = make_sample(SEED, layout="split", size="bureau", template=template, fault=fault)
    came = {name: record_of(name, of, tmp_path) for name, of in forms_of(sample).items()}
    wanted = came["word.docx"]
    assert wanted[0]["issuer"] == sample.report.issuer
    assert (set(wanted[1]) == set()) == (fault is None)
    for name, found in came.items():
        assert found == wanted, name


@pytest.mark.parametrize("fault", [None, "off_by_one"])
def test_a_scan_of_it_is_the_same_record_but_for_the_width_of_punctuation(
    fault: str | None, tmp_path: Path
) -> None:
    sample = make_sample(SEED, layout="split", size="bureau", fault=fault)
    printed, scanned = (
        record_of(name, content, tmp_path)
        for name, content in (
            ("printed.pdf", sample.pdf),
            ("scan.pdf", encode(scan(sample.pdf, "office", SEED))),
        )
    )
    assert scanned[1] == printed[1]
    assert folded(scanned[0]) == folded(printed[0])


def folded(record: Record) -> str:
    """Return all of a record with its punctuation in half width."""
    return unicodedata.normalize("NFKC", json.dumps(record, ensure_ascii=False))

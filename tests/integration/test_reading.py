"""Generated scans through the real models: what is printed comes out, or a flag does."""

import json
from pathlib import Path

import pytest

from gouji.local import Errand, Outcome, process_one
from tests.corpus.reports import OUTDATED
from tests.corpus.samples import Sample, make_sample
from tests.corpus.scanning import encode, scan
from tests.corpus.truth import Comparison, compare, judge, truth_of
from workers.engines.inspect import Limits

SEED = 4100


def processed(sample: Sample, content: bytes, folder: Path, suffix: str = ".pdf") -> Outcome:
    path = folder / f"report{suffix}"
    path.write_bytes(content)
    outcome = process_one(Errand(path=path, out=folder / "out"), Limits())
    assert outcome.status == "processed", outcome.error
    return outcome


def comparison(sample: Sample, folder: Path) -> Comparison:
    record = json.loads((folder / "out" / "record.json").read_text(encoding="utf-8"))
    assert record["issuer"] in (None, sample.report.issuer)
    assert record["year"] in (None, sample.report.year)
    assert record["template"] == sample.report.template
    assert len(record["evidence"]) == len(sample.report.values)
    return compare(truth_of(sample.report), record)


@pytest.mark.parametrize("layout", ["split", "landscape", "double", "split_repeated"])
def test_a_born_digital_report_is_read_without_recognition(layout: str, tmp_path: Path) -> None:
    sample = make_sample(SEED, layout=layout, size="city")
    processed(sample, sample.pdf, tmp_path)
    found = comparison(sample, tmp_path)
    assert (found.right, found.flagged) == (200, 0)


@pytest.mark.parametrize(
    ("profile", "layout"),
    [("office", "split"), ("skew", "landscape"), ("upside", "split_repeated"), ("fax", "split")],
)
def test_a_readable_scan_is_exact(profile: str, layout: str, tmp_path: Path) -> None:
    sample = make_sample(SEED + 1, layout=layout, size="bureau")
    processed(sample, encode(scan(sample.pdf, profile, SEED)), tmp_path)
    found = comparison(sample, tmp_path)
    assert (found.right, found.silent) == (200, 0)


@pytest.mark.parametrize("layout", ["split", "cut_group"])
def test_a_born_digital_report_in_the_form_of_2019_is_exact(layout: str, tmp_path: Path) -> None:
    for seed in range(SEED, SEED + 5):  # each prints its changes in another way
        sample = make_sample(seed, layout=layout, size="county", template="2019")
        outcome = processed(sample, sample.pdf, tmp_path)
        found = comparison(sample, tmp_path)
        assert (found.right, found.flagged, outcome.verdict) == (198, 0, "passed")


@pytest.mark.parametrize(("profile", "layout"), [("office", "split"), ("skew", "landscape")])
def test_a_readable_scan_in_the_form_of_2019_is_exact(
    profile: str, layout: str, tmp_path: Path
) -> None:
    sample = make_sample(SEED + 1, layout=layout, size="bureau", template="2019")
    processed(sample, encode(scan(sample.pdf, profile, SEED)), tmp_path)
    found = comparison(sample, tmp_path)
    assert (found.right, found.silent) == (198, 0)


def test_tables_of_another_years_form_are_read_and_named(tmp_path: Path) -> None:
    sample = make_sample(SEED, layout="split", template="2019", fault=OUTDATED)
    outcome = processed(sample, sample.pdf, tmp_path)
    assert comparison(sample, tmp_path).right == 198
    validation = json.loads((tmp_path / "out" / "validation.json").read_text(encoding="utf-8"))
    assert outcome.verdict == "failed"
    assert [f["code"] for f in validation["findings"]] == ["STR-TEMPLATE"]


@pytest.mark.parametrize("profile", ["low", "photo", "stamp", "broken"])
def test_a_poor_scan_is_never_wrong_in_silence(profile: str, tmp_path: Path) -> None:
    sample = make_sample(SEED + 2, layout="split", size="bureau")
    processed(sample, encode(scan(sample.pdf, profile, SEED)), tmp_path)
    assert comparison(sample, tmp_path).silent == 0


@pytest.mark.parametrize("fault", ["off_by_one", "double_counted"])
def test_a_fault_of_the_report_is_blamed_on_the_report_and_left_as_it_is(
    fault: str, tmp_path: Path
) -> None:
    sample = make_sample(SEED + 3, layout="split", size="bureau", fault=fault)
    outcome = processed(sample, encode(scan(sample.pdf, "side", SEED)), tmp_path)
    found = comparison(sample, tmp_path)
    validation = json.loads((tmp_path / "out" / "validation.json").read_text(encoding="utf-8"))
    judged = judge(truth_of(sample.report), validation)
    assert (found.right, judged.missed, judged.blamed) == (200, (), ())
    assert outcome.verdict == "failed"


def test_a_multi_page_tiff_is_read_like_its_pdf(tmp_path: Path) -> None:
    sample = make_sample(SEED + 4, layout="split", size="office")
    processed(sample, encode(scan(sample.pdf, "fax", SEED), ".tif"), tmp_path, ".tif")
    assert comparison(sample, tmp_path).right == 200

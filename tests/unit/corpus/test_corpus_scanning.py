"""Scans are image only, follow their seed, and keep the paper they came from."""

import io
import zipfile

import numpy as np
import pymupdf
import pytest
from PIL import Image

from tests.corpus.archive import sample_archive
from tests.corpus.degradations import rotate, side, upside
from tests.corpus.marks import broken_rules, stamp
from tests.corpus.samples import make_sample
from tests.corpus.scanning import PROFILES, Scan, degrade, encode, rasterise, scan, write

SMALL_DPI = 50


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return make_sample(2, layout="own_page", size="bureau").pdf


@pytest.fixture(scope="module")
def page(pdf: bytes):
    return rasterise(pdf, SMALL_DPI)[1]


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_a_pure_function_of_page_and_seed(name: str, page) -> None:
    before = page.copy()
    once = degrade(page, PROFILES[name], np.random.default_rng(7))
    again = degrade(page, PROFILES[name], np.random.default_rng(7))
    assert np.array_equal(page, before)
    assert np.array_equal(once, again)
    assert once.dtype == np.uint8
    assert once.shape[2] == 3
    assert once.min() < 200 < once.max()


def test_turning_twice_by_half_a_circle_or_four_times_by_a_quarter_changes_nothing(page) -> None:
    rng = np.random.default_rng(0)
    assert np.array_equal(upside(upside(page, rng, 1), rng, 1), page)
    assert np.array_equal(side(side(page, rng, 0), rng, 1), page)


def test_rotation_grows_the_canvas_and_loses_no_ink(page) -> None:
    turned = rotate(page, 10.0)
    ink, kept = ((255.0 - image).sum() for image in (page, turned))
    assert turned.shape[0] > page.shape[0]
    assert kept == pytest.approx(ink, rel=0.1)


def test_a_seal_is_red_and_only_darkens(page) -> None:
    sealed = stamp(page, np.random.default_rng(1), 1.0)
    changed = (sealed != page).any(axis=2)
    assert changed.mean() > 0.005
    assert (sealed <= page).all()
    assert (sealed[changed][:, 0] >= sealed[changed][:, 1]).mean() > 0.95


def test_broken_rules_only_take_ink_away(pdf: bytes) -> None:
    page = rasterise(pdf, 100)[1]
    broken = broken_rules(page, np.random.default_rng(1), 1.0)
    assert (broken >= page).all()
    assert (broken > page).any()


@pytest.mark.parametrize("name", ["low", "fax"])
def test_a_scanned_pdf_is_images_only_at_its_resolution(name: str, pdf: bytes) -> None:
    scanned = scan(pdf, name, seed=3)
    with pymupdf.open(stream=encode(scanned)) as document:
        assert document.page_count == len(scanned.pages)
        for sheet, picture in zip(document, scanned.pages, strict=True):
            assert sheet.get_text() == ""
            assert len(sheet.get_images()) == 1
            width = picture.shape[1] * 72 / scanned.profile.dpi
            assert sheet.rect.width == pytest.approx(width, abs=1)


def test_the_same_seed_writes_the_same_file(pdf: bytes) -> None:
    assert encode(scan(pdf, "low", 1)) == encode(scan(pdf, "low", 1))
    assert encode(scan(pdf, "low", 1)) != encode(scan(pdf, "low", 2))


def test_pages_are_written_as_one_tiff_or_as_single_pictures(tmp_path, page) -> None:
    scanned = Scan(pages=(page, page), profile=PROFILES["low"])
    (tiff,) = write(scanned, tmp_path / "a.tif")
    pictures = write(scanned, tmp_path / "a.png")
    with Image.open(tiff) as image:
        assert image.n_frames == 2
    assert [each.name for each in pictures] == ["a-1.png", "a-2.png"]
    with Image.open(pictures[0]) as image:
        assert np.array_equal(np.asarray(image), page)


def test_the_archive_holds_scans_and_one_faulty_report(tmp_path) -> None:
    path = tmp_path / "demo.zip"
    reports = sample_archive(path, seed=4, count=2)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == list(reports)
        for name in archive.namelist():
            with pymupdf.open(stream=io.BytesIO(archive.read(name))) as document:
                assert 3 <= document.page_count <= 4
                assert not any(page.get_text() for page in document)
    assert [bool(report.planted) for report in reports.values()] == [False, True]

"""Scans are image only, follow their seed, and keep the paper they came from."""

import io
import zipfile

import numpy as np
import pymupdf
import pytest
from PIL import Image

from tests.corpus import form
from tests.corpus.archive import sample_archive
from tests.corpus.degradations import rotate, side, upside
from tests.corpus.marks import broken_rules, lost_rules, seals, stamp
from tests.corpus.samples import make_sample
from tests.corpus.scanning import PROFILES, Profile, Scan, degrade, encode, rasterise, scan, write
from tests.corpus.setting import cell_boxes

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
    assert once.min() < once.max() - 60


def test_a_profile_marks_the_paper_before_anything_moves_it() -> None:
    for profile in PROFILES.values():
        hiding = [at for at, (step, _) in enumerate(profile.steps) if step in profile.hides]
        assert all(
            step.__module__.endswith("marks") for step, _ in profile.steps[: max(hiding, default=0)]
        )


def test_what_offices_hand_in_is_scanned_at_150_dpi_or_more() -> None:
    usual = {name for name, profile in PROFILES.items() if profile.usual}
    assert {"office", "skew", "fax", "photo"} <= usual
    assert all(PROFILES[name].dpi >= 150 for name in usual)


def test_a_stroke_covers_the_cells_it_lies_on_and_no_others(monkeypatch) -> None:
    sample = make_sample(2, layout="own_page", size="bureau")
    boxes = cell_boxes(sample.report, sample.layout)
    pointer = form.request("granted", "total")
    number, (left, top, right, bottom) = boxes[pointer]

    def strike(image, rng, strength):
        scale = 100 / 72
        out = image.copy()
        middle = round((top + bottom) / 2 * scale)
        out[middle - 1 : middle + 1, round(left * scale) : round(right * scale) + 1] = 30
        return out

    monkeypatch.setitem(PROFILES, "struck", Profile(dpi=100, steps=((strike, 1),), hides=(strike,)))
    covered = scan(sample.pdf, "struck", 1, boxes).covered
    beneath = {
        p
        for p, (on, box) in boxes.items()
        if on != number and abs(box[1] - top) < 3 and abs(box[0] - left) < 9
    }
    assert set(covered) - beneath == {pointer}
    assert scan(sample.pdf, "struck", 1).covered == ()


def test_lost_rules_only_take_ink_away_and_leave_the_numbers(pdf: bytes) -> None:
    page = rasterise(pdf, 100)[1]
    lost = lost_rules(page, np.random.default_rng(1), 1.0)
    assert (lost >= page).all()
    assert 0.7 < (255.0 - lost).sum() / (255.0 - page).sum() < 1


def test_three_seals_cover_more_than_one(page) -> None:
    one, three = (mark(page, np.random.default_rng(1), 1.0) for mark in (stamp, seals))
    assert (three != page).sum() > 1.5 * (one != page).sum()


@pytest.mark.parametrize("name", ["fax", "bilevel", "bilevel_fine"])
def test_bilevel_profiles_are_stored_in_black_and_white(name: str, pdf: bytes) -> None:
    with pymupdf.open(stream=encode(scan(pdf, name, 1))) as document:
        assert all(
            document.extract_image(sheet.get_images()[0][0])["bpc"] == 1 for sheet in document
        )


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

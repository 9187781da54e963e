import base64
import io

from PIL import Image

from schemas.table import Tables
from schemas.validation import Finding
from tests.fakes import page_picture
from tests.strategies import build_report
from workers.pipeline.export.pictures import Picture, pictures

REPORT = build_report()
TABLES = Tables(tables=REPORT.registration.tables)


def _finding(path: str, *more: str, page: int | None = 2) -> Finding:
    return Finding(
        code="REQ-ROW",
        severity="error",
        cause="source",
        message="甲",
        message_en="a",
        paths=(path, *more),
        page=page,
        box=REPORT.record.evidence[path].box,
    )


def _cut(*findings: Finding) -> dict[int, Picture]:
    return pictures(findings, REPORT.record, TABLES, lambda _: page_picture())


def _pixels(picture: Picture) -> Image.Image:
    head, coded = picture.uri.split(",")
    assert head == "data:image/webp;base64"
    return Image.open(io.BytesIO(base64.b64decode(coded))).convert("RGB")


def test_a_row_is_shown_with_its_labels_and_the_place_framed_in_red() -> None:
    row = [p for p in REPORT.record.evidence if p.startswith("/requests/granted/")]
    picture = _cut(_finding(*row))[1]
    pixels = _pixels(picture)
    assert pixels.size == (picture.width, picture.height)
    assert picture.width > 0.8 * 620  # from the table's left edge to its right
    assert picture.height < 0.1 * 877
    reds = sum(r > 150 and g < 90 and b < 90 for r, g, b in pixels.get_flattened_data())
    assert reds > 40


def test_a_column_is_cut_around_the_place_to_look_at_first() -> None:
    column = [
        p for p in REPORT.record.evidence if p.startswith("/requests/") and p.endswith("/total")
    ]
    assert _cut(_finding(*column))[1].height < 0.2 * 877


def test_findings_without_a_place_have_no_picture_and_ask_for_no_page() -> None:
    def no_page(number: int) -> bytes:
        raise AssertionError(number)

    finding = _finding("/requests/granted/total", page=None)
    assert pictures([finding], REPORT.record, TABLES, no_page) == {}


def test_a_page_is_fetched_once_and_pictures_are_numbered_by_finding() -> None:
    asked: list[int] = []

    def image(number: int) -> bytes:
        asked.append(number)
        return page_picture()

    first, second = "/requests/granted/total", "/review_and_litigation/litigation_direct/total"
    findings = [_finding(first), _finding(second, page=3), _finding(first)]
    assert list(pictures(findings, REPORT.record, TABLES, image)) == [1, 2, 3]
    assert asked == [2, 3]


def test_a_box_over_the_edge_of_the_page_is_cut_at_the_edge() -> None:
    finding = _finding("/requests/granted/total").model_copy(
        update={"box": (0.95, 0.98, 1.0, 1.0), "paths": ()}
    )
    assert _cut(finding)[1].width <= 620


def _noisy(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 80).convert("RGB")


def test_print_in_few_shades_is_cut_without_loss() -> None:
    page = Image.open(io.BytesIO(page_picture())).convert("RGB")
    page.paste(_noisy(620, 877).convert("L").point(lambda grey: grey // 17 * 17).convert("RGB"))
    coded = io.BytesIO()
    page.save(coded, "WEBP", lossless=True)
    finding = _finding("/requests/granted/natural_person")
    found = pictures([finding], REPORT.record, TABLES, lambda _: coded.getvalue())
    red, green, _ = _pixels(found[1]).split()
    both = zip(red.tobytes(), green.tobytes(), strict=True)
    shades = {one for one, other in both if one == other}
    assert len(shades) > 8
    assert {grey % 17 for grey in shades} == {0}


def test_a_scan_is_cut_with_loss() -> None:
    coded = io.BytesIO()
    _noisy(620, 877).save(coded, "WEBP", quality=90)
    finding = _finding("/requests/granted/natural_person")
    found = pictures([finding], REPORT.record, TABLES, lambda _: coded.getvalue())
    assert b"VP8 " in base64.b64decode(found[1].uri.split(",")[1])[:32]

import pytest

from schemas.page import Page, TextLine
from workers.pipeline.paragraphs import text_lines
from workers.pipeline.title import find_title, is_organ, parse_title


@pytest.mark.parametrize(
    ("printed", "issuer", "year"),
    [
        ("云溪县林业局2024年政府信息公开工作年度报告", "云溪县林业局", 2024),
        ("云溪县林业局 2024 年度政府信息公开年度报告", "云溪县林业局", 2024),
        ("云溪县林业局（绿化办）2023年政府信息公开工作年报", "云溪县林业局(绿化办)", 2023),
        ("云溪县林业局关于2022年政府信息公开工作报告", "云溪县林业局", 2022),
        ("云溪县人民政府二〇二一年政府信息公开工作年度报告", "云溪县人民政府", 2021),
        ("云溪县林业局政府信息公开工作年度报告（2024年）", "云溪县林业局", 2024),
        ("云溪县林业局政府信息公开2024年度报告", "云溪县林业局", 2024),
        ("2024年政府信息公开工作年度报告", None, 2024),
        ("云溪县林业局2O24年政府信息公幵工作年度报告", "云溪县林业局", 2024),  # O, 幵 misread
    ],
)
def test_a_title_names_issuer_and_year(printed: str, issuer: str | None, year: int) -> None:
    title = parse_title(printed)
    assert title is not None
    assert (title.issuer, title.year) == (issuer, year)


@pytest.mark.parametrize(
    "printed",
    [
        "政府信息公开工作年度报告",
        "2024年政府信息公开申请情况",
        "2024年度财政决算公开",
        "云溪县林业局，2024年政府信息公开工作年度报告",
        "2024年3月公布的政府信息公开工作年度报告",
        "",
    ],
)
def test_other_lines_are_no_title(printed: str) -> None:
    assert parse_title(printed) is None


def _find(*texts: str) -> tuple[str, str | None] | None:
    lines = tuple(TextLine(text=text, confidence=0.99, box=None) for text in texts)
    page = Page(number=1, width=1, height=1, source="markup", lines=lines)
    title = find_title(text_lines([page]))
    return (title.text, title.issuer) if title else None


def test_a_title_may_run_over_lines_broken_anywhere() -> None:
    whole = ("云溪县林业局2024年政府信息公开工作年度报告", "云溪县林业局")
    assert _find("云溪县林业局", "2024年政府信息公开工作年度报告", "一、总体情况") == whole
    assert _find("云溪县林业局2024年政府信", "息公开工作年度报告") == whole
    assert _find("云溪县", "林业局", "2024年政府信息公开", "工作年度报告") == whole
    assert _find("首页 > 政务公开", "云溪县林业局 2024 年政府信息公开工作年度报告") == whole


def test_a_title_without_issuer_takes_none_from_a_sentence() -> None:
    assert _find("现公布如下。", "2024年政府信息公开工作年度报告") == (
        "2024年政府信息公开工作年度报告",
        None,
    )


def test_no_title_is_found_where_none_is_printed() -> None:
    assert _find("一、总体情况", "2024年，本局按要求公开信息。") is None
    assert find_title([]) is None


def test_organs_are_known_by_their_last_word() -> None:
    assert is_organ("云溪县发展和改革委员会")
    assert is_organ("青石镇人民政府")
    assert is_organ("云溪县林业局（绿化委员会办公室）")
    assert not is_organ("总体情况")
    assert not is_organ("2024年林业局")


def test_brackets_of_a_name_are_full_width_however_they_were_read() -> None:
    assert _find("云溪县林业局(绿化办)2024年政府信息公开工作年度报告") == (
        "云溪县林业局（绿化办）2024年政府信息公开工作年度报告",
        "云溪县林业局（绿化办）",
    )

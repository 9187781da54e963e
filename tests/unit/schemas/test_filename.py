"""Whatever a stranger calls a file: it is shown as one name and makes one folder, inside."""

from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.headers import disposition
from schemas.filename import folder_name, plain_name, plain_path


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("报告.pdf", "报告.pdf"),
        ("C:\\扫描\\报告.pdf", "报告.pdf"),
        ("/etc/passwd", "passwd"),
        ("../../x.pdf", "x.pdf"),
        ("a\x00b\nc.pdf", "abc.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\u200b\ufeffb.pdf", "ab.pdf"),
        ('x"; filename="y.pdf', 'x"; filename="y.pdf'),
        ("", "document"),
        ("/", "document"),
        ("..", "document"),
        ("a/..", "document"),
        (". .", "document"),
        ("\x00\r\n", "document"),
    ],
)
def test_a_file_name_is_its_last_part_without_tricks(given_name: str, expected: str) -> None:
    assert plain_name(given_name) == expected


def test_a_long_name_keeps_its_end() -> None:
    assert plain_name("长" * 400 + ".pdf").endswith(".pdf")
    assert len(plain_name("长" * 400 + ".pdf")) == 255


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("报告.pdf", "报告"),
        ("2024.年报.pdf", "2024.年报"),
        ("...pdf", "document"),
        ("..", "document"),
        ("../../x.pdf", "x"),
        ("C:\\x.pdf", "x"),
        ("c:x.pdf", "c_x"),
        ("a:b?.pdf", "a_b_"),
        ("CON.pdf", "_CON"),
        ("nul.tar.gz", "_nul.tar"),
        ("Com1 .pdf", "_Com1"),
        ("console.pdf", "console"),
        ("x. .pdf", "x"),
        ("长" * 300 + ".pdf", "长" * 66),
    ],
)
def test_a_folder_is_named_by_the_stem(given_name: str, expected: str) -> None:
    assert folder_name(given_name) == expected


@given(st.text())
def test_no_name_leads_out_of_a_folder(name: str) -> None:
    out = Path("/out")
    made = out / folder_name(name)
    assert made.parent == out
    assert made.name not in ("", ".", "..")
    assert len(made.name.encode()) <= 201
    assert PureWindowsPath("C:/out", made.name).parent == PureWindowsPath("C:/out")
    assert not PureWindowsPath(made.name).is_reserved()


@given(st.text())
def test_no_name_says_more_in_a_header_than_its_name(name: str) -> None:
    said = disposition("attachment", plain_name(name))
    assert said.isascii()
    assert said.isprintable()
    assert said.startswith('attachment; filename="document')
    assert said.count('"') == 2
    assert said.count(";") == 2


@pytest.mark.parametrize(
    ("given_path", "expected"),
    [
        ("2024.pdf", "2024.pdf"),
        ("鄞州区/2024.pdf", "鄞州区/2024.pdf"),
        ("市\\县\\2024.pdf", "市/县/2024.pdf"),
        ("/etc/../a/./b.pdf", "etc/a/b.pdf"),
        ("../../b.pdf", "b.pdf"),
        ("a//b.pdf", "a/b.pdf"),
        ("a\x00b/\u202ec.pdf", "ab/c.pdf"),
        ("", "document"),
        ("长" * 400 + "/b.pdf", "长" * 255 + "/b.pdf"),
    ],
)
def test_of_a_path_the_folders_stay_and_what_climbs_goes(given_path: str, expected: str) -> None:
    assert plain_path(given_path) == expected


def test_a_path_is_no_longer_than_can_be_shown() -> None:
    assert len(plain_path("a" * 250 + "/" + "/".join(["b" * 250] * 9))) <= 1000

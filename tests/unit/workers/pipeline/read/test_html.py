"""What a browser shows of a page is what is read of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.page import Page
from workers.pipeline.read.html import read_html


def read(body: str) -> Page:
    return read_html(f"<!DOCTYPE html><meta charset=utf-8><body>{body}".encode())


def lines(body: str) -> list[str]:
    return [line.text for line in read(body).lines]


def rows(body: str) -> list[list[tuple[str, int, int]]]:
    """Return text, row span and column span of the cells of the first table, by row."""
    table = read(body).tables[0]
    listed: list[list[tuple[str, int, int]]] = [[] for _ in range(table.rows)]
    for cell in table.cells:
        listed[cell.row].append((cell.text, cell.row_span, cell.column_span))
    return listed


def places(body: str) -> dict[str, tuple[int, int]]:
    return {cell.text: (cell.row, cell.column) for cell in read(body).tables[0].cells}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>甲<p>乙", ["甲", "乙"]),
        ("甲<br>乙<BR/>丙", ["甲", "乙", "丙"]),
        ("<div>甲<span>乙</span>\n  丙</div>", ["甲乙丙"]),
        ("<p>2024\n 件</p>", ["2024件"]),
        ("<p>a\nb  c</p>", ["a b c"]),
        ("<p>　　甲&nbsp;&nbsp;</p><p>&nbsp;</p>", ["甲"]),
        ("<p>甲<b style='DISPLAY : NONE'>乙</b><i hidden>丙</i></p>", ["甲"]),
        ("<p>甲<span style='mso-hide:all'>乙</span></p>", ["甲"]),
        ("<script>甲</script><style>乙</style><noscript>丙</noscript><!-- 丁 -->戊", ["戊"]),
        ("<p>甲\u200b乙\ufeff</p>", ["甲乙"]),
        ("<pre>甲\n乙</pre>", ["甲", "乙"]),
        ("<ol><li>甲<li value=5>乙<li>丙</ol>", ["1.甲", "5.乙", "6.丙"]),
        ("<ol style='list-style-type:cjk-ideographic'><li>总体情况</ol>", ["一、总体情况"]),
        ("<ul><li>甲</ul>", ["甲"]),
        ("<p>注<input value=三><input type=hidden value=四></p>", ["注三"]),
        ("<table><tr><td><p>甲</p><p>乙</p></td></tr></table>", ["甲", "乙"]),
        ("<p>甲<![if !supportLists]>乙<![endif]></p>", ["甲乙"]),
    ],
)
def test_lines_are_those_a_reader_sees(body: str, expected: list[str]) -> None:
    assert lines(body) == expected


SPANS = [
    ("<tr><td rowspan=2>a<td>b<tr><td>c", {"a": (0, 0), "b": (0, 1), "c": (1, 1)}),
    ("<tr><td colspan=2>a<td>b<tr><td>c<td>d<td>e", {"b": (0, 2), "e": (1, 2), "d": (1, 1)}),
    ("<tr><td rowspan=0>a<td>b<tr><td>c<tr><td>d", {"c": (1, 1), "d": (2, 1)}),
    ("<tr><td rowspan=9999>a<td>b<tr><td>c", {"a": (0, 0), "c": (1, 1)}),
    ("<tr><td colspan=1000>a<tr><td>b<td>c", {"a": (0, 0), "b": (1, 0), "c": (1, 1)}),
    ("<tr><td colspan=0>a<td>b<tr><td>c<td>d", {"b": (0, 1), "d": (1, 1)}),
    ("<tr><td colspan='x'>a<td>b<tr><td>c<td>d", {"b": (0, 1), "d": (1, 1)}),
    ("<tr><td>a<td rowspan=2>b<tr><td colspan=2>c<td>d", {"c": (1, 0), "d": (1, 2)}),
    ("<thead><tr><td rowspan=5>a<td>b</thead><tr><td>c<td>d", {"c": (1, 0), "d": (1, 1)}),
    ("<tfoot><tr><td>z<td>y</tfoot><tr><td>c<td>d", {"c": (0, 0), "z": (1, 0)}),
    ("<tr><td>a<td hidden>x<td>b<tr hidden><td>n<tr><td>c<td>d", {"b": (0, 1), "d": (1, 1)}),
    ("<tr><td>a<td>b<tr height=0><td width=5><td width=5><tr><td>c<td>d", {"c": (1, 0)}),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "expected"), SPANS)
def test_cells_stand_where_a_browser_puts_them(
    cells: str, expected: dict[str, tuple[int, int]]
) -> None:
    found = places(f"<table>{cells}</table>")
    assert {text: found[text] for text in expected} == expected


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), min_size=1, max_size=6),
        min_size=2,
        max_size=6,
    )
)
def test_no_two_cells_stand_in_one_place(spans: list[list[tuple[int, int]]]) -> None:
    body = "".join(
        "<tr>" + "".join(f"<td rowspan={down} colspan={across}>x" for down, across in row)
        for row in spans
    )
    for table in read(f"<table>{body}</table>").tables:
        taken = [
            (row, column)
            for cell in table.cells
            for row in range(cell.row, cell.row + cell.row_span)
            for column in range(cell.column, cell.column + cell.column_span)
        ]
        assert len(taken) == len(set(taken))
        assert len(table.cells) == sum(map(len, spans))


@pytest.mark.parametrize(
    ("inner", "text", "ink", "certain"),
    [
        ("12", "12", True, True),
        ("&nbsp;", "", False, True),
        ("", "", False, True),
        ("<p>&nbsp;</p>\n", "", False, True),
        ("<span>1</span><span>2</span>", "12", True, True),
        ("<span>1</span> <span>2</span>", "1 2", True, True),
        ("1<br>2", "1\n2", True, True),
        ("<p>1</p><p>2</p>", "1\n2", True, True),
        ("12<sup>3</sup>", "12 3", True, True),
        ('12<span style="vertical-align:super">3</span>', "12 3", True, True),
        ('12<a href="#note">3</a>', "12 3", True, True),
        ('12<font size="1">3</font>', "12 3", True, True),
        ('12<span style="font-size:60%">3</span>', "12 3", True, True),
        ('<font size="3">1</font><font size="3">2</font>', "12", True, True),
        ("０", "０", True, True),
        ("<table><tr><td>7</td></tr></table>", "7", True, True),
        ("<img src=7.gif width=9>", "", True, False),
        ("1<img src=7.gif width=9>", "1", True, False),
        ("5<img src=space.gif width=1>", "5", True, True),
        ("<del>5</del>3", "5 3", True, False),
        ('3<span style="opacity:0">5</span>', "3", True, True),
        ('3<span style="font-size: 0">5</span>', "3", True, True),
        ('<span style="font-size:0"><b style="font-size:9pt">5</b></span>', "5", True, True),
        ('3<span style="color:#FFF">5</span>', "3 5", True, False),
        ('3<font color="white">5</font>', "3 5", True, False),
        ('<b style="color:white;background:#036">5</b>', "5", True, True),
        ('<b style="color:red;background-color:red">5</b>', "5", True, False),
        ('3<i style="position:absolute;left:-9999px">5</i>', "3 5", True, False),
        ('3<i style="width:0;overflow:hidden">5</i>', "3 5", True, False),
        ('3<i class="sr-only note">5</i>', "3 5", True, False),
        ('<p style="color:rgba(0,0,0,0)">5</p>', "5", True, False),
        ("\u202e53\u202c", "53", True, False),
        ('<bdo dir="rtl">53</bdo>', "53", True, False),
        ("<select><option>1<option selected>2</select>", "", True, False),
        ("<textarea>5</textarea>", "", True, False),
        ("<object data=5.svg></object>", "", True, False),
        ('<input value="5">', "5", True, True),
        ("<font style='text-decoration: line-through'>5</font>", "5", True, False),
        ("4\ufffd", "4\ufffd", True, False),
    ],
)
def test_a_cell_says_what_is_seen_in_it(inner: str, text: str, ink: bool, certain: bool) -> None:
    page = read(f"<table><tr><td>a<td>b<tr><td>c<td>{inner}</td></table>")
    cell = page.tables[0].cells[-1]
    assert (cell.text, cell.ink, cell.confidence == 1.0) == (text, ink, certain)


@pytest.mark.parametrize("style", ["visibility:hidden", "opacity: 0", "font-size:0"])
def test_a_cell_that_shows_nothing_keeps_its_place(style: str) -> None:
    page = read(f"<table><tr><td>a<td>b<td>c<tr><td>d<td style='{style}'>5<td>6</table>")
    places = {(cell.row, cell.column): (cell.text, cell.ink) for cell in page.tables[0].cells}
    assert (places[1, 1], places[1, 2]) == (("", True), ("6", True))


def test_white_text_on_a_coloured_row_is_seen() -> None:
    row = '<tr style="background:#024"><td style="color:#fff">5<td><font color=white>6</font>'
    page = read(f"<table><tr><td>a<td>b{row}</table>")
    assert [cell.confidence for cell in page.tables[0].cells] == [1.0] * 4


def test_tables_that_lay_out_a_page_are_dissolved() -> None:
    inner = "<table><tr><td>a<td>b<tr><td>c<td>d</table>"
    page = read(f"<table><tr><td>左<td>前{inner}后</table>")
    assert [line.text for line in page.lines] == ["左", "前", "后"]
    assert [len(table.cells) for table in page.tables] == [4]


def test_a_table_cut_in_two_is_one_table_again() -> None:
    first = "<table><tr><td>组<td>甲<td>1<tr><td rowspan=1><td>乙<td>2</table>"
    page = read(f"{first}<p>&nbsp;</p><table><tr><td>丙<td>3</table>")
    assert len(page.tables) == 1
    assert [(c.row, c.column, c.text) for c in page.tables[0].cells if c.row == 2] == [
        (2, 0, "丙"),
        (2, 2, "3"),
    ]


def test_tables_with_text_between_them_stay_two() -> None:
    table = "<table><tr><td>a<td>b<tr><td>c<td>d</table>"
    assert len(read(f"{table}<p>四、</p>{table}").tables) == 2


def test_elements_nested_without_end_are_refused() -> None:
    from workers.pipeline.read.html_flow import TooDeepError

    with pytest.raises(TooDeepError):
        read("<div>" * 5000 + "甲")


def test_large_pictures_are_counted() -> None:
    body = "<p>甲<img src=a.png></p><img src=b.png width=40><img src=c.png style='width:600px'>"
    assert read(body).pictures == 2


MHTML = """MIME-Version: 1.0
Content-Type: multipart/related; boundary="--b"

----b
Content-Type: text/html; charset="gb2312"
Content-Transfer-Encoding: quoted-printable

{body}
----b
Content-Type: image/png
Content-Transfer-Encoding: base64

AAAA
----b--
"""


def test_a_page_saved_with_its_pictures_is_read() -> None:
    import quopri

    html = quopri.encodestring("<html><body><p>总体情况</p></body>".encode("gbk")).decode()
    page = read_html(MHTML.format(body=html).encode())
    assert [line.text for line in page.lines] == ["总体情况"]

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.pipeline.read.encoding import (
    REPLACEMENT,
    EncodingUnknownError,
    declared_encoding,
    decode,
)

TEXT = "二、主动公开政府信息情况：本年制发件数 12，收费 3.5 万元。" * 5


@pytest.mark.parametrize(
    ("content", "declared", "encoding"),
    [
        (TEXT.encode(), None, "utf-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), None, "utf-8"),
        (TEXT.encode("gb18030"), None, "gb18030"),
        (TEXT.encode("gbk"), "gb2312", "gb18030"),
        ((TEXT + "㐂䶮").encode("gb18030"), "GB2312", "gb18030"),
        (TEXT.encode("utf-16"), None, "utf-16-le"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "gbk", "utf-16-be"),
        ("<p>".encode("utf-16-le") + TEXT.encode("utf-16-le"), None, "utf-16-le"),
        ("本年制作數量一".encode("big5") * 9, "Big5", "big5hkscs"),
        (TEXT.encode("gbk"), "utf-8", "gb18030"),
        (TEXT.encode(), "gb2312", "utf-8"),
        (TEXT.encode("gbk"), "no-such-thing", "gb18030"),
        (b"plain", None, "utf-8"),
    ],
)
def test_bytes_are_decoded_by_what_they_are(
    content: bytes, declared: str | None, encoding: str
) -> None:
    decoded = decode(content, declared)
    assert (decoded.encoding, decoded.broken) == (encoding, 0)
    assert REPLACEMENT not in decoded.text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@given(
    text=st.text(st.sampled_from("本年新收政府信息公开申请数量件，。012345<td>\n "), min_size=40)
)
def test_what_was_encoded_comes_back(encoding: str, text: str) -> None:
    text = TEXT + text
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_single_broken_byte_is_marked_and_the_numbers_stay(encoding: str) -> None:
    content = (TEXT * 8).encode(encoding)
    cut = content[:-1].rfind("元".encode(encoding))
    decoded = decode(content[: cut + 1] + content[cut + len("元".encode(encoding)) :], encoding)
    assert decoded.encoding == encoding
    assert 1 <= decoded.broken <= 3
    assert decoded.text.count("12") == 40


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(EncodingUnknownError):
        decode(bytes(range(128, 256)) * 50 + b"\xff\xff\xff")


@pytest.mark.parametrize(
    ("opening", "declared"),
    [
        (b'<html><head><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=GB2312">',
         "GB2312"),
        (b"<!-- x -->\n<meta charset=utf-8>", "utf-8"),
        (b'<?xml version="1.0" encoding="GBK"?><html>', "GBK"),
        (b"<p>charset=big5</p>", None),
    ],
)  # fmt: skip
def test_the_declaration_is_found(opening: bytes, declared: str | None) -> None:
    assert declared_encoding(opening) == declared

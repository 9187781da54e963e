"""Whether an organ may be one of a government's."""

import pytest

from api.belonging import may_belong


@pytest.mark.parametrize(
    ("organ", "government", "belongs"),
    [
        ("鄞州区教育局", "鄞州区人民政府", True),
        ("宁波市鄞州区教育局", "鄞州区人民政府", True),
        ("鄞州区教育局", "宁波市鄞州区人民政府", True),
        ("浙江省宁波市鄞州区教育局", "宁波市鄞州区人民政府", True),
        ("市场监督管理局", "宁波市人民政府", True),
        ("县教育局", "云溪县人民政府", True),
        ("双河乡人民政府", "云溪县人民政府", True),
        ("云溪县双河镇人民政府", "云溪县人民政府", True),
        ("生态环境局高新区分局", "云溪县人民政府", True),
        ("广州市天河区人民政府", "广州市人民政府", True),
        ("大理白族自治州教育局", "大理白族自治州人民政府", True),
        ("松岭市教育局", "云溪县人民政府", False),
        ("宁波市教育局", "宁波市鄞州区人民政府", False),
        ("长春市朝阳区教育局", "北京市朝阳区人民政府", False),
        ("松岭市教育局", "年报.pdf", False),
        ("市教育局", "年报.pdf", True),
    ],
)
def test_a_name_of_another_place_speaks_against_it(
    organ: str, government: str, belongs: bool
) -> None:
    assert may_belong(organ, government, (None, None)) is belongs
    assert may_belong(organ, government, ("330212", None)) is belongs


@pytest.mark.parametrize(
    ("code", "above", "belongs"),
    [
        ("330212", "330200", True),
        ("330281", "330200", True),
        ("330200", "330000", True),
        ("330212", "330212", True),
        ("330203", "330212", False),
        ("350724", "330200", False),
    ],
)
def test_known_divisions_decide(code: str, above: str, belongs: bool) -> None:
    assert may_belong("余姚市教育局", "宁波市人民政府", (code, above)) is belongs

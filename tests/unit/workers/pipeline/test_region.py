"""Regions are settled by names that are one division's, with what it lies in, or not at all."""

import pytest

from workers.pipeline.divisions import FIRST_YEAR, LAST_YEAR, Division, divisions
from workers.pipeline.region import region_of

YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


def code_of(issuer: str | None, year: int | None = 2023, text: str = "") -> str | None:
    region = region_of(issuer, year, lambda: text)
    return region.code if region is not None else None


def every(year: int) -> dict[str, list[Division]]:
    """Return the divisions of a year by their full names."""
    names: dict[str, list[Division]] = {}
    for name, found in divisions(year).by_name.items():
        names[name] = [division for division in found if division.name == name]
    return {name: found for name, found in names.items() if found}


@pytest.mark.parametrize(
    ("issuer", "code", "name"),
    [
        ("保定市莲池区统计局", "130606", "河北省保定市莲池区"),
        ("宁波市鄞州区科学技术局（科协）", "330212", "浙江省宁波市鄞州区"),
        ("鄞州区姜山镇人民政府", "330212", "浙江省宁波市鄞州区"),
        ("偃师区水利局", "410307", "河南省洛阳市偃师区"),
        ("青州市人民政府", "370781", "山东省潍坊市青州市"),
        ("浙江省科学技术厅", "330000", "浙江省"),
        ("宁波市人民政府办公厅", "330200", "浙江省宁波市"),
        ("国家税务总局宁波市鄞州区税务局", "330212", "浙江省宁波市鄞州区"),
        ("中共宁波市委党校", "330200", "浙江省宁波市"),
        ("北京市朝阳区教育委员会", "110105", "北京市朝阳区"),
        ("吉林省长春市朝阳区教育局", "220104", "吉林省长春市朝阳区"),
        ("广州南沙区教育局", "440115", "广东省广州市南沙区"),
        ("江苏省南京市鼓楼区教育局", "320106", "江苏省南京市鼓楼区"),
        ("吉林市龙潭区教育局", "220203", "吉林省吉林市龙潭区"),
        ("河南省济源市财政局", "419001", "河南省济源市"),
        ("神农架林区人民政府", "429021", "湖北省神农架林区"),
        ("东莞市长安镇人民政府", "441900", "广东省东莞市"),
        ("中山市西区街道办事处", "442000", "广东省中山市"),
        ("延边州财政局", "222400", "吉林省延边朝鲜族自治州"),
        ("景宁县财政局", "331127", "浙江省丽水市景宁畲族自治县"),
        ("阿里地区行政公署", "542500", "西藏自治区阿里地区"),
        ("宁波市大榭开发区管委会", "330200", "浙江省宁波市"),
        ("天津市滨海新区人民政府", "120116", "天津市滨海新区"),
        ("宁波市市场监督管理局", "330200", "浙江省宁波市"),
        ("鄞州区乡村振兴局", "330212", "浙江省宁波市鄞州区"),
    ],
)
def test_a_name_that_is_one_divisions_settles_the_region(issuer: str, code: str, name: str) -> None:
    region = region_of(issuer, 2023, lambda: "")
    assert region is not None
    assert (region.code, region.name) == (code, name)


@pytest.mark.parametrize(
    "issuer",
    [
        None,
        "朝阳区农业农村局",
        "市中区水利局",
        "鼓楼区人民政府",
        "江苏省鼓楼区教育局",  # in Nanjing or in Xuzhou
        "郊区人民政府",
        "东区街道办事处",  # a township's own name
        "东区财政局",  # one in the data, a common word all the same
        "滨海新区管委会",  # a zone of that name is in many cities
        "国家税务总局",
        "教育部",
        "省科技厅",
        "市财政局",
        "北京大学",
        "中国人民银行",
        "新疆生产建设兵团财政局",
        "苏州工业园区管理委员会",
        "江苏省苏州工业园区管委会",
        "东方市场监督管理局",  # no 东方市
        "洛阳市云溪区教育局",  # a district of Luoyang the data do not know
        "丹麓区水利局",
    ],
)
def test_what_the_name_does_not_settle_is_null(issuer: str | None) -> None:
    assert code_of(issuer) is None


@pytest.mark.parametrize("year", YEARS)
def test_a_name_of_several_divisions_is_settled_by_what_it_lies_in_alone(year: int) -> None:
    several = {name: found for name, found in every(year).items() if len(found) > 1}
    assert len(several) > 20
    for name, found in several.items():
        issuer = f"{name}财政局"
        assert code_of(issuer, year) is None, issuer
        for division in found:
            above = division.parents[-1]
            assert code_of(f"{above}{issuer}", year) == division.code
            assert code_of(f"{division.full_name}财政局", year) == division.code
            told = f"本报告由{above}{name}财政局编制。"
            assert code_of(issuer, year, told) == division.code
        assert code_of(issuer, year, "".join(d.full_name for d in found)) is None


@pytest.mark.parametrize("year", YEARS)
def test_every_division_is_found_by_its_full_name(year: int) -> None:
    for found in every(year).values():
        for division in found:
            assert code_of(f"{division.full_name}财政局", year) == division.code


@pytest.mark.parametrize("year", YEARS)
def test_no_division_is_taken_for_another_by_its_own_name(year: int) -> None:
    for name, found in every(year).items():
        assert code_of(f"{name}财政局", year) in (None, found[0].code), name


@pytest.mark.parametrize(
    ("issuer", "year", "code"),
    [
        ("偃师市水利局", 2020, "410381"),
        ("偃师市水利局", 2022, None),  # there is none any more
        ("洛阳市偃师区水利局", 2020, "410307"),  # published in the year after
        ("杭州市下城区教育局", 2020, "330103"),
        ("杭州市下城区教育局", 2022, None),
        ("桥东区教育局", 2019, None),  # two that year, one the next: not settled by it
        ("南沙区教育局", 2019, "440115"),
        ("南沙区教育局", 2021, None),  # a second one since
        ("宁波市鄞州区教育局", 2031, "330212"),
        ("宁波市鄞州区教育局", None, "330212"),
        ("偃师市水利局", None, "410381"),
        ("桥东区教育局", None, None),
    ],
)
def test_divisions_are_those_of_the_report_year(
    issuer: str, year: int | None, code: str | None
) -> None:
    assert code_of(issuer, year) == code


def test_a_text_that_names_two_of_the_name_settles_nothing() -> None:
    said = "我局与南京市鼓楼区、徐州市鼓楼区同行交流。"
    assert code_of("鼓楼区教育局", 2023, said) is None
    assert code_of("鼓楼区教育局", 2023, "地址在南京市鼓楼区中山路。") == "320106"

"""An organ's own report or the aggregate of a government, told by the issuer's name alone."""

import re

from schemas.record import Scope
from workers.pipeline.wording import fold

_BRACKETS = re.compile(r"\(([^)]*)\)$")
_SUMMED = re.compile(r"汇总|总报告|全[省市县区旗州]")
_OWN = re.compile(r"本级|本机关|本单位|机关本身")
_TOWNSHIP = re.compile(r"[镇乡](?:人民)?政府$")
_GOVERNMENT = re.compile(r"(?:省|市|县|区|旗|州|盟)(?:人民政府|政府)?$")
_NO_GOVERNMENT = re.compile(
    r"(?:开发|高新|产业|工业|园|示范|风景|名胜|保税|社|校|院|功能|合作|试验|实验|经济|管理|度假|自贸"
    r"|保护|物流|服务)区$|城市$|超市$"
)
"""Zones and other words in 区 or 市 that have no government of their own."""
_ORGAN = re.compile(
    r"(?:局|委员会|委|厅|办公室|办公厅|办事处|办|街道|镇|乡|中心|署|处|院|所|站|队|馆|台|部|会|社|校"
    r"|大学|学院|中学|小学|幼儿园|公司|集团|银行|分行|支行|海关|园|厂|总公司|党组|科|室|苏木)$"
)


def scope_of(issuer: str | None) -> Scope:
    """Tell an organ's own report from a government's aggregate; unknown where neither shows."""
    name = fold(issuer or "")
    said = _BRACKETS.search(name)
    name = _BRACKETS.sub("", name)
    if said and _SUMMED.search(said[1]):
        return "aggregate"
    if _TOWNSHIP.search(name) or _ORGAN.search(name) or (said and _OWN.search(said[1])):
        return "organ"
    if _NO_GOVERNMENT.search(name):
        return "unknown"
    return "aggregate" if _GOVERNMENT.search(name) else "unknown"

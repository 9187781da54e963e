"""XML of office documents: parsed without entities or network, elements known by local names.

Strict and transitional files (ECMA-376) differ in their namespaces only, so these are left aside.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element

_OFF = frozenset({"0", "false", "off", "none"})


def parse_xml(content: bytes) -> Element:
    """Parse a part; lxml's XMLSyntaxError where it is broken, or nested beyond its own bounds."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
    )
    return etree.fromstring(content, parser)


@lru_cache(maxsize=4096)
def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def name_of(element: Element) -> str:
    """Return an element's local name; empty for a processing instruction."""
    return _local(element.tag)


def child(element: Element | None, *names: str) -> Element | None:
    """Return the first child of that name, and of that the next name's, and so on; or None."""
    for name in names:
        for one in element if element is not None else ():
            if name_of(one) == name:
                element = one
                break
        else:
            return None
    return element


def properties_of(element: Element, name: str) -> Element | None:
    """Return an element's properties, which come before everything else in it; or None."""
    first = element[0] if len(element) else None
    return first if first is not None and name_of(first) == name else None


def children(element: Element | None, name: str) -> Iterator[Element]:
    """Yield the children of that name."""
    return (one for one in (element if element is not None else ()) if name_of(one) == name)


def within(element: Element, name: str) -> Iterator[Element]:
    """Yield everything of that name inside an element."""
    return (one for one in element.iterdescendants() if name_of(one) == name)


def attribute(element: Element | None, name: str = "val") -> str | None:
    """Return the attribute of that local name, or None."""
    if element is None:
        return None
    for key, value in element.items():
        if _local(str(key)) == name:
            return str(value)
    return None


def number(element: Element | None, name: str = "val") -> int | None:
    """Return a whole-number attribute, or None where it is missing or none."""
    text = attribute(element, name)
    try:
        return int(text) if text is not None else None
    except ValueError:
        return None


def is_on(element: Element | None) -> bool | None:
    """Read an on/off property: None where it is not set."""
    if element is None:
        return None
    return (attribute(element) or "1").lower() not in _OFF

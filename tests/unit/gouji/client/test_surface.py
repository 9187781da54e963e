"""Both clients offer the same: what one can do, the other can, with the same arguments."""

import inspect

import pytest

from gouji.client import AsyncClient, Client


def methods(kind: type) -> dict[str, inspect.Signature]:
    return {
        name: inspect.signature(found)
        for name, found in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }


def test_neither_client_lacks_what_the_other_has() -> None:
    assert set(methods(Client)) == set(methods(AsyncClient))


@pytest.mark.parametrize("name", sorted(methods(Client)))
def test_a_method_takes_and_returns_the_same(name: str) -> None:
    one, other = methods(Client)[name], methods(AsyncClient)[name]
    assert one.parameters == other.parameters
    returned = str(other.return_annotation).replace("AsyncIterator", "Iterator")
    assert str(one.return_annotation) == returned

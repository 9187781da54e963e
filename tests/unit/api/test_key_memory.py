"""A key is looked up once a second, and a revoked one is not known a moment longer than that."""

import pytest

from api import key_memory
from api.key_memory import KeyMemory, KnownKey

KEY = KnownKey(id="key_1", tenant="a", scopes=frozenset({"read"}), of_key=None, of_tenant=60)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(key_memory.time, "monotonic", lambda: now[0])
    return now


def test_a_key_is_known_for_a_second_after_it_was_looked_up(clock: list[float]) -> None:
    memory = KeyMemory()
    assert memory.recall("h") is None
    memory.keep("h", KEY, memory.age, 100.0)
    clock[0] = 100.9
    assert memory.recall("h") == KEY
    assert memory.recall("other") is None
    clock[0] = 101.1
    assert memory.recall("h") is None


def test_a_slow_look_up_does_not_make_it_known_for_longer(clock: list[float]) -> None:
    memory = KeyMemory()
    clock[0] = 105.0
    memory.keep("h", KEY, memory.age, 100.0)
    assert memory.recall("h") is None


def test_what_was_looked_up_before_a_key_was_revoked_is_not_kept(clock: list[float]) -> None:
    memory = KeyMemory()
    memory.keep("h", KEY, memory.age, clock[0])
    age = memory.age
    memory.forget()
    assert memory.recall("h") is None
    memory.keep("h", KEY, age, clock[0])
    assert memory.recall("h") is None


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    monkeypatch.setattr(key_memory, "_MOST", 2)
    memory = KeyMemory()
    for name in "abc":
        memory.keep(name, KEY, memory.age, clock[0])
    assert [memory.recall(name) for name in "abc"] == [None, None, KEY]

"""Every setting stands in deploy/env.example with its default, and nothing else does."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from api.settings import ApiSettings
from schemas.environment import PREFIX
from workers.settings import WorkerSettings

EXAMPLE = Path(__file__).parent.parent.parent / "deploy" / "env.example"
LINES = [line for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#")]
SHOWN = dict(line.split("=", 1) for line in LINES)
ROOMS: tuple[type[BaseSettings], ...] = (ApiSettings, WorkerSettings)


def test_every_setting_is_listed_and_every_line_is_a_setting() -> None:
    names = {PREFIX + name.upper() for room in ROOMS for name in room.model_fields}
    assert set(SHOWN) == names


@pytest.mark.parametrize("room", ROOMS)
def test_the_values_shown_are_the_defaults(
    room: type[BaseSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in room.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    plain = room()
    for name, value in SHOWN.items():
        monkeypatch.setenv(name, value)
    assert _open(room()) == _open(plain)


def _open(settings: BaseSettings) -> dict[str, object]:
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in settings
    }

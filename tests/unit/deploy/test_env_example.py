"""deploy/env.example warns of a wrong value at each key, and docker-compose.yml passes the keys on.

That the file lists every setting with its default is `tests/contract/test_environment.py`'s.
"""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from api.settings import ApiSettings
from schemas.environment import PREFIX
from schemas.message import QUEUES
from workers.settings import WorkerSettings

ROOT = Path(__file__).parents[3]
EXAMPLE = (ROOT / "deploy" / "env.example").read_text()
ROOMS: tuple[type[BaseSettings], ...] = (ApiSettings, WorkerSettings)
BLOCK = re.compile(r"((?:^#.*\n)*)^(GOUJI_\w+)=", re.MULTILINE)
REMARKS = {key: remarks for remarks, key in BLOCK.findall(EXAMPLE)}
REFUSED = {
    key: found[1]
    for key, remarks in REMARKS.items()
    if (found := re.search(r"^#   wrong: (.+) — refused$", remarks, re.MULTILINE))
}
ELSEWHERE = {
    "GOUJI_HOST",
    "GOUJI_PORT",
    "GOUJI_OBJECTS_DIR",
    "GOUJI_ENGINE",
    "GOUJI_NULL_PAGE_S",
    "GOUJI_ALIVE_FILE",
}
"""Said by the images, of no meaning with S3, or not for use."""
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


@pytest.mark.parametrize("key", sorted(REMARKS))
def test_each_key_warns_of_a_wrong_value(key: str) -> None:
    assert "\n#   wrong: " in "\n" + REMARKS[key]


@pytest.mark.parametrize(("key", "value"), sorted(REFUSED.items()))
def test_what_is_said_to_be_refused_is(
    key: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(key, value)
    name = key.removeprefix(PREFIX).lower()
    for room in (room for room in ROOMS if name in room.model_fields):
        with pytest.raises(ValidationError, match=name):
            room()


def test_something_is_said_to_be_refused() -> None:
    assert len(REFUSED) >= 10


@pytest.mark.parametrize(
    ("service", "room", "not_its_own"),
    [
        ("api", ApiSettings, set()),
        ("worker", WorkerSettings, {"GOUJI_CHILD_MEMORY_BYTES"}),
        ("inspecting", WorkerSettings, set()),
        ("opening", WorkerSettings, set()),
        ("light", WorkerSettings, {"GOUJI_CHILD_MEMORY_BYTES"}),
        ("webhooks", WorkerSettings, {"GOUJI_CHILD_MEMORY_BYTES"}),
    ],
)
def test_compose_passes_on_every_setting_of_the_room(
    service: str, room: type[BaseSettings], not_its_own: set[str]
) -> None:
    settings = {PREFIX + name.upper() for name in room.model_fields}
    passed_on = {key for key in SERVICES[service]["environment"] if key.startswith(PREFIX)}
    assert passed_on == settings - ELSEWHERE - not_its_own


@pytest.mark.parametrize("service", ["api", "worker", "inspecting", "opening", "light", "webhooks"])
def test_compose_passes_on_where_traces_go(service: str) -> None:
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in SERVICES[service]["environment"]


def test_every_queue_has_a_worker_in_compose() -> None:
    of_the_image = (ROOT / "deploy" / "Dockerfile.worker").read_text().rpartition("CMD [")[2]
    others = ("inspecting", "opening", "light", "webhooks")
    commands = [" ".join(SERVICES[name]["command"]) for name in others]
    taken = re.findall(r"--queues\W+([a-z.,]+)", "\n".join([of_the_image, *commands]))
    assert sorted(",".join(taken).split(",")) == sorted(QUEUES)


def test_a_new_env_has_every_secret_compose_asks_for(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "new-env.sh"
    script.write_text((ROOT / "deploy" / "new-env.sh").read_text())
    for _ in range(2):  # the second one must leave the first one's file as it is
        done = subprocess.run(["/bin/sh", str(script)], check=False, capture_output=True)
        written = dict(
            line.split("=", 1)
            for line in (tmp_path / ".env").read_text().splitlines()
            if not line.startswith("#")
        )
    asked = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert asked == set(written)
    assert all(written.values())
    assert done.returncode == 1
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0

"""Grafana takes the dashboard: panels apart from each other, questions Prometheus can read."""

import json
import shutil
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

BOARD: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "deploy" / "grafana" / "gouji.json").read_text()
)
PANELS: list[dict[str, Any]] = BOARD["panels"]
QUESTIONS = [target["expr"] for panel in PANELS for target in panel.get("targets", ())]


def test_every_panel_has_a_place_of_its_own() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS) > 10
    for one, other in combinations((panel["gridPos"] for panel in PANELS), 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in PANELS)


def test_every_panel_with_questions_says_where_to_ask() -> None:
    sources = {variable["name"] for variable in BOARD["templating"]["list"]}
    for panel in PANELS:
        for target in panel.get("targets", ()):
            asked = target.get("datasource") or panel["datasource"]
            assert asked["type"] == "prometheus"
            assert asked["uid"].strip("${}") in sources
            assert panel["title"]


@pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool comes with Prometheus (Debian: prometheus)"
)
def test_prometheus_reads_every_question(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": expr.replace("$__rate_interval", "5m")}
        for number, expr in enumerate(QUESTIONS)
    ]
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))
    done = subprocess.run(
        ["promtool", "check", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr

"""Alerts and runbook belong together; the rules are well-formed and fire when they should."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
RULES = ROOT / "deploy" / "prometheus" / "gouji.rules.yml"
PAGES = ROOT / "docs" / "runbook"
ALERTS = {
    rule["alert"]: rule
    for group in yaml.safe_load(RULES.read_text())["groups"]
    for rule in group["rules"]
}


def test_each_alert_has_its_page_and_each_page_its_alert() -> None:
    pages = {page.stem for page in PAGES.glob("*.md")} - {"README"}
    assert pages == set(ALERTS)


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_a_page_says_what_it_means_how_to_see_it_and_what_to_do(name: str) -> None:
    rule, page = ALERTS[name], (PAGES / f"{name}.md").read_text()
    assert rule["annotations"]["runbook"] == f"docs/runbook/{name}.md"
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["for"]
    assert page.startswith(f"# {name}\n")
    parts = re.findall(r"^## ([^\n]+)\n\n(.+?)(?=\n\n##|\Z)", page, re.MULTILINE | re.DOTALL)
    assert [title for title, _ in parts] == ["What it means", "How to see it", "What to do"]
    assert f"[{name}]({name}.md)" in (PAGES / "README.md").read_text()


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


FIRING = {
    "GoujiDatabaseAway": ('gouji_ready{part="database"}', "0x30"),
    "GoujiObjectStoreAway": ('gouji_ready{part="object_store"}', "0x30"),
    "GoujiBrokerAway": ("gouji_broker_up", "0x30"),
    "GoujiNoHousekeeping": ("gouji_workers_seen", "0x30"),
    "GoujiQueueWithoutWorker": ('gouji_workers{queue="expand"}', "0x30"),
    "GoujiOutboxStuck": ("gouji_outbox_oldest_seconds", "0+60x90"),
    "GoujiInteractiveWorkWaits": (
        'gouji_queue_oldest_seconds{queue="pages.interactive"}',
        "0+60x90",
    ),
    "GoujiBacklogOld": ('gouji_queue_oldest_seconds{queue="pages.bulk"}', "0+60x90"),
    "GoujiNothingFinishes": ('gouji_jobs{status="running"}', "1x60"),
    "GoujiDeadLetters": ("gouji_dead_letters", "0x5 1x30"),
    "GoujiLeasesExpired": ('gouji_leases{table="pages",state="expired"}', "1x30"),
    "GoujiWebhookLag": ("gouji_webhook_lag_seconds", "600x30"),
    "GoujiWebhookReceiverDown": ("gouji_webhook_oldest_pending_seconds", "30000x30"),
    "GoujiMemoryHigh": ('gouji_process_memory_bytes{process="a",kind="worker"}', "3000000000x30"),
    "GoujiClockSkew": ('gouji_process_clock_ahead_seconds{process="a",kind="api"}', "-60x30"),
}
"""A series, and values by the minute, that must fire an alert; well ones must not."""
WELL = "\n".join(
    f"      - series: '{series}'\n        values: '{value}'"
    for series, value in (
        ("gouji_build_info", "1x90"),
        ('gouji_ready{part="database"}', "1x90"),
        ("gouji_database_up", "1x90"),
        ("gouji_workers_seen", "1x90"),
        ('gouji_workers{queue="expand"}', "1x90"),
        ('gouji_jobs{status="running"}', "3x90"),
        ('gouji_pages_finished_total{status="done"}', "0+5x90"),
        ("gouji_dead_letters", "0x90"),
        ('gouji_queue_oldest_seconds{queue="pages.bulk"}', "100x90"),
        ('gouji_stage_seconds_count{stage="page",outcome="done"}', "0+9x90"),
        ('gouji_stage_seconds_count{stage="page",outcome="failed"}', "0x90"),
        ('gouji_process_clock_ahead_seconds{process="a",kind="api"}', "-0.2x90"),
    )
)

promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool comes with Prometheus (Debian: prometheus)"
)


def _test_rules(folder: Path, series: str, expected: str) -> None:
    """Have promtool play an hour and a half and compare the alerts that fire."""
    test = folder / "test.yml"
    test.write_text(
        f"rule_files: [{RULES}]\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n"
        f"    input_series:\n{series}\n    promql_expr_test:\n"
        "      - expr: 'count by (alertname) (ALERTS{alertstate=\"firing\"})'\n"
        f"        eval_time: 50m\n        exp_samples: {expected}\n"
    )
    done = subprocess.run(
        ["promtool", "test", "rules", str(test)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@promtool
def test_promtool_finds_the_rules_well_formed() -> None:
    done = subprocess.run(["promtool", "check", "rules", str(RULES)], check=False)
    assert done.returncode == 0


@promtool
def test_nothing_fires_while_all_is_well(tmp_path: Path) -> None:
    _test_rules(tmp_path, WELL, "[]")


@promtool
@pytest.mark.parametrize("name", sorted(FIRING))
def test_an_alert_fires_when_it_should(name: str, tmp_path: Path) -> None:
    series, values = FIRING[name]
    up = "      - series: gouji_build_info\n        values: '1x90'\n"
    own = f"      - series: '{series}'\n        values: '{values.replace('x30', 'x90')}'"
    expected = f"\n          - labels: '{{alertname=\"{name}\"}}'\n            value: 1"
    _test_rules(tmp_path, up + own, expected)

"""Names whose answers change or lead inside, with a real resolver and real hosts to be reached.

All of it in a network of its own that a process makes for itself; skipped where none can be made.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import rebinding
from tests.certificates import self_signed


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("network")
    (folder / "all.pem").write_bytes(self_signed(sorted(rebinding.NAMES)))
    done = subprocess.run(
        [sys.executable, "-m", "tests.rebinding", str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    if "skip" in found:
        pytest.skip(f"no network of one's own can be made: {found['skip']}")
    return found


def test_public_hosts_are_reached_by_their_names(told: dict[str, Any]) -> None:
    """Otherwise nothing is shown by all that is refused."""
    for name in ("steady.test", "six.test"):
        assert told["outcomes"][name] == ["delivered", "delivered"]
    assert any("host: steady.test\r\n" in request.lower() for request in told["public"])


def test_a_name_that_is_bound_anew_leads_to_where_it_was_checked(told: dict[str, Any]) -> None:
    """Asked once, connected there; the next event asks again, and is refused."""
    assert told["asked"]["rebind.test"] == 1
    assert told["outcomes"]["rebind.test"] == ["delivered", "address_refused"]
    assert told["outcomes"]["back.test"] == ["address_refused", "delivered"]


def test_names_that_lead_inside_are_refused(told: dict[str, Any]) -> None:
    reachable = {"steady.test", "six.test", "rebind.test", "back.test", "away.test", "nothing.test"}
    refused = {name: how for name, how in told["outcomes"].items() if name not in reachable}
    assert len(refused) >= 13
    assert {name: how for name, how in refused.items() if set(how) != {"address_refused"}} == {}
    assert told["outcomes"]["nothing.test"] == ["dns_failed", "dns_failed"]
    assert told["rooted"] == "address_refused"


def test_addresses_inside_are_refused_however_they_are_written(told: dict[str, Any]) -> None:
    assert set(told["written"].values()) <= {"address_refused", "url_refused", "dns_failed"}
    resolved = {host for host, how in told["written"].items() if how == "address_refused"}
    assert resolved >= set(rebinding.WRITTEN[:9])


def test_a_redirect_inside_is_not_followed(told: dict[str, Any]) -> None:
    assert told["outcomes"]["away.test"] == ["not_2xx", "not_2xx"]


def test_nobody_inside_was_ever_connected_to(told: dict[str, Any]) -> None:
    assert set(told["inside"]) == set(rebinding.INSIDE)
    assert set(told["inside"].values()) == {0}

"""The command line in the images: the API's has no `workers`, that of the workers no `api`."""

import subprocess
import sys
from pathlib import Path

import pytest

_WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None  # as if it were not installed
sys.argv = ["gouji", *sys.argv[2:]]
from gouji.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize("absent", ["api", "workers"])
@pytest.mark.parametrize("command", [["--help"], ["doctor", "--help"], ["submit", "--help"]])
def test_the_command_line_is_there_without_the_other_half(absent: str, command: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _WITHOUT, absent, *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "gouji" in run.stdout


@pytest.mark.parametrize("absent", ["api", "workers"])
def test_the_doctor_looks_without_the_other_half(absent: str, tmp_path: Path) -> None:
    nowhere = {
        "GOUJI_DATABASE_URL": "postgresql://gouji:none@127.0.0.1:1/gouji",
        "GOUJI_REDIS_URL": "redis://127.0.0.1:1/0",
        "GOUJI_STORE_DIR": str(tmp_path),
    }
    run = subprocess.run(
        [sys.executable, "-c", _WITHOUT, absent, "doctor"],
        capture_output=True,
        text=True,
        check=False,
        env=nowhere,
    )
    assert run.returncode == 1, run.stderr
    assert "127.0.0.1:1" in run.stdout + run.stderr

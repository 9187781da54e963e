"""The command `gouji`, as it is installed, for what needs no service."""

import subprocess
import sys
from pathlib import Path

GOUJI = Path(sys.executable).with_name("gouji")
CHECKOUT = Path(__file__).parents[3]


def bench(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [GOUJI, "bench", "--help"], cwd=folder, capture_output=True, text=True, timeout=60
    )


def test_the_measurements_run_in_a_checkout() -> None:
    done = bench(CHECKOUT)
    assert done.returncode == 0, done.stderr
    assert "exactness" in done.stdout


def test_elsewhere_the_measurements_say_where_they_are(tmp_path: Path) -> None:
    done = bench(tmp_path)
    assert done.returncode == 2
    assert "checkout" in done.stderr


def test_ctrl_c_while_it_is_loaded_shows_no_traceback() -> None:
    code = (
        "import builtins\n"
        "kept = builtins.__import__\n"
        "def stopped(name, *rest):\n"
        "    if name == 'gouji.cli':\n"
        "        raise KeyboardInterrupt\n"
        "    return kept(name, *rest)\n"
        "builtins.__import__ = stopped\n"
        "from gouji.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert "Interrupted" in done.stderr
    assert "Traceback" not in done.stderr

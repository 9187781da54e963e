"""Choose a measurement; without a word, all of them on generated reports."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from bench import (
    born_digital,
    capacity,
    exactness,
    memory,
    service,
    soak,
    speed,
    tables,
    texts,
)

CHOICES = (
    "exactness",
    "speed",
    "born-digital",
    "texts",
    "memory",
    "tables",
    "service",
    "capacity",
    "soak",
    "all",
)


def main() -> int:
    os.environ.setdefault("GOUJI_CONFINEMENT", "off")  # one process, or its clocks see half of it
    parser = argparse.ArgumentParser(prog="gouji bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=CHOICES, default="all")
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        help="documents; exactness wants NAME.json beside NAME.pdf or NAME-DEGRADATION.pdf",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the generated reports")
    parser.add_argument("--count", type=int, default=6, help="how many reports to generate")
    parser.add_argument("--json", action="store_true", help="machine-readable output")
    exactness.add_options(parser)
    speed.add_options(parser)
    memory.add_options(parser)
    tables.add_options(parser)
    service.add_options(parser)
    capacity.add_options(parser)
    soak.add_options(parser)
    texts.add_options(parser)
    chosen = parser.parse_intermixed_args()
    if chosen.what in ("exactness", "all"):
        exactness.run(chosen.paths, chosen)
    if chosen.what in ("speed", "memory", "all"):
        with tempfile.TemporaryDirectory(prefix="gouji-bench-") as folder:
            drawn = [] if chosen.paths else exactness.cases(chosen)
            paths = chosen.paths or exactness.generated(Path(folder), drawn)
            if chosen.what != "memory":
                speed.run(paths, chosen)
            if chosen.what == "memory":
                memory.run(paths, chosen)
    if chosen.what in ("born-digital", "all"):
        born_digital.run(chosen.paths, chosen.seed, chosen.count, as_json=chosen.json)
    if chosen.what in ("texts", "all"):
        texts.run(chosen)
    alone = {"service": service.run, "capacity": capacity.run, "tables": tables.run}
    if chosen.what in alone:
        alone[chosen.what](chosen)
    if chosen.what == "soak":
        soak.run(chosen.paths, chosen)
    return 0


if __name__ == "__main__":
    sys.exit(main())

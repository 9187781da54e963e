"""Fuzz one target with atheris, or name them all: `python -m tests.fuzz [TARGET [OPTION …]]`."""

import sys
import tempfile
from pathlib import Path

from tests.hostile.files import WHOLE

SEEDS = {"images": ("png", "jpeg", "tiff", "bmp"), "package": ("docx",)}


def main() -> None:
    if len(sys.argv) < 2:
        from tests.fuzz.targets import TARGETS

        print(*TARGETS)
        return
    import atheris

    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=["workers", "schemas"]):
        from tests.fuzz.targets import run
    with tempfile.TemporaryDirectory(prefix="gouji-fuzz-") as folder:
        for kind in SEEDS.get(name, (name,)):
            if kind in WHOLE:
                Path(folder, kind).write_bytes(WHOLE[kind]())
        atheris.Setup([*sys.argv, folder], lambda data: run(name, data))
        atheris.Fuzz()


if __name__ == "__main__":
    main()

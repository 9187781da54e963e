"""Fuzz one target with atheris, or name them all: `python -m tests.fuzz [TARGET [OPTION …]]`."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.corpus.arrivals import make_arrival
from tests.hostile.files import WHOLE

SEEDS = {
    "images": ("png", "jpeg", "tiff", "bmp"),
    "package": ("docx",),
    "kinds": tuple(WHOLE),
}
MORE = {
    "requests": (b"12.34", b'"12-0123456789abcdef0123"', b"s3://bucket/in/me/a", b'{"a": 1}',
                 b"https://receiver.example:8443/a?b", b"Wed, 21 Oct 2026 07:28:00 GMT"),
    "webhook": (b"webhook-id: evt_1\nwebhook-timestamp: 1\nwebhook-signature: v1,AA==\n\n{}",),
    "stream": (b'id: 1.2\nevent: batch.progress\ndata: {"id": null,\ndata: "type": "x"}\n\n',),
    "names": ("甲/报告.pdf".encode("gb18030"), b"C:\\CON.pdf", b"../..pdf"),
    "frames": (b"\x02" + bytes(7) + b"\x02" + bytes(7) + b"\x01" + b"{}x",),
}  # fmt: skip
"""What small readers begin with."""


def main() -> None:
    if len(sys.argv) < 2:
        from tests.fuzz.targets import TARGETS

        print(*TARGETS)
        return
    import atheris

    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=["workers", "schemas", "api", "gouji.client"]):
        from tests.fuzz.targets import run
    with tempfile.TemporaryDirectory(prefix="gouji-fuzz-") as folder:
        for kind in SEEDS.get(name, (name,)):
            if kind in WHOLE:
                Path(folder, kind).write_bytes(WHOLE[kind]())
        for at, seed in enumerate((*MORE.get(name, ()), *_reports(name))):
            Path(folder, str(at)).write_bytes(seed)
        atheris.Setup([*sys.argv, folder], lambda data: run(name, data))
        atheris.Fuzz()


def _reports(name: str) -> Iterator[bytes]:
    """Yield whole reports for what reads them."""
    if name == "report":
        for seed in range(3):
            yield make_arrival("text", seed)[1]


if __name__ == "__main__":
    main()

"""`gouji serve` with the workers of the chaos suite: `python -m tests.chaos.serve DATA PORT`."""

import sys
from pathlib import Path

from gouji import serve as serving

_plain = serving._worker


def _worker(name: str, queues: str, processes: int) -> list[str]:
    command = _plain(name, queues, processes)
    return [
        "tests.chaos.steps:celery" if part == "workers.app:celery" else part for part in command
    ]


def main() -> int:
    serving._worker = _worker
    options = serving.Options(data=Path(sys.argv[1]), port=int(sys.argv[2]), workers=2)
    try:
        serving.serve(options, lambda _: print("ready", flush=True))
    except serving.ServeFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`gouji serve` with the workers of the chaos suite: `python -m tests.chaos.serve DATA PORT`."""

import sys
from pathlib import Path

from gouji import serve as serving

_plain = serving.load


def _load() -> None:
    _plain()
    import tests.chaos.steps  # noqa: F401  it says how documents are read


def main() -> int:
    serving.load = _load
    options = serving.Options(data=Path(sys.argv[1]), port=int(sys.argv[2]), workers=2)
    try:
        serving.serve(options, lambda _: print("ready", flush=True))
    except serving.ServeFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

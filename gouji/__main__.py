"""`gouji` and `python -m gouji`: the command line, and Ctrl-C while it is still being loaded."""

import sys

_INTERRUPTED = 130


def main() -> None:
    """Load the command line and run it."""
    try:
        from gouji.cli import main as run
    except KeyboardInterrupt:
        sys.stderr.write("gouji: 已中断，什么都没有做。 Interrupted; nothing was done.\n")
        sys.exit(_INTERRUPTED)
    run()


if __name__ == "__main__":
    main()

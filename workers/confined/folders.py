"""Temporary folders that a killed process leaves behind are removed by the next that makes one."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def own_folder(prefix: str) -> tuple[Path, int]:
    """Make a folder and hold it, so that others know it is in use for as long as we live."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix))
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # another cleared it away before it was held
            continue
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if folder.exists():
                return folder, lock
        os.close(lock)


def clear_away(prefix: str) -> None:
    """Remove the folders of those who were killed and could not."""
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


@contextmanager
def folder_for_a_while(prefix: str) -> Iterator[Path]:
    """Make a folder that is removed at the end of the block, or after the end of this process."""
    clear_away(prefix)
    folder, lock = own_folder(prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)

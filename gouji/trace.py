"""Where a defect is told: in a file for whoever mends it, never on the terminal."""

import tempfile
import traceback
from pathlib import Path


def keep_trace() -> Path:
    """Write the traceback of the exception at hand aside and return where it is."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="gouji-error-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exc(file=file)
    return Path(file.name)

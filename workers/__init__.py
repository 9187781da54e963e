"""The reading side: tasks, engines and the pure pipeline. Never imports `api`.

Nothing of it reports to anybody: ONNX Runtime's wheels (1.29 and later) send usage events to their
maker unless they are told not to before their first import. PyMuPDF (2.0) loads a model for page
layouts with ONNX Runtime when it is imported, if it finds it: a second of processor time and 70 MB
in every process for what nobody here asks of it, so that it is not to be found.
"""

import os
import sys

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
for name in ("pymupdf.layout", "pymupdf4llm"):
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None: not to be found

"""The reading side: tasks, engines and the pure pipeline. Never imports `api`.

Nothing of it reports to anybody: ONNX Runtime's wheels (1.29 and later) send usage events to their
maker unless they are told not to before their first import.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

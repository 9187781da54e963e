"""Reading a document reports to nobody."""

import os
import subprocess
import sys
from pathlib import Path

SESSION = """
import workers.engines.models as models
import onnxruntime

onnxruntime.InferenceSession(str(models.locate(models.DETECTION)))
"""
SILENCERS = ("CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS", "XDG_CACHE_HOME")
"""What would hide the reporting from this test, or its traces."""


def test_a_session_of_a_model_leaves_no_device_id_and_no_queue_of_events(tmp_path: Path) -> None:
    plain = {name: value for name, value in os.environ.items() if name not in SILENCERS}
    subprocess.run(
        [sys.executable, "-c", SESSION],
        env={**plain, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        check=True,
        timeout=120,
    )
    traces = {path.name for path in tmp_path.rglob("*")} & {"deviceid", "onnxruntime.db", ".ses"}
    assert traces == set()


def test_what_opens_documents_loads_no_models() -> None:
    loads = """
import sys, workers.confined.child
print(*(name for name, module in sys.modules.items() if module))
"""
    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "pymupdf" in loaded
    assert not {"onnxruntime", "paddleocr", "pymupdf4llm"} & loaded

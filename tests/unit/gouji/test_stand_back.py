"""Workers come after those who answer."""

import os
import subprocess
import sys

from gouji.children import stand_back


def test_a_worker_and_what_it_starts_come_after_others() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    waits = [sys.executable, "-c", "import os; input(); print(os.getpriority(os.PRIO_PROCESS, 0))"]
    with subprocess.Popen(
        waits, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as worker:
        stand_back(worker.pid)
        told, _ = worker.communicate(b"\n")
    assert int(told) > own or own >= 5


def test_a_worker_that_has_ended_is_no_fault() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    stand_back(ended.pid)

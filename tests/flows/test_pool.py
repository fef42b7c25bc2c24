"""The processes that do the work."""

from __future__ import annotations

import subprocess
import sys

from flows.pool import PRELOADED


def test_nothing_that_all_workers_share_has_started_a_thread() -> None:
    """They are forked from it; a lock that a thread holds at that moment would never be free again."""
    code = f"import os, {', '.join(PRELOADED)}; print(len(os.listdir('/proc/self/task')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"

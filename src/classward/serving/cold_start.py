"""From the start of a process to its first answer: how long it took, and what is done so that the first is not slow."""

from __future__ import annotations

import os
import time
from pathlib import Path

from classward.flows.predict import LoadedVersion
from classward.lifecycle.predict import example_row

__all__ = ["age_of_process_s", "warm_up"]

_STARTED_S = time.monotonic()


def age_of_process_s() -> float:
    """Seconds since this process began (as the kernel says, where it does; else since this file was loaded)."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError, IndexError):
        return time.monotonic() - _STARTED_S
    return max(age_s, 0.0)


def warm_up(loaded: LoadedVersion) -> None:
    """Answer a made-up row once, unlogged, so that what is loaded late is loaded before a request waits for it."""
    checked = loaded.checker.check([example_row(loaded.model.schema)])
    loaded.model.predict_proba(checked.columns, checked.n)

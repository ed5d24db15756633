from __future__ import annotations

import logging
import subprocess
import sys
import time

from classward.serving.kept_child import KeptChild


def test_a_child_that_dies_is_told_of_and_started_again(caplog):
    children = []

    def start():
        code = "import time; time.sleep(60)" if children else "raise SystemExit(3)"
        children.append(subprocess.Popen([sys.executable, "-S", "-c", code]))
        return children[-1]

    with caplog.at_level(logging.ERROR, logger="classward.serving"):
        kept = KeptChild("watch", start, monotonic_s=time.monotonic, first_s=0.01)
        while len(children) < 2:
            time.sleep(0.01)
        assert children[1].poll() is None
        kept.stop()
    assert children[1].poll() is not None
    assert len(children) == 2, "one that is told to end is not started again"
    (record,) = [r for r in caplog.records if "watch ended" in r.message]
    assert record.fields["exit_code"] == 3

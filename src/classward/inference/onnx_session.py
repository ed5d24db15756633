"""A network in ONNX, ready to run on this machine's processor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["open_session"]


def open_session(model: NDArray[np.uint8], n_threads: int) -> Any:
    """Start a session; raises what the runtime raises, and ``ImportError`` if it is not installed."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = n_threads, 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model.tobytes(), options, providers=["CPUExecutionProvider"])

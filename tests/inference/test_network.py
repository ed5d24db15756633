"""A network by hand, and networks whose layers do not fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.inference import ABSENT_LOGIT, Csr, Features, NetworkScorer

NETWORK = NetworkScorer(
    weights=(np.array([[1, -1]], np.float32), np.array([[2, 0], [0, 3]], np.float32)),
    biases=(np.array([0, 0.5], np.float32), np.array([0, 1], np.float32)),
    present=np.array([0, 2], np.int32),
    n_classes=3,
)


def test_logits_by_hand() -> None:
    dense = np.array([[2.0], [-2.0], [np.nan]], np.float32)
    logits = NETWORK.logits(Features(n=3, dense=dense, sparse=Csr.empty(3)))
    assert logits.tolist() == [[4.0, ABSENT_LOGIT, 1.0], [0.0, ABSENT_LOGIT, 8.5], [0.0, ABSENT_LOGIT, 2.5]]
    assert NETWORK.n_columns == 1


@pytest.mark.parametrize(
    "change",
    [
        {"weights": (), "biases": ()},
        {"weights": NETWORK.weights[:1], "biases": NETWORK.biases[:1], "present": np.array([0, 1, 2], np.int32)},
        {"biases": NETWORK.biases[::-1] + NETWORK.biases[:1]},
        {"biases": (np.zeros(3, np.float32), NETWORK.biases[1])},
        {"weights": (np.zeros((1, 3), np.float32), NETWORK.weights[1]), "biases": (np.zeros(3, np.float32),) * 2},
        {"weights": (np.array([[np.nan, 1]], np.float32), NETWORK.weights[1])},
        {"present": np.array([0, 0], np.int32)},
        {"present": np.array([0, 3], np.int32)},
        {"present": np.array([-1, 1], np.int32)},
    ],
)
def test_layers_that_do_not_fit_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"network|argument"):
        replace(NETWORK, **change)  # type: ignore[arg-type]

"""A nearly perfect result is suspect on many rows only, and not where one class has nearly all."""

from __future__ import annotations

import pytest

from classward.lifecycle.evaluate import too_good


@pytest.mark.parametrize(
    ("n_right", "n", "share", "severity"),
    [
        (765, 765, 0.3, "stop"),
        (700, 700, 0.3, "warn"),
        (300, 300, 0.3, None),
        (5000, 5020, 0.3, "warn"),
        (4800, 5000, 0.3, None),
        (5000, 5000, 0.97, None),
        (0, 0, 0.3, None),
    ],
)
def test_suspicion(n_right: int, n: int, share: float, severity: str | None) -> None:
    found = too_good(n_right, n, largest_share=share)
    assert (None if found is None else found.severity) == severity
    if found is not None:
        assert found.n == n
        assert found.key == "too_good"

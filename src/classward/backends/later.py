"""What is made when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Later"]


class Later:
    """Stands for a backend until somebody asks it for something, so that its library is loaded only then.

    Not for backends that every process uses: their faults should show at the start.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make, self._made = make, None

    def __getattr__(self, name: str) -> Any:
        """Ask what it stands for."""
        if self._made is None:
            self._made = self._make()
        return getattr(self._made, name)

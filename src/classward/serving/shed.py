"""The refusal of a request that could have been answered at another time."""

from __future__ import annotations

import math

from classward.errors import Refused

__all__ = ["Shed"]


class Shed(Refused):
    """Too much is asked at present; ``retry_after_s`` says when it is worth asking again."""

    retry_after_s: int = 1

    def after(self, seconds: float) -> Shed:
        """Say when, in whole seconds, at least one."""
        self.retry_after_s = max(1, min(3600, math.ceil(seconds)))
        return self

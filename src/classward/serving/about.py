"""Which release is running; asked of the installed package, since the root package reaches every room."""

from __future__ import annotations

from importlib.metadata import version

__all__ = ["RELEASE"]

RELEASE = version("classward")
"""Release of the installed package."""

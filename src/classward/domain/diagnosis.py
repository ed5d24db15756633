"""What stands in the way, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Diagnosis"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One reason why things are as they are.

    ``level`` is ``wrong`` (something does not work), ``missing`` (evidence that is still to come) or ``note``. ``what``
    says what is the case, ``because`` the figures behind it, ``do`` the next step.
    """

    about: str
    level: str
    what: str
    because: str
    do: str

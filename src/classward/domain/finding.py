"""Something in the rows that would make a model look better than it is."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.measure import Interval

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One suspicion about the rows, with its figure and how sure it is.

    ``kind`` is a stable name (``target_copy``, ``post_outcome``, ``group_overlap`` …); ``severity`` is ``stop`` (training
    must not go on unless a person accepts the finding) or ``warn``. ``figure`` names what ``value`` is, ``n`` is the rows
    it was measured on, ``threshold`` what it was compared with. ``what``, ``why`` and ``fix`` are for people and hold no
    feature values.
    """

    kind: str
    columns: tuple[str, ...]
    figure: str
    value: float
    n: int
    threshold: float
    severity: str
    what: str
    why: str
    fix: str
    interval: Interval | None = None

    @property
    def key(self) -> str:
        """Stable name of the suspicion, by which a person accepts it: kind and columns.

        >>> Finding(kind="id_like", columns=("ref",), figure="share", value=1.0, n=9, threshold=0.95, severity="warn",
        ...         what="", why="", fix="").key
        'id_like:ref'
        """
        return ":".join((self.kind, *self.columns))

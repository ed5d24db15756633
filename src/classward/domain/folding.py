"""Classes too rare to learn, taken together under one name by a stated rule."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.canonical import content_hash

__all__ = ["FoldedClasses", "FoldingRule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldingRule:
    """Classes with fewer than ``fewer_than`` rows become ``name``, unless that would be more than ``most_share`` of rows.

    ``kept`` classes (those with promises) are never folded. The hash is the rule's version: a changed rule is another one.
    """

    fewer_than: int
    name: str = "other"
    most_share: float = 0.2
    kept: tuple[str, ...] = ()
    format_version: int = 1

    @property
    def hash(self) -> str:
        """Content hash of the rule."""
        return content_hash(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedClasses:
    """What a rule did to labelled rows: the record that travels with the split and the model.

    ``folded`` are (class, rows), largest first; ``n_already`` rows had the rule's name before; ``n_rows`` rows were looked
    at. Labels that come later are folded by this record, not by counting again.
    """

    rule: FoldingRule
    folded: tuple[tuple[str, int], ...]
    n_already: int
    n_rows: int

    @property
    def n_folded(self) -> int:
        """Rows whose label was replaced."""
        return sum(n for _, n in self.folded)

    @property
    def note(self) -> str:
        """What the collapse hides, in one sentence; empty when nothing was folded."""
        if not self.folded:
            return ""
        shown = ", ".join(f"{name!r} ({n:,})" for name, n in self.folded[:10])
        more = f" and {len(self.folded) - 10:,} more" if len(self.folded) > 10 else ""
        return (
            f"{len(self.folded):,} classes with fewer than {self.rule.fewer_than:,} rows are one class "
            f"{self.rule.name!r} ({self.n_folded:,} of {self.n_rows:,} rows, rule {self.rule.hash[:8]}): its figures say "
            f"nothing about {shown}{more}"
        )

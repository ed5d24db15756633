"""Rules on how fast a budget may go, without those that could never fire."""

from __future__ import annotations

from classward.domain import BurnRule

__all__ = ["QUALITY_RULES", "REQUEST_RULES", "burn_rules"]

QUALITY_RULES = (
    ("a fifth of the budget in a day", 0.20, 1.0),
    ("twice the promised errors within six hours", None, 0.25),
)
REQUEST_RULES = (
    ("2 % of the budget in an hour", 0.02, 1.0 / 24.0),
    ("5 % of the budget in six hours", 0.05, 0.25),
    ("10 % of the budget in a day", 0.10, 1.0),
)
_SHORTER = 12.0
_TWICE = 2.0


def burn_rules(
    target: float, window_days: float, kinds: tuple[tuple[str, float | None, float], ...]
) -> tuple[BurnRule, ...]:
    """Turn shares of a budget into burn rates, and name those that no model could reach.

    A burn rate is the share of bad events over the share that is allowed, so it cannot exceed ``1 / (1 - target)``: 5 for
    a promise of 0.80. Using a share ``s`` of the budget within ``d`` of ``W`` days is a burn of ``s W / d``. A rule that asks
    for more than can be is silent for ever, which looks like all is well.

    Parameters
    ----------
    target : float
        Promised share of good events, in (0, 1).
    window_days : float
        Over which the budget is counted.
    kinds : tuple of (name, share of the budget or ``None`` for a burn of 2, days)
        The rules.

    References
    ----------
    Beyer et al. (2018). The Site Reliability Workbook, chapter 5 (multiwindow, multi-burn-rate alerts).
    """
    return tuple(_rule(name, share, days, target, window_days) for name, share, days in kinds)


def _rule(name: str, share: float | None, days: float, target: float, window_days: float) -> BurnRule:
    factor = _TWICE if share is None else share * window_days / days
    most = 1.0 / (1.0 - target)
    is_reachable = factor < most
    why = ""
    if not is_reachable:
        why = f"asks for a burn of {factor:.3g}, and a promise of {target:g} cannot burn faster than {most:.3g}"
        if share is not None:
            why += f"; a window of at most {most * days / share:.3g} days would do"
    return BurnRule(
        name=name, budget_share=_TWICE * days / window_days if share is None else share, long_days=days,
        short_days=days / _SHORTER, factor=factor, is_reachable=is_reachable, why=why,
    )  # fmt: skip

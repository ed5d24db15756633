"""Bets on rows that two versions answered: is the candidate worse, is it no worse than a margin, at any look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import exp, inf, log

from classward.domain import PairTally

__all__ = ["evidence_of_loss", "evidence_of_no_loss", "pairs_needed"]

_Gain = Callable[[float], float]
_LOSS_STAKES = (0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
_NO_LOSS_STAKES = (0.06, 0.12, 0.22, 0.4, 0.65, 0.95)
_DOUBT = PairTally(n_lost=1, n_same=18, n_won=1)


def evidence_of_loss(pairs: Sequence[PairTally], *, most_weight: float = 1.0) -> float:
    """Log of the evidence that the candidate loses more rows than it wins.

    While it does not, the evidence is a nonnegative supermartingale that began at 1: it ever reaches ``1/alpha`` with
    probability at most ``alpha``, whenever one looks. Rows on which both are right or both wrong say nothing.
    Not for labels chosen by whether an answer was right, unless ``weight`` undoes the choice.

    Parameters
    ----------
    pairs : sequence of PairTally
        Labelled rows of one class, by weight (inverse probability of being labelled).
    most_weight : float
        Declared before; heavier rows are left out.

    References
    ----------
    Waudby-Smith, Ramdas (2024). Estimating means of bounded random variables by betting. JRSS B 86.

    Examples
    --------
    >>> round(evidence_of_loss([PairTally(n_lost=20, n_same=100, n_won=2)]), 1)
    6.9
    """
    return _mixed(_LOSS_STAKES, pairs, most_weight, gain=lambda loss: loss)


def evidence_of_no_loss(pairs: Sequence[PairTally], *, margin: float, most_weight: float = 1.0) -> float:
    """Log of the evidence that the candidate loses less than ``margin`` of the class, with the same guarantee.

    Examples
    --------
    >>> evidence_of_no_loss([PairTally(n_lost=4, n_same=392, n_won=4)], margin=0.05) > 4.6
    True
    """
    stakes = tuple(stake / (1.0 - margin) for stake in _NO_LOSS_STAKES)
    return _mixed(stakes, pairs, most_weight, gain=lambda loss: margin - loss)


def pairs_needed(pairs: Sequence[PairTally], *, margin: float, level: float) -> int | None:
    """About how many more labels show that the candidate loses less than ``margin``, if rows go on as so far.

    Few rows are mixed with twenty imagined ones, of which one is won and one lost. ``None`` if they would never do.

    Examples
    --------
    >>> pairs_needed([], margin=0.05, level=4.6) > 200
    True
    """
    have = evidence_of_no_loss(pairs, margin=margin)
    if have >= level:
        return 0
    seen = [_DOUBT, *pairs]
    lost, same, won = (sum(getattr(t, name) for t in seen) for name in ("n_lost", "n_same", "n_won"))
    n = lost + same + won
    best = -inf
    for stake in _NO_LOSS_STAKES:
        at = stake / (1.0 - margin)
        growth = sum(k * log(1 + at * (margin - loss)) for k, loss in ((lost, 1.0), (same, 0.0), (won, -1.0))) / n
        best = max(best, growth)
    if best <= 0.0:
        return None
    cost = log(len(_NO_LOSS_STAKES)) if not pairs else 0.0
    return max(1, round((level + cost - have) / best))


def _mixed(stakes: Sequence[float], pairs: Sequence[PairTally], most_weight: float, *, gain: _Gain) -> float:
    used = [t for t in pairs if 0.0 < t.weight <= most_weight]
    return _log_mean_exp(sum(_moved(stake, t, t.weight / most_weight, gain) for t in used) for stake in stakes)


def _moved(stake: float, tally: PairTally, share: float, gain: _Gain) -> float:
    rows = ((tally.n_lost, 1.0), (tally.n_same, 0.0), (tally.n_won, -1.0))
    return sum(k * log(1.0 + stake * share * gain(loss)) for k, loss in rows if k)


def _log_mean_exp(values: Iterable[float]) -> float:
    found = list(values)
    top = max(found)
    return top + log(sum(exp(v - top) for v in found) / len(found))

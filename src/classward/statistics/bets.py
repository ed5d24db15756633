"""Bets against a promise on a rate: while it is kept, each changes a gambler's wealth by a factor of mean at most 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["RateBets", "bets_against"]

_STEPS = (0.25, 0.5, 0.9, 1.4, 2.2)
_SMALLEST_ODDS = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBets:
    """A handful of bets that a rate is on the wrong side of what was promised.

    ``promised`` is the rate at its limit, and each of ``alternatives`` a rate that one bet is made for. ``is_floor``: the
    promise is at least ``promised`` (recall); otherwise at most (errors).
    """

    promised: float
    alternatives: tuple[float, ...]
    is_floor: bool

    def log_factors(self, n_hits: NDArray[np.int64], n: NDArray[np.int64]) -> NDArray[np.float64]:
        """Log of what each bet's wealth is multiplied by after ``n`` rows with ``n_hits``, of shape (…, n_bets).

        The likelihood of the rows under the alternative over that under the promised rate. Rows must count alike; for
        rows chosen with unequal probability use :meth:`log_factors_weighted`.
        """
        q = np.array(self.alternatives)
        hit, miss = np.log(q / self.promised), np.log((1.0 - q) / (1.0 - self.promised))
        hits = np.asarray(n_hits, dtype=np.float64)[..., None]
        return hits * hit + (np.asarray(n, dtype=np.float64)[..., None] - hits) * miss

    def log_factors_weighted(
        self, is_hit: NDArray[np.bool_], weight: NDArray[np.float64], *, most_weight: float
    ) -> NDArray[np.float64]:
        """The same, row by row, for rows chosen with unequal, known probability; of shape (n, n_bets).

        Each row moves the wealth by ``1 + stake * weight / most_weight * (promised - hit)``: its mean over the choice is at
        most 1 while the promise is kept, whatever the choice depended on, as long as every row could have been chosen.
        With all weights at ``most_weight`` the sum over rows is :meth:`log_factors`.

        Parameters
        ----------
        is_hit : bool array of shape (n,)
            Whether the row went well.
        weight : float array of shape (n,)
            Inverse probability of choosing the row; at most ``most_weight``.
        most_weight : float
            Declared before the rows were seen. Larger is slower.

        Raises
        ------
        ValueError
            If a weight is not in (0, most_weight].
        """
        if weight.size and not (weight.min() > 0.0 and weight.max() <= most_weight):
            raise ValueError(f"weights must be above 0 and at most {most_weight}")
        p, q = self.promised, np.array(self.alternatives)
        stake = (p - q) / (p * (1.0 - p))
        gain = (weight / most_weight) * (p - is_hit.astype(np.float64))
        return np.asarray(np.log1p(np.multiply.outer(gain, stake)))


def bets_against(promised: float, *, is_floor: bool, steps: tuple[float, ...] = _STEPS) -> RateBets:
    """Lay out bets at growing distance from the promise, evenly in log odds.

    The bet nearest to what really happens wins almost as fast as one made in hindsight; each further bet costs a little of
    the wealth, never the guarantee.

    Parameters
    ----------
    promised : float
        The promised rate, in (0, 1).
    is_floor : bool
        Whether the rate must stay at or above it.
    steps : tuple of float
        Distances in log odds.

    References
    ----------
    Waudby-Smith, Ramdas (2024). Estimating means of bounded random variables by betting. JRSS B 86.

    Examples
    --------
    >>> [round(q, 2) for q in bets_against(0.8, is_floor=True).alternatives]
    [0.76, 0.71, 0.62, 0.5, 0.31]
    """
    if not 0.0 < promised < 1.0:
        raise ValueError(f"a promised rate lies between 0 and 1, not {promised}")
    sign = -1.0 if is_floor else 1.0
    logit = np.log(promised / (1.0 - promised)) + sign * np.array(steps)
    q = np.clip(1.0 / (1.0 + np.exp(-logit)), _SMALLEST_ODDS, 1.0 - _SMALLEST_ODDS)
    return RateBets(promised=promised, alternatives=tuple(q.tolist()), is_floor=is_floor)

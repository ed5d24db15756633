"""Why a row got its class, for any model that answers rows."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from classward.domain import Contribution, Explanation
from classward.errors import DataError
from classward.inference.attribution.players import Background, Player, mixed_rows, players_of
from classward.inference.attribution.trust import Scores, fidelity, rank_correlation, warnings_of
from classward.inference.columns import Columns
from classward.inference.proba import Proba

__all__ = ["Answering", "explain_row"]

_LEAST = 1e-12
_CHUNK_ROWS = 4096
_MOST_PIECES = 24


class Answering(Protocol):
    """Anything that answers rows in columns with probabilities, such as ``FittedModel``."""

    def predict_proba(self, columns: Columns, n: int) -> Proba:
        """Probabilities of ``n`` rows."""
        ...


def explain_row(
    model: Answering,
    columns: Columns,
    row: int,
    background: Background,
    *,
    rng: np.random.Generator,
    class_name: str | None = None,
    contrast: str | None = None,
    n_permutations: int = 32,
) -> Explanation:
    """Share out, among its columns and words, what sets one row's answer apart from that for background rows.

    Shapley values by sampling: players come in, in random order (each order also reversed), and each is credited with what
    it changes. Slow: use ``explain_exactly``, which needs no sampling, where the model is a single linear one or one of
    trees. Not a cause: it tells what moved this model, and mixes values of different rows that may never occur together.

    Parameters
    ----------
    model : Answering
        Has ``predict_proba(columns, n)``.
    columns, row : Columns, int
        Where the row stands.
    background : Background
        Rows to compare with; they set what 0 means.
    rng : Generator
        For orders and background rows.
    class_name, contrast : str, optional
        Score explained: log odds of ``class_name`` (by default the class answered) against ``contrast`` (by default all
        other classes together).
    n_permutations : int, default=32
        Orders drawn, rounded up to even, at least 4. The standard error falls with its square root.

    Returns
    -------
    explanation : Explanation
        Contributions by size, the largest first; with ``base`` they add up to ``score``. Cost: ``n_permutations`` times
        (players + 1) answers, in batches.

    Raises
    ------
    UnknownClass
        CW301 if a class is not in the label space.
    DataError
        CW307 if a class is to be contrasted with itself.

    References
    ----------
    Štrumbelj, Kononenko (2014). Explaining prediction models and individual predictions with feature contributions. KAIS.
    Mitchell, Cooper, Frank, Holmes (2022). Sampling permutations for Shapley value estimation. JMLR 23 (reversed orders).
    """
    own = {f.name: columns[f.name][row] for f in background.features}
    answer = model.predict_proba({name: [value] for name, value in own.items()}, 1)
    space = answer.label_space
    a = int(answer.predicted[0]) if class_name is None else space.index(class_name)
    b = None if contrast is None else space.index(contrast)
    if a == b:
        raise DataError(
            "CW307", "a class cannot be contrasted with itself", got=repr(space.names[a]),
            fix="name another class, or none to contrast it with all others",
        )  # fmt: skip
    players = players_of(own, background.features, most_pieces=_MOST_PIECES)

    def score(is_in: NDArray[np.bool_], drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        scores = np.empty(len(is_in))
        for start in range(0, len(is_in), _CHUNK_ROWS):
            part = slice(start, start + _CHUNK_ROWS)
            rows = mixed_rows(own, players, is_in[part], background, drawn[part])
            scores[part] = _log_odds(model.predict_proba(rows, len(is_in[part])).matrix, a, b)
        return scores

    n_pairs, d = max(2, (n_permutations + 1) // 2), len(players)
    by_pair, base, drawn = _walks(score, d, n_pairs, background.n, rng)
    values = by_pair.mean(axis=0)
    errors = by_pair.std(axis=0, ddof=1) / np.sqrt(n_pairs)
    halves = [by_pair[half::2].mean(axis=0) for half in (0, 1)]
    stability = rank_correlation(*halves)
    faithful = fidelity(score, values, drawn)
    return Explanation(
        class_name=space.names[a], contrast=contrast, score=float(_log_odds(answer.matrix, a, b)[0]), base=base,
        contributions=_sorted(players, values, errors), method="Shapley values by sampling of orders",
        scale="calibrated log odds", n_background=background.n, n_evaluations=2 * n_pairs * (d + 1), stability=stability,
        fidelity=faithful, warnings=warnings_of(stability, faithful, n_background=background.n),
    )  # fmt: skip


def _walks(
    score: Scores, d: int, n_pairs: int, n_background: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], float, NDArray[np.int64]]:
    """Contributions of every player in every pair of an order and its reverse, and the mean score with no player in."""
    ranks = np.argsort(rng.random((n_pairs, d)), axis=1)
    both = np.concatenate([ranks, d - 1 - ranks])
    drawn = _evenly(n_pairs, n_background, rng)
    is_in = both[:, None, :] < np.arange(d + 1)[None, :, None]
    scores = score(is_in.reshape(-1, d), np.repeat(np.tile(drawn, 2), d + 1))
    scores = scores.reshape(2 * n_pairs, d + 1)
    gains = np.take_along_axis(np.diff(scores, axis=1), both, axis=1)
    return (gains[:n_pairs] + gains[n_pairs:]) / 2, float(scores[:, 0].mean()), drawn


def _evenly(n: int, n_background: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Background rows in random order, each as often as any other (but for the last round)."""
    rounds = [rng.permutation(n_background) for _ in range(-(-n // n_background))]
    return np.concatenate(rounds)[:n].astype(np.int64)


def _log_odds(matrix: NDArray[np.float64], a: int, b: int | None) -> NDArray[np.float64]:
    own = np.clip(matrix[:, a], _LEAST, 1.0)
    other = matrix[:, b] if b is not None else matrix.sum(axis=1) - matrix[:, a]
    return np.log(own) - np.log(np.clip(other, _LEAST, 1.0))


def _sorted(
    players: tuple[Player, ...], values: NDArray[np.float64], errors: NDArray[np.float64]
) -> tuple[Contribution, ...]:
    return tuple(
        Contribution(
            column=players[i].column, token=players[i].piece, value=float(values[i]), standard_error=float(errors[i])
        )
        for i in np.argsort(-np.abs(values), kind="stable")
    )

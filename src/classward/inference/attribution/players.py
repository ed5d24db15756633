"""What may be taken out of a row: a column, or a piece of a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import Feature
from classward.inference.columns import Columns

__all__ = ["Background", "Player", "mixed_rows", "players_of"]

_PIECE = re.compile(r"\S+").findall


@dataclass(frozen=True, slots=True)
class Background:
    """Rows that stand for "not known": what a column is replaced by when it is taken out.

    Parameters
    ----------
    columns : Columns
        One sequence of ``n`` values per feature: a few dozen rows such as the model sees, training rows for one.
    features : tuple of Feature
        Which columns, and of what kind.
    n : int
        Rows, at least one.
    """

    columns: Columns
    features: tuple[Feature, ...]
    n: int

    def __post_init__(self) -> None:
        if self.n < 1 or any(len(self.columns[f.name]) != self.n for f in self.features):
            raise ValueError(f"background columns do not all have {self.n} rows, or there is none")


@dataclass(frozen=True, slots=True)
class Player:
    """A column, or (``piece`` given) some neighbouring words of a text column."""

    column: str
    piece: str | None = None


def players_of(row: Mapping[str, object], features: Sequence[Feature], *, most_pieces: int) -> tuple[Player, ...]:
    """List what can be taken out of a row: its columns; of a text its words, or runs of words if there are too many.

    >>> text = Feature(name="text", kind="text")
    >>> [p.piece for p in players_of({"text": "where is my card"}, [text], most_pieces=2)]
    ['where is', 'my card']
    """
    found: list[Player] = []
    for feature in features:
        value = row[feature.name]
        words = _PIECE(value) if feature.kind == "text" and isinstance(value, str) else []
        if words:
            runs = np.array_split(np.arange(len(words)), min(most_pieces, len(words)))
            found += [Player(feature.name, " ".join(words[i] for i in run)) for run in runs]
        else:
            found.append(Player(feature.name))
    return tuple(found)


def mixed_rows(
    row: Mapping[str, object],
    players: Sequence[Player],
    is_in: NDArray[np.bool_],
    background: Background,
    drawn: NDArray[np.int64],
) -> Columns:
    """Make rows that keep some players of a row and take the rest from background rows; text loses its words instead.

    Parameters
    ----------
    is_in : bool array of shape (n_samples, n_players)
        Which players each made row keeps.
    drawn : int array of shape (n_samples,)
        Background row that stands in.
    """
    made: dict[str, list[object]] = {}
    for feature in background.features:
        own = [i for i, p in enumerate(players) if p.column == feature.name]
        pieces = [players[i].piece for i in own]
        if pieces[0] is None:
            there = background.columns[feature.name]
            kept = is_in[:, own[0]].tolist()
            made[feature.name] = [
                row[feature.name] if k else there[d] for k, d in zip(kept, drawn.tolist(), strict=True)
            ]
        else:
            made[feature.name] = [
                " ".join(str(piece) for piece, k in zip(pieces, line, strict=True) if k)
                for line in is_in[:, own].tolist()
            ]
    return made

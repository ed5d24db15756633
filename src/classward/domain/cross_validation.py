"""What cross-validation found: figures per class over rounds, and how much choosing flatters."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.measure import Measure

__all__ = ["ClassSpread", "CrossValidation", "RoundResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """One round: what was chosen, from how many rows, and how it did on rows held out.

    ``inner_log_loss`` is the score it was chosen by, on inner rounds; ``None`` without them.
    """

    chosen: str
    n_fit: int
    n_held: int
    log_loss: float
    accuracy: float
    inner_log_loss: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSpread:
    """Recall and precision of one class over rounds: mean with interval, and standard deviation between rounds."""

    class_name: str
    n: int
    recall: Measure
    recall_spread: float | None
    precision: Measure
    precision_spread: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidation:
    """Figures of a way to train, not of one model; the sealed rows took no part.

    With ``is_nested`` settings were chosen on inner rounds, and ``optimism`` (nats per row) is how much lower the log loss
    they were chosen by is than the one on outer rows. Without, ``chosen`` was chosen by the very figures shown, and the
    optimism is not known.
    """

    strategy: str
    is_nested: bool
    rounds: tuple[RoundResult, ...]
    classes: tuple[ClassSpread, ...]
    accuracy: Measure
    log_loss: Measure
    inner_log_loss: Measure | None
    optimism: Measure | None
    warnings: tuple[str, ...]
    failures: tuple[str, ...]
    task_hash: str
    dataset_hash: str
    rows_hash: str

"""A weighted mean of calibrated models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from classward.domain import DecisionRule, InputSchema, LabelSpace
from classward.inference.calibrators import Calibrator, softmax
from classward.inference.columns import Columns
from classward.inference.features import Features
from classward.inference.gate import Gate
from classward.inference.model import FittedModel
from classward.inference.novelty import NoveltyRule
from classward.inference.one_encoder import check_one_encoder
from classward.inference.proba import Proba
from classward.inference.tree import TreeScorer
from classward.inference.tree_stack import TreeStack
from classward.statistics import novelty_names, novelty_scores

__all__ = ["Blend", "BlendMember", "Model", "mean_log_proba"]

_TINY = 1e-12


def mean_log_proba(logits: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Logarithm (nats) of the mean of softmax probabilities; one matrix is given back as it is."""
    if len(logits) == 1:
        return logits[0]
    return np.asarray(np.log(np.maximum(np.mean([softmax(z) for z in logits], axis=0), _TINY)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BlendMember:
    """One recipe of a blend: a model, or several fitted on different folds that answer by their mean.

    Parameters
    ----------
    models : tuple of FittedModel
        Uncalibrated; at least one.
    calibrator : Calibrator
        Applied to the logarithm of their mean probability (or to the logits of a single model).
    weight : float
        Share in the blend, above 0.
    """

    models: tuple[FittedModel, ...]
    calibrator: Calibrator
    weight: float
    _stack: TreeStack | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.models or not 0.0 < self.weight <= 1.0:
            raise ValueError(f"a member of {len(self.models)} models and weight {self.weight}")
        trees = [model.scorer for model in self.models if isinstance(model.scorer, TreeScorer)]
        is_stacked = len(self.models) == len(trees) > 1
        object.__setattr__(self, "_stack", TreeStack.of(trees) if is_stacked else None)

    @property
    def family(self) -> str:
        """Which recipe family made it."""
        return self.models[0].family

    def proba(self, columns: Columns, n: int) -> NDArray[np.float64]:
        """Calibrated probabilities of shape (n, n_classes)."""
        return self.calibrated(self.model_logits(columns, n, {}))

    def model_logits(self, columns: Columns, n: int, made: dict[int, Features]) -> list[NDArray[np.float64]]:
        """Logits of each model, (n, n_classes) each; ``made`` keeps features by featuriser, so that each is asked once."""
        given = []
        for model in self.models:
            key = id(model.featuriser)
            if key not in made:
                made[key] = model.featuriser.transform(columns, n)
            given.append(made[key])
        if self._stack is not None and all(features is given[0] for features in given):
            return self._stack.logits(given[0])
        return [model.scorer.logits(features) for model, features in zip(self.models, given, strict=True)]

    def calibrated(self, logits: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        """Calibrated probabilities from the logits of each model."""
        return self.calibrator.apply(mean_log_proba(logits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """Members' calibrated probabilities, averaged by weight and calibrated once more.

    Parameters
    ----------
    schema : InputSchema
        Columns a row must have.
    label_space : LabelSpace
        Column order of logits and probabilities; every member has the same.
    members : tuple of BlendMember
        Their weights sum to 1.
    calibrator : Calibrator
        Applied to the logarithm of the average.
    novelty : NoveltyRule, optional
        Tells inputs that belong to no class, by :func:`~classward.statistics.novelty_scores` of probabilities and members.
    family : str
        ``blend``.
    rule : DecisionRule, optional
        How its probabilities become answers; without one the most probable class is the answer.
    gates : tuple of Gate
        Binary models of classes that are looked for first; ``rule.gates`` says from where on each answers.

    Raises
    ------
    ValueError
        If the pieces do not fit together.
    """

    schema: InputSchema
    label_space: LabelSpace
    members: tuple[BlendMember, ...]
    calibrator: Calibrator
    family: str = "blend"
    rule: DecisionRule | None = None
    novelty: NoveltyRule | None = None
    gates: tuple[Gate, ...] = ()

    def __post_init__(self) -> None:
        total = sum(member.weight for member in self.members)
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"weights of {len(self.members)} members sum to {total}")
        for member in self.members:
            if any(m.label_space != self.label_space or m.schema != self.schema for m in member.models):
                raise ValueError(f"member {member.family!r} has another schema or label space")
            if member.calibrator.n_classes not in (None, len(self.label_space)):
                raise ValueError(f"calibrator of {member.family!r} is for {member.calibrator.n_classes} classes")
        if self.novelty is not None and len(self.novelty.weights) != len(novelty_names(len(self.members))):
            raise ValueError(
                f"a rule for new inputs of {len(self.novelty.weights)} scores, {len(self.members)} members"
            )
        models = [model.featuriser for member in self.members for model in member.models]
        check_one_encoder([*models, *(gate.featuriser for gate in self.gates)])
        if any(gate.class_index >= len(self.label_space) for gate in self.gates):
            raise ValueError("a gate is for a class that does not exist")
        cuts = () if self.rule is None else self.rule.gates
        if cuts and [cut.class_index for cut in cuts] != [gate.class_index for gate in self.gates]:
            raise ValueError("the decision rule knows other gates than the model has")
        if self.rule is not None and self.rule.label_space_hash != self.label_space.hash:
            raise ValueError("the decision rule was made for other classes")
        if self.calibrator.n_classes not in (None, len(self.label_space)):
            raise ValueError(f"calibrator is for {self.calibrator.n_classes} classes")

    def logits(self, columns: Columns, n: int) -> NDArray[np.float64]:
        """Logarithm (nats) of the weighted mean, of shape (n, n_classes); not calibrated as a whole."""
        return self._mixed(self._said(columns, n, {}))

    def _said(self, columns: Columns, n: int, made: dict[int, Features]) -> list[list[NDArray[np.float64]]]:
        return [member.model_logits(columns, n, made) for member in self.members]

    def _mixed(self, said: list[list[NDArray[np.float64]]]) -> NDArray[np.float64]:
        mean = np.zeros(said[0][0].shape)
        for member, logits in zip(self.members, said, strict=True):
            mean += member.weight * member.calibrated(logits)
        return np.asarray(np.log(np.maximum(mean, _TINY)))

    def predict_proba(self, columns: Columns, n: int) -> Proba:
        """Calibrated probabilities of ``n`` rows, with a mark at inputs of no class if there is a rule for them."""
        made: dict[int, Features] = {}
        said = self._said(columns, n, made)
        matrix = self.calibrator.apply(self._mixed(said))
        gates = np.stack([gate.proba(columns, n, made) for gate in self.gates], axis=1) if self.gates else None
        if self.novelty is None:
            return Proba(matrix, self.label_space, gates=gates)
        scores = novelty_scores(matrix, [np.mean(logits, axis=0) for logits in said])
        return Proba(matrix, self.label_space, self.novelty.is_new(scores), gates)

    def unseen(self, columns: Columns, n: int) -> list[tuple[str, ...]]:
        """Flag values that training never saw: those that any member's first model does not know."""
        found = [member.models[0].unseen(columns, n) for member in self.members]
        return [tuple(dict.fromkeys(flag for flags in row for flag in flags)) for row in zip(*found, strict=True)]


Model: TypeAlias = FittedModel | Blend
"""What answers rows: has ``schema``, ``label_space``, ``family``, ``logits``, ``predict_proba`` and ``unseen``."""

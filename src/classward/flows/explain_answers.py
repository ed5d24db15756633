"""Which answers get their reasons stored beside the record, and how they are made within a budget."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from classward.domain import ABSTAINED, Attribution, InputSchema, canonical_json
from classward.flows.predict import Answer, LoadedVersion
from classward.inference.attribution import Background, explain_answer, typical_background
from classward.lifecycle.predict import RowChecker
from classward.ports import Clock

__all__ = ["AnswerExplainer", "ExplainPolicy", "wanted"]

_N_PERMUTATIONS = 4
_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainPolicy:
    """By default every answer of a critical class; ``share`` of them (by a hash of the id), and of ``classes`` too."""

    share: float = 1.0
    classes: tuple[str, ...] = ()

    def wants(self, loaded: LoadedVersion, row_id: str, label: str) -> bool:
        """Whether an answer is to be explained."""
        if label == ABSTAINED or label not in (*loaded.model.label_space.critical, *self.classes):
            return False
        return self.share >= 1.0 or zlib.crc32(row_id.encode()[::-1]) < self.share * 2**32


@dataclass(frozen=True, slots=True)
class AnswerExplainer:
    """Explains answers of one loaded version against its typical row; keeps nothing of the rows, no word of private columns.

    Exact for single linear models and ensembles of trees, else by sampling four orders of columns and words: a rank of
    what mattered, with standard errors. ``classward explain`` does better, at leisure, against training rows.
    """

    loaded: LoadedVersion
    private: frozenset[str] = frozenset()
    background: Background = field(init=False)

    def __post_init__(self) -> None:
        optional = tuple(replace(f, is_required=False) for f in self.loaded.model.schema.features)
        known = {f.name for f in optional}
        typical = {name: value for name, value in self.loaded.facts.typical.items() if name in known}
        checked = RowChecker(InputSchema(features=optional)).check([typical])
        kept = {name: values[0] for name, values in checked.columns.items()}
        object.__setattr__(self, "background", typical_background(kept, self.loaded.model.schema.features))

    def explain(self, row_id: str, label: str, row: Mapping[str, object], *, clock: Clock) -> Attribution:
        """Make the attribution of one answered row, given as it was asked."""
        started_s = clock.monotonic_s()
        checked = self.loaded.checker.check([row])
        found = explain_answer(
            self.loaded.model, checked.columns, 0, self.background, class_name=label,
            rng=np.random.default_rng(zlib.crc32(row_id.encode())), n_permutations=_N_PERMUTATIONS, most=_MOST_SHOWN,
        ).without_words(self.private)  # fmt: skip
        return Attribution(
            id=row_id, at=clock.now(), version=self.loaded.version, bundle_hash=self.loaded.bundle_hash,
            class_name=label, explanation=canonical_json(found), took_ms=1000.0 * (clock.monotonic_s() - started_s),
        )  # fmt: skip


def wanted(
    policy: ExplainPolicy, loaded: LoadedVersion, answer: Answer, rows: Sequence[Mapping[str, object]]
) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """The answers of a request that are to be explained: id, class and row."""
    for given, row in zip(answer.predictions, rows, strict=True):
        if policy.wants(loaded, given.id, given.label):
            yield given.id, given.label, row

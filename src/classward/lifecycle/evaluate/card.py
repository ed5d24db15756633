"""A model card from registry facts: nobody is asked to type what the registry knows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from classward.domain import Measure, ModelVersion, Report, Task, format_time

__all__ = ["CardFacts", "card_markdown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What a card tells beside the report."""

    task: Task
    version: ModelVersion
    chosen: str
    split: str
    n_train: int
    n_holdout_reads: int
    live_since: str
    gate: str = "never judged"
    overrides: tuple[str, ...] = ()


def card_markdown(report: Report, facts: CardFacts) -> str:
    """Write a model card in Markdown with a YAML head, per class and with intervals.

    Everything a person named is escaped, so that a class called ``<b>`` is shown and not obeyed. A card tells what the
    registry knows; it cannot tell what the model ought not to be used for beyond what the task says.
    """
    task, version, calibration = facts.task, facts.version, report.calibration
    rows = "\n".join(
        f"| {_text(c.class_name)} | {_show(c.recall)} | {_show(c.precision)} | {_show(c.f1)} | {c.n:,} |"
        for c in report.classes
    )
    notes = "\n".join(f"- {_text(note)}" for note in report.notes) or "- none"
    libraries = ", ".join(f"{name} {release}" for name, release in version.libraries)
    return f"""---
pipeline_tag: {"text-classification" if any(f.kind == "text" for f in task.features) else "tabular-classification"}
tags: [multiclass, calibrated, classward]
datasets: ["sha256:{version.dataset_hash}"]
---
# {_text(task.name)}, version {version.version}

One label out of {len(report.class_names)} for each row, with calibrated probabilities.

## Details
- bundle `{version.bundle_hash}`, registered {format_time(version.registered_at)} by {_text(version.registered_by)}
- model: {_text(facts.chosen)}
- code {version.code_version}; {libraries}
- live: {_text(facts.live_since)}
- gate: {_text(facts.gate)}
{_overrides(facts.overrides)}\

## Uses
- meant for: predicting {_code(task.label)} from {", ".join(f"{_code(f.name)} ({f.kind})" for f in task.features)}
- out of scope: rows unlike those trained on, more than one true label per row, and decisions without a way to object

## Data
- {facts.n_train:,} rows trained and calibrated on, split by {_text(facts.split)}; snapshot `{version.dataset_hash[:16]}`
{_provenance(task)}\
- the sealed rows were read {facts.n_holdout_reads} time(s), of {task.most_holdout_reads} that the task allows

## Figures on {report.n:,} sealed rows (95 % intervals)
accuracy {_show(report.accuracy)} · macro F1 {_show(report.macro_f1)} · log loss {_show(report.log_loss)}

| class | recall | precision | F1 | n |
|---|---|---|---|---|
{rows}

## Calibration
ECE {calibration.ece:.3f}; a perfect model would show {calibration.ece_null_mean:.3f} on these rows, and stay below
{calibration.ece_null_p95:.3f} 19 times in 20: {calibration.verdict}.

## Limits
{notes}

{_classes(task)}## Owner
{_text(task.owner or "not named")}; on call: {_text(task.sre or "not named")}
"""


def _overrides(told: tuple[str, ...]) -> str:
    """Who let the version pass against the gate, and why."""
    return "".join(f"- **gate overridden**: {_text(one)}\n" for one in told)


def _provenance(task: Task) -> str:
    """Where the rows come from, as far as the task file says."""
    said = task.provenance
    parts = (
        ("source", said.source), ("owner of the rows", said.owner), ("licence", said.licence), ("consent", said.consent),
        ("made from", ", ".join(said.upstream)),
    )  # fmt: skip
    return "".join(f"- {name}: {_text(value)}\n" for name, value in parts if value)


def _classes(task: Task) -> str:
    """What the classes mean, and tags, as far as the task file says."""
    meanings = dict(task.definitions) | {part.name: part.definition for part in task.about if part.definition}
    lines = [f"- {_text(name)}: {_text(meaning)}" for name, meaning in meanings.items()]
    tags = [f"- {_text(name)}: {_text(value)}" for name, value in task.tags]
    found = (("## Classes", lines), ("## Tags (free texts of the owner, not checked)", tags))
    return "".join("\n".join([title, *part]) + "\n\n" for title, part in found if part)


def _show(figure: Measure) -> str:
    if figure.value is None:
        return "–"
    span = f" [{figure.interval.low:.2f}, {figure.interval.high:.2f}]" if figure.interval else ""
    return f"{figure.value:.2f}{span}"


def _text(text: str) -> str:
    """A user's words inside Markdown: no markup of theirs takes effect, and a line stays a line."""
    return re.sub(r"([\\`*_\[\]<>|#&~$])", r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """A user's words as code inside Markdown, where only back quotes and line ends matter."""
    return "`" + " ".join(text.split()).replace("`", "'") + "`"

"""The model card of a version, from what the registry knows."""

from __future__ import annotations

import json
from typing import Any

from classward.artifact.read import read_extra
from classward.domain import ModelVersion, format_time
from classward.flows.context import Context
from classward.flows.register import read_report
from classward.flows.sealed import sealed_hash_of
from classward.lifecycle.evaluate import CardFacts, card_markdown
from classward.lifecycle.release import RegistryState, overrides_of

__all__ = ["card"]


def card(ctx: Context, version: ModelVersion, state: RegistryState) -> str:
    """Markdown with figures per class, data, use of sealed rows, limits and owner."""
    folder = ctx.artifacts.path(version.bundle_hash)
    lineage = json.loads(read_extra(folder, "lineage.json", expected_hash=version.bundle_hash))
    live = next((d for d in reversed(state.deployments) if d.live and d.live.version == version.version), None)
    is_live = state.live is not None and state.live.version == version.version
    facts = CardFacts(
        task=ctx.task, version=version, chosen=_members(lineage["candidates"]),
        split=lineage["split"]["strategy"],
        n_train=sum(f["n_rows"] for f in lineage["split"]["folds"] if f["name"] != "test"),
        n_holdout_reads=state.reads_of(
            sealed_hash_of(ctx, rows_hash=lineage["rows_hash"], dataset_hash=version.dataset_hash), lineage["rows_hash"]
        ),
        live_since=format_time(live.since) if live and is_live else "not live", gate=_gate(ctx, version),
        overrides=overrides_of(
            ctx.journal.events(task=ctx.task.name), task=ctx.task.name, bundle_hash=version.bundle_hash
        ),
    )  # fmt: skip
    return card_markdown(read_report(ctx, version), facts)


def _gate(ctx: Context, version: ModelVersion) -> str:
    """The last judgement of this bundle, whatever it was compared with."""
    told = "never judged"
    for event in ctx.journal.events(task=ctx.task.name, kind="gate_judged"):
        payload = json.loads(event.payload)
        if payload["bundle_hash"] == version.bundle_hash:
            told = f"{payload['outcome']} on {event.at:%Y-%m-%d} ({len(payload['criteria'])} criteria)"
    return told


def _members(candidates: list[dict[str, Any]]) -> str:
    return " + ".join(
        f"{c['weight']:.0%} {c['recipe']['family']}, calibrated by {c['calibrator']}" for c in candidates if c["weight"]
    )

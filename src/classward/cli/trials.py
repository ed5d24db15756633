"""``classward trials``: everything that was tried for a version."""

from __future__ import annotations

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]

_SHORTEST = 40


@click.command("trials")
@click.argument("version", type=int, required=False)
@task_options
@json_option
def command(version: int | None, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Every recipe and every tuned setting: its log loss on rows it did not see, its weight, or why it was cut."""
    from classward.cli import output
    from classward.flows.trials import trials_of

    ctx = open_task(task_file, workspace)
    found = trials_of(ctx, version)
    if as_json:
        output.as_json(found)
        return
    ranked = sorted(found.candidates, key=lambda c: (c.log_loss is None, c.log_loss or 0.0))
    rows = [
        (
            c.recipe.title, "–" if c.log_loss is None else f"{c.log_loss:.4f}", f"{c.weight:.2f}" if c.weight else "–",
            f"{c.fit_s:.1f}" if c.fit_s else "–",
            _short(c.failure.splitlines()[0] if c.failure else _settings(c.recipe.params)),
        )
        for c in ranked
    ]  # fmt: skip
    output.table(("recipe", "log loss", "weight", "s", "settings, or why it was left out"), rows, right=(1, 2, 3))
    n_cut = sum(bool(c.failure) for c in found.candidates)
    click.echo(
        f" version {found.version}: {len(found.candidates)} tried, {n_cut} cut or left out; seed {found.seed}, budget "
        f"{found.budget_s:g} s   all settings: --json"
    )


def _settings(params: tuple[tuple[str, str | int | float | bool], ...]) -> str:
    return ", ".join(f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}" for name, value in params)


def _short(text: str) -> str:
    return text if len(text) <= _SHORTEST else text[: _SHORTEST - 1] + "…"

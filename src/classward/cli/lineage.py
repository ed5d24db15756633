"""``classward lineage``: back from an answer, forward from a training row."""

from __future__ import annotations

import json

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("lineage")
@click.argument("prediction", required=False)
@click.option("--row-id", default="", metavar="ID", help="A training row by its id.")
@click.option("--row-hash", default="", metavar="HASH", help="A training row by its hash.")
@click.option("--row", default="", metavar="JSON", help="A training row by values of some of its columns.")
@task_options
@json_option
def command(
    prediction: str | None, row_id: str, row_hash: str, row: str, task_file: str, workspace: str | None, as_json: bool
) -> None:
    """Tell what the answer PREDICTION rests on, or which versions learned from a training row."""
    from classward.errors import UsageError

    if bool(prediction) == bool(row_id or row_hash or row):
        raise UsageError(
            "CW606", "lineage is asked of one answer or of one training row", got="both" if prediction else "neither",
            fix="classward lineage ID, or classward lineage --row-id ID (or --row-hash, --row)",
        )  # fmt: skip
    if prediction:
        _back(prediction, task_file, workspace, as_json=as_json)
    else:
        _forward(row_id, row_hash, row, task_file, workspace, as_json=as_json)


def _back(prediction: str, task_file: str, workspace: str | None, *, as_json: bool) -> None:
    from classward.cli import output
    from classward.flows.lineage import lineage_of

    found = lineage_of(open_task(task_file, workspace), prediction)
    if as_json:
        output.as_json(found)
        return
    version, answer = found.version, found.answer
    origin = found.snapshot.get("provenance", {})
    told = [
        ("answer", f"{answer.prediction['label']!r} at {output.moment(answer.prediction['at'])}"),
        ("model", f"v{version.version}, bundle {version.bundle_hash[:16]}, registered by {version.registered_by}"),
        ("rows", f"snapshot {version.dataset_hash[:16]} of {found.snapshot.get('source', 'unknown')}"),
        *((name, str(value)) for name, value in origin.items() if value),
        ("split", f"{found.split.get('strategy', 'unknown')}, folds {str(found.split.get('rows_hash', ''))[:16]}"),
        ("features", f"{', '.join(f['name'] for f in found.task.get('task', {}).get('features', ()))}"),
        ("classes", f"label space {answer.prediction['label_space_hash'][:16]}, {len(answer.class_names)} classes"),
        ("plan", f"{version.plan_hash[:16]} of task {version.task_hash[:16]}"),
        ("code", f"{version.code_version}; " + ", ".join(f"{n} {r}" for n, r in version.libraries)),
        ("truth", repr(answer.truth) if answer.truth is not None else "not known yet"),
    ]
    for name, text in told:
        click.echo(f" {name:<9}{text}")


def _forward(row_id: str, digest: str, row: str, task_file: str, workspace: str | None, *, as_json: bool) -> None:
    from classward.cli import output
    from classward.errors import UsageError
    from classward.flows.lineage import uses_of_row

    try:
        values = json.loads(row) if row else None
    except ValueError:
        values = ()
    if values is not None and not isinstance(values, dict):
        raise UsageError("CW606", "--row is not a JSON object", got=row[:80], fix='--row \'{"column": "value"}\'')
    uses = uses_of_row(open_task(task_file, workspace), row_id=row_id, digest=digest, values=values)
    if as_json:
        output.as_json({"uses": uses})
        return
    if not uses:
        click.echo(" no version has such a row in its snapshot")
        return
    output.table(
        ("version", "row", "hash", "fold", ""),
        [
            (
                str(u.version),
                f"{u.row:,}",
                u.row_hash[:16],
                u.fold,
                "learned from" if u.is_trained_on else "measured on",
            )
            for u in uses[:200]
        ],
        right=(0, 1),
    )
    learned = sorted({u.version for u in uses if u.is_trained_on})
    click.echo(f" learned from by {len(learned)} version(s): {', '.join(map(str, learned)) or 'none'}")

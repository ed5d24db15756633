"""``classward classes``: rename, merge, split and add classes; what they were called before."""

from __future__ import annotations

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]

_because = click.option("--because", default="", metavar="TEXT", help="Why; kept in the journal.")


@click.group("classes")
def command() -> None:
    """Classes: changes are recorded, and what was stored before stays readable.

    Labels and answers under old names count for the classes of today. A running server answers in the names its version
    was trained with until another version is deployed.
    """


@command.command("rename")
@click.argument("old")
@click.argument("new")
@_because
@task_options
@json_option
def _rename(old: str, new: str, because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Call the class OLD by the name NEW from now on; it stays the same class."""
    _change("rename", (old,), (new,), because, task_file, workspace, as_json)


@command.command("merge")
@click.argument("classes", nargs=-1, required=True)
@click.option("--into", required=True, metavar="NAME", help="The class they become: a new one, or one that goes on.")
@_because
@task_options
@json_option
def _merge(
    classes: tuple[str, ...], into: str, because: str, task_file: str, workspace: str | None, as_json: bool
) -> None:
    """Take CLASSES together as one class; their probabilities add up."""
    _change("merge", classes, (into,), because, task_file, workspace, as_json)


@command.command("split")
@click.argument("old")
@click.option("--into", required=True, metavar="NAME NAME ...", help="The classes it becomes, two or more.")
@click.argument("more", nargs=-1, metavar="")
@_because
@task_options
@json_option
def _split(
    old: str, into: str, more: tuple[str, ...], because: str, task_file: str, workspace: str | None, as_json: bool
) -> None:
    """Divide the class OLD into other classes; its labels wait until somebody says which class is meant."""
    _change("split", (old,), (into, *more), because, task_file, workspace, as_json)


@command.command("add")
@click.argument("names", nargs=-1, required=True)
@_because
@task_options
@json_option
def _add(names: tuple[str, ...], because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Let labels name new classes before any version was trained on them."""
    _change("add", (), names, because, task_file, workspace, as_json)


@command.command("list")
@task_options
@json_option
def _list(task_file: str, workspace: str | None, as_json: bool) -> None:
    """Show every class with its id, and the names it had."""
    from classward.cli import output
    from classward.flows.classes import classes_now

    now = classes_now(open_task(task_file, workspace))
    earlier: dict[str, list[str]] = {}
    for name, current in now.taxonomy.changed.items():
        if current is not None:
            earlier.setdefault(current, []).append(name)
    if as_json:
        output.as_json(
            {
                "version": now.label_space.version, "hash": now.label_space.hash, "classes": now.label_space.classes,
                "read_as": now.taxonomy.changed, "untrained": now.waiting, "unreadable_in_live": now.lost,
            }
        )  # fmt: skip
        return
    click.echo(f" label space {now.label_space.version} ({now.label_space.hash[:8]}): {len(now.label_space)} classes")
    rows = [
        (
            c.name, c.id, c.status + (", untrained" if c.name in now.waiting else ""), c.effective_from or "–",
            ", ".join(earlier.get(c.name, ())) or "–",
        )
        for c in now.label_space.classes
    ]  # fmt: skip
    output.table(("class", "id", "status", "since", "also read as it"), rows)
    for name, current in now.taxonomy.changed.items():
        if current is None:
            output.say(f" {now.taxonomy.told(name)}")
    if now.lost:
        click.echo(
            f" live v{now.live_version} still answers with {', '.join(map(repr, now.lost))}: those answers count nowhere"
        )


@command.command("history")
@task_options
@json_option
def _history(task_file: str, workspace: str | None, as_json: bool) -> None:
    """Show every change of the classes: what, when, by whom and why."""
    from classward.cli import output
    from classward.flows.class_names import taxonomy_of

    found = taxonomy_of(open_task(task_file, workspace)).migrations
    if as_json:
        output.as_json({"changes": found})
        return
    for one in found:
        output.say(f" {output.moment(one.at)}   {one.kind:<6}   {one.title}")
        output.say(f"   by {one.actor}: {one.why}")
    if not found:
        click.echo(" no class was ever renamed, merged, split or added by hand")


def _change(
    kind: str, old: tuple[str, ...], new: tuple[str, ...], because: str, task_file: str, workspace: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    from classward.cli import output
    from classward.flows.classes import change_classes, classes_now

    ctx = open_task(task_file, workspace)
    migration = change_classes(ctx, kind, old=old, new=new, because=because)
    if as_json:
        output.as_json(migration)
        return
    output.say(f" {migration.title} ({because})")
    lost = classes_now(ctx).lost
    if kind == "split":
        click.echo(f" labels of {old[0]!r} need relabelling and count nowhere until then")
    if lost:
        click.echo(
            " the live version cannot tell the new classes apart; it answers with the old one until it is replaced"
        )
    if kind in {"split", "add"}:
        click.echo(" Next: label rows of the new classes, name their promises in the task file, classward train")
    else:
        click.echo(" Next: write the new name in the task file; classward status")

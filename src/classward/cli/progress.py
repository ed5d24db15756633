"""A bar in a terminal, a line now and then elsewhere; always on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

__all__ = ["rows_progress"]


@contextmanager
def rows_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function to be told (rows done, rows in all)."""
    if not sys.stderr.isatty():
        yield _tenths(what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(" {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def _tenths(what: str) -> Callable[[int, int], None]:
    last = -1

    def tell(done: int, total: int) -> None:
        nonlocal last
        if (tenth := 10 * done // max(total, 1)) > last:
            last = tenth
            click.echo(f" {what}: {done:,} of {total:,} rows", err=True)

    return tell

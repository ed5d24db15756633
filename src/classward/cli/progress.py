"""A bar in a terminal, a line now and then elsewhere; always on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

__all__ = ["rows_progress", "with_time_left"]


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


def with_time_left(
    tell: Callable[[str, str], None], budget_s: float, clock_s: Callable[[], float]
) -> Callable[[str, str], None]:
    """Tell what ``tell`` tells, with the seconds of the budget that are left while models are fitted.

    >>> with_time_left(lambda stage, what: print(what), 60.0, lambda: 100.0)("train", "linear (1 of 3)")
    linear (1 of 3) · 60 s left
    """
    ends_s = clock_s() + budget_s

    def tell_more(stage: str, what: str) -> None:
        left_s = ends_s - clock_s()
        tell(stage, f"{what} · {left_s:.0f} s left" if stage in _FITTING and left_s > 0.0 else what)

    return tell_more


_FITTING = frozenset({"train", "tune"})


def _tenths(what: str) -> Callable[[int, int], None]:
    last = -1

    def tell(done: int, total: int) -> None:
        nonlocal last
        if (tenth := 10 * done // max(total, 1)) > last:
            last = tenth
            click.echo(f" {what}: {done:,} of {total:,} rows", err=True)

    return tell

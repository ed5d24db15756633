"""The entry point: finds the command, turns errors into text and exit codes."""

from __future__ import annotations

import importlib
import json
import sys

import click

from classward import __version__
from classward.errors import ClasswardError, TaskFileError, UsageError

__all__ = ["COMMANDS", "cli", "main"]

COMMANDS = {
    "init": "look at a table and write a task file",
    "advise": "judge the rows: kind of problem, leaks, what to collect",
    "effects": "what a way of training does to each class, side by side on the same folds",
    "train": "make, calibrate, measure and register a version",
    "cv": "cross-validate what training would try, plain or nested",
    "trials": "everything that was tried for a version",
    "reproduce": "train a version's members again and compare the figures",
    "report": "show how good a version is, class by class",
    "card": "print a version's model card",
    "suspects": "training rows whose label may be wrong",
    "compact": "a smaller version of a version, judged class by class",
    "robustness": "what typos, noise and gaps do to a version, class by class",
    "compare": "two versions on the same unseen labelled rows",
    "serve": "answer requests over HTTP",
    "loadtest": "send the logged requests to a server again, and judge its latency",
    "predict": "score a file",
    "export": "a version as a folder that answers by itself",
    "log": "print logged predictions",
    "label": "import labels that came late",
    "classes": "rename, merge, split and add classes; what they were called before",
    "status": "what is live and how each class does",
    "slo": "how much of each error budget is used, and how fast it goes",
    "alerts": "promises that broke, on which evidence; acknowledge them",
    "doctor": "why things are as they are, and what evidence is missing",
    "drift": "what moved away from the training rows: columns, answers, calibration",
    "why": "explain one answer",
    "explain": "which columns and words moved an answer or a class",
    "gate": "judge a version by the declared criteria before it is deployed",
    "deploy": "begin to make a version live: shadow, canary, live",
    "rollout": "how a release is doing; pause, promote or abort it",
    "loop": "what asks for a retraining, what is decided, each step of a run; start, pause, answer",
    "freeze": "let nothing be deployed for a while",
    "rollback": "go back to the version before",
    "lineage": "what an answer rests on; which versions learned from a row",
    "history": "what was live when, and why",
    "quarantine": "keep a version from answering",
    "hold": "keep a version from being collected",
    "collect": "give back the space of versions that nothing refers to",
    "backup": "copy the workspace while it is in use",
    "restore": "bring a copied workspace back",
    "verify": "check journal, bundles, snapshots and records",
    "replay": "decide a recorded decision again",
    "simulate": "weeks of traffic on a virtual clock",
    "watch": "take in labels, raise alerts, seal the log (serve starts it by itself)",
    "config": "defaults, schema and check of the task file",
}
"""Every command with its one-line help, in the order of a first use."""


class _LazyGroup(click.Group):
    """Loads a command's file when it is asked for, so that help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"classward.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="classward")
def cli() -> None:
    """Run multiclass classifiers in production, class by class.

    A first use: classward init table.csv --label COLUMN, then classward train, then classward serve.
    """


def main() -> None:
    """Run the command line; exit code 0 done, 1 refused for a stated reason, 2 wrong usage, 130 interrupted."""
    try:
        code = cli.main(standalone_mode=False)
    except ClasswardError as error:
        _tell(error)
        code = 2 if isinstance(error, UsageError | TaskFileError) else 1
    except click.ClickException as error:
        _tell(_usage(error))
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; what was finished is kept, run the same command to go on", err=True)
        code = 130
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except OSError as error:
        _tell(_of_system(error))
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _tell(error: ClasswardError) -> None:
    if "--json" in sys.argv:
        click.echo(json.dumps({"error": error.as_dict()}, ensure_ascii=False))
    else:
        click.echo(f"classward: {error}", err=True)


def _of_system(error: OSError) -> ClasswardError:
    """What the operating system refused, and where."""
    place = f" {error.filename}" if error.filename else ""
    return ClasswardError(
        "CW617", f"the system refuses to read or write{place}", got=error.strerror or type(error).__name__,
        fix="check that the place exists, is of the right kind, may be used by you and has room",
    )  # fmt: skip


def _usage(error: click.ClickException) -> UsageError:
    """What the option parser objects to, in the form of every other error."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "classward"
    what, guesses = error.format_message(), getattr(error, "possibilities", None)
    if isinstance(error, click.NoSuchOption) and guesses:
        what = f"{what.partition('.')[0].partition(' (')[0].rstrip('.')}"
    hint = f"did you mean {' or '.join(sorted(guesses))}? " if guesses else ""
    return UsageError("CW908", "the command line cannot be understood", got=what, fix=f"{hint}see '{command} --help'")

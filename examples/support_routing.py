"""Customer-support routing: questions to a bank go to one of 77 queues; what is each queue's quality, and what do misroutes cost?

    python examples/support_routing.py FOLDER          # a folder with train.csv and test.csv (text, category): BANKING77
    python examples/support_routing.py                 # without data: packaged sentences (home-assistant-intents) instead

BANKING77 is Casanueva et al. 2020 (CC BY 4.0); the folder is yours, nothing is downloaded. A misroute
costs 1 (a colleague forwards it), that of a question of a critical queue 10.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from use_case import UseCase, budget_of

CRITICAL = ("compromised_card", "lost_or_stolen_card", "cash_withdrawal_not_recognised")


def rows_of(folder: Path) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    """Questions with their queue, and the queues where a mistake is dear."""
    found: list[dict[str, str]] = []
    for name in ("train.csv", "test.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            found += [{"text": r["text"], "queue": r["category"]} for r in csv.DictReader(file)]
    return found, CRITICAL


def packaged() -> tuple[list[dict[str, str]], tuple[str, ...]]:
    """Spoken commands as stand-ins of tickets; their templates keep near copies on one side of the split."""
    from sentences import sentences

    rows = [{"text": r["text"], "queue": r["intent"], "template": r["template"]} for r in sentences()]
    return rows, ("HassTurnOff", "HassStartTimer")


def main(arguments: list[str]) -> None:
    """Train, report, and say what misroutes cost."""
    budget, rest, most = budget_of(arguments)
    rows, critical = rows_of(Path(rest[0])) if rest else packaged()
    case = UseCase("support-routing", rows[:: max(1, -(-len(rows) // most))], label="queue")
    group = ("--group", "template") if "template" in rows[0] else ()
    flags = [word for name in critical for word in ("--critical", name)]
    case.run("init", "rows.csv", "--label", "queue", "--name", "support", *group, *flags)
    queues = case.classes("queue")
    costs = [
        f'"{c}" = {{ {", ".join(f"{q!r} = 10.0".replace(chr(39), chr(34)) for q in queues if q != c)} }}'
        for c in critical
        if c in queues
    ]
    case.append("\n[decision.costs]\n" + "\n".join(costs) + "\n")
    case.run("train", "--budget", budget)
    report = case.report()
    print(f"accuracy {report['accuracy']['value']:.3f} on {report['n']:,} sealed rows, {len(report['classes'])} queues")
    hardest = sorted((c for c in report["classes"] if c["n"] >= 5), key=lambda c: c["recall"]["value"])[:5]
    for c in hardest:
        precision = c["precision"]["value"]
        print(f"  {c['class_name']:45} recall {c['recall']['value']:.2f}  precision {precision or 0:.2f}  n {c['n']}")
    cost = dict(report["analysis"]["figures"])["mean_cost"]
    span = cost["interval"]
    print(f"misroutes cost {cost['value']:.3f} a question [{span['low']:.3f}, {span['high']:.3f}]; dearest:")
    for p in report["analysis"]["pairs"][:3]:
        print(f"  {p['true_class']} → {p['predicted_class']}: {p['n']} rows, {p['cost_share'] or 0:.0%} of all cost")
    case.done()


if __name__ == "__main__":
    main(sys.argv[1:])

"""Triage that is NOT a diagnosis: a demonstration of how a model of a dear mistake is run, on data that is not medical advice.

    python examples/triage.py

Digits of scikit-learn (8 by 8 pixels, 1,797 images) stand for images; the digit 8 stands for "see at once". Every answer goes to a
person anyway: the model only sorts the queue. What counts: sensitivity of every class, calibration beside what chance would show, what
a missed urgent image costs, how many images are left to a person at once, and that every answer can be audited.

Do not use it, or anything made from it, on patients.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

from sklearn.datasets import load_digits
from use_case import UseCase, budget_of

URGENT = "urgent"
MISS = 20.0


def rows_of() -> list[dict[str, object]]:
    """Pixels as numbers, and what a reader found; three kinds, the urgent one rare."""
    data = load_digits()
    kinds = {8: URGENT, 3: "soon", 9: "soon", 5: "soon"}
    return [
        {
            "id": f"image-{i:04d}",
            **{f"p{j:02d}": float(v) for j, v in enumerate(x)},
            "finding": kinds.get(int(y), "routine"),
        }
        for i, (x, y) in enumerate(zip(data.data, data.target, strict=True))
    ]


def main(arguments: list[str]) -> None:
    """Train with costs, answer, have every answer reviewed, and audit it."""
    budget, _, most = budget_of(arguments, usual="30s")
    rows = rows_of()
    asked, known = rows[-100:], rows[:-100][:most]
    varied = {name for name in known[0] if len({row[name] for row in known}) > 1}
    asked, known = ([{k: v for k, v in row.items() if k in varied} for row in part] for part in (asked, known))
    print("A demonstration. Not a diagnosis; not for use on patients.")
    case = UseCase("triage", known, label="finding")
    case.run("init", "rows.csv", "--label", "finding", "--name", "triage", "--id", "id", "--critical", URGENT)
    case.append(
        f"\n[decision]\nabstain_cost = 0.5\ncosts.{URGENT}.routine = {MISS}\ncosts.{URGENT}.soon = 5.0\ncosts.soon.routine = 4.0\n"
    )
    case.run("train", "--budget", budget)
    report = case.report()
    for c in report["classes"]:
        span = c["recall"]["interval"]
        print(
            f"  sensitivity of {c['class_name']:8} {c['recall']['value']:.3f} [{span['low']:.3f}, {span['high']:.3f}] on {c['n']}"
        )
    calibration = report["calibration"]
    print(
        f"calibration error {calibration['ece']:.3f}; a perfect model would show {calibration['ece_null_mean']:.3f}: "
        f"{calibration['verdict']}"
    )
    cost = dict(report["analysis"]["figures"])["mean_cost"]
    print(f"mistakes cost {cost['value']:.3f} an image (an urgent one called routine costs {MISS:g})")
    for note in report["notes"]:
        if note.startswith("as served"):
            print(note)
    case.run("deploy", "1", "--now", "--because", "a demonstration; every answer is reviewed by a person")
    review(case, asked)
    case.done()


def review(case: UseCase, asked: list[dict[str, object]]) -> None:
    """Answer images that were never seen, have a person look at each, and keep what both said."""
    import classward

    rows = [{k: v for k, v in row.items() if k not in {"finding", "id"}} for row in asked]
    ids = [str(row["id"]) for row in asked]
    with classward.load(case.folder / "classward.toml") as predictor:
        answers = predictor.predict(rows, ids=ids).predictions
    order = {URGENT: 0, "(abstained)": 1, "soon": 2, "routine": 3}
    queue = sorted(answers, key=lambda a: (order[a.label], -a.probability))
    left = sum(a.label == "(abstained)" for a in answers)
    print(
        f"{len(answers)} images answered, all of them go to a person: {left} without a suggestion; first in the queue: {queue[0].id}"
    )
    found = {str(row["id"]): str(row["finding"]) for row in asked}
    now = datetime.now(UTC).isoformat()
    lines = ["id,label,event_at", *(f"{a.id},{found[a.id]},{now}" for a in queue)]
    (case.folder / "reviewed.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    case.run("label", "import", "reviewed.csv", "--source", "reader")
    missed = [a.id for a in answers if found[a.id] == URGENT and a.label not in {URGENT, "(abstained)"}]
    print(f"urgent images that the model alone would have put later: {len(missed)}; the person saw them all")
    audit = json.loads(case.run("why", queue[0].id, "--json"))
    print(
        f"audit of {queue[0].id}: version {audit['why']['prediction']['version']}, then the reader said {audit['truth']!r}"
    )
    case.run("verify")


if __name__ == "__main__":
    main(sys.argv[1:])

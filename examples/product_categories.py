"""Product categorisation: a listing's description goes to its category, with the top three shown to whoever lists it.

    python examples/product_categories.py              # Debian's packages as listings (apt-cache dumpavail): 50 categories and more
    python examples/product_categories.py FILE         # the same from a stored list; any machine without apt uses packaged sentences

Listings are package descriptions, categories their sections. What counts: accuracy per category, the right category among the top
three, and how much less there is to search for the person who lists.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from use_case import UseCase, budget_of

FEWEST = 40


def listings(text: str) -> list[dict[str, str]]:
    """Name, one line of description and section of every package; sections of few packages are left out."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(" "))
        section, about = fields.get("Section", ""), fields.get("Description", fields.get("Description-en", ""))
        if section and about:
            name = fields.get("Package", "")
            found.append(
                {
                    "title": about,
                    "name": name,
                    "category": section.rpartition("/")[2],
                    "source": fields.get("Source", name),
                }
            )
    counts = Counter(r["category"] for r in found)
    return [r for r in found if counts[r["category"]] >= FEWEST]


def packaged() -> list[dict[str, str]]:
    """Stand-ins where there is no apt: spoken commands and their intents."""
    from sentences import sentences

    return [
        {"title": r["text"], "name": r["id"], "category": r["intent"], "source": r["template"]} for r in sentences()
    ]


def main(arguments: list[str]) -> None:
    """Train, report per category, and say what the top three are worth."""
    budget, rest, most = budget_of(arguments)
    if rest:
        rows = listings(Path(rest[0]).read_text(encoding="utf-8", errors="replace"))
    elif shutil.which("apt-cache"):
        rows = listings(subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, check=True).stdout)
    else:
        rows = []
    rows = rows or packaged()
    case = UseCase("product-categories", rows[:: max(1, -(-len(rows) // most))], label="category")
    case.run("init", "rows.csv", "--label", "category", "--name", "products", "--id", "name", "--group", "source")
    case.run("train", "--budget", budget)
    report = case.report()
    ranks = report["analysis"]["ranks"]
    total, first = sum(ranks), ranks[0]
    print(f"accuracy {first / total:.3f}, right category among the top 3 {sum(ranks[:3]) / total:.3f}, n {total:,}")
    for c in sorted((c for c in report["classes"] if c["n"] >= 5), key=lambda c: c["recall"]["value"])[:5]:
        print(f"  {c['class_name']:25} found {c['recall']['value']:.2f} of {c['n']}")
    kept = 1.0 - sum(ranks[3:]) / total
    n_classes = len(report["classes"])
    print(
        f"a person who picks from three suggestions searches the whole list of {n_classes} for {1 - kept:.1%} of listings only"
    )
    case.done()


if __name__ == "__main__":
    main(sys.argv[1:])

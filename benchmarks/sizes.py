"""How much disk an installation takes: the default one, one that only serves, and the peer's.

    python benchmarks/sizes.py --default PY --serving PY --peer PY

PY are interpreters of environments that hold nothing else: `pip install classward`; `requirements/serving.lock` and classward
without dependencies; AutoGluon as in `quality/tables/requirements-autogluon.txt`. Sizes are of the site-packages on disk without pip,
setuptools and byte code. An environment that holds more than was asked is refused unless `--of` names what to count.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

MOST_SHARE, MOST_SERVING_MB = 1 / 4, 150
COUNT = """
import importlib.metadata as m, re, sys
wanted, seen = sys.argv[1:], {}
def add(name):
    name = re.sub(r"[-_.]+", "-", name).lower()
    if name in seen: return
    try: found = m.distribution(name)
    except m.PackageNotFoundError: return
    seen[name] = sum(f.locate().stat().st_size for f in found.files or () if f.suffix != ".pyc" and f.locate().is_file())
    for line in found.requires or ():
        if "extra ==" not in line: add(re.match(r"[A-Za-z0-9._-]+", line)[0])
if wanted:
    for name in wanted: add(name)
else:
    for found in m.distributions():
        if found.name.lower() not in ("pip", "setuptools"): add(found.name)
print(sum(seen.values()), len(seen))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("default", "serving", "peer"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument(
        "--of", default="", help="count only this package and what it needs, in the default environment"
    )
    asked = parser.parse_args()
    default, n_default = size(asked.default, [asked.of] if asked.of else [])
    serving, n_serving = size(asked.serving, [])
    peer, n_peer = size(asked.peer, [])
    print("| installation | packages | MB | limit |\n|---|---|---|---|")
    print(
        f"| default | {n_default} | {default:.0f} | {default / peer:.2f} of the peer's, {MOST_SHARE} allowed: {said(default <= peer * MOST_SHARE)} |"
    )
    print(f"| serving only | {n_serving} | {serving:.0f} | {MOST_SERVING_MB}: {said(serving <= MOST_SERVING_MB)} |")
    print(f"| AutoGluon, tables | {n_peer} | {peer:.0f} | – |")


def size(python: str, names: list[str]) -> tuple[float, int]:
    done = subprocess.run([Path(python).absolute(), "-c", COUNT, *names], check=True, capture_output=True, text=True)
    total, n = done.stdout.split()
    return int(total) / 1e6, int(n)


def said(is_met: bool) -> str:
    return "met" if is_met else "not met"


if __name__ == "__main__":
    main()

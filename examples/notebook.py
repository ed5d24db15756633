# %% [markdown]
# # Offline evaluation in a notebook
# Every result shows itself: put these cells into Jupyter (the `# %%` marks are cells) or run the file as it is.
# It trains on scikit-learn's wine table, reads the report class by class, cuts it, compares two versions and explains a row.

# %%
from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from sklearn.datasets import load_wine

import classward

folder = Path(tempfile.mkdtemp(prefix="classward-notebook-"))
os.chdir(folder)
wine = load_wine(as_frame=True)
table = wine.data.copy()
table["kind"] = [str(wine.target_names[i]) for i in wine.target]
table.to_csv("wine.csv", index=False)


def command(*words: str) -> None:
    """What one would type in a terminal (in Jupyter: `!classward …`)."""
    subprocess.run([sys.executable, "-m", "classward", *words], check=True, stdout=subprocess.DEVNULL)


command("init", "wine.csv", "--label", "kind", "--name", "wine")
command("train", "--budget", "3s")
workspace = classward.Workspace("classward.toml")

# %% The whole report, as a page
report = workspace.report()
report  # noqa: B018 - a notebook shows it
print(report)

# %% [markdown]
# ## Error analysis, class by class

# %%
for c in report.data.classes:
    span = c.recall.interval
    print(f"{c.class_name:10} recall {c.recall.value:.2f} [{span.low:.2f}, {span.high:.2f}] on {c.n} rows")
for pair in report.data.analysis.pairs:
    apart = ", ".join(f"{s.column} {s.auc.value:.2f}" for s in pair.classes_apart[:3])
    print(f"{pair.true_class} called {pair.predicted_class}: {pair.n} rows; told apart by {apart}")

# %% The confusion matrix, as shares of each true class
print(workspace.confusion(share_of="true"))

# %% Why does a row get its class, and not another one?
row = {name: float(value) for name, value in wine.data.iloc[0].items()}
why = workspace.explain(row, against="class_1")
why  # noqa: B018
print(why)

# %% A second version, compared row by row
command("train", "--budget", "4s", "--estimator", "sklearn.naive_bayes:GaussianNB")
versions = workspace.compare(1, 2, metrics=("sklearn.metrics:cohen_kappa_score",))
versions  # noqa: B018
print(versions)

# %% Pages to keep or to send
report.save("report.html")
versions.save("compare.html")
print(sorted(p.name for p in folder.glob("*.html")))

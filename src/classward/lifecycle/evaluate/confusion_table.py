"""The confusion matrix for other programs."""

from __future__ import annotations

import csv
import io

import numpy as np

from classward.domain import Report
from classward.errors import DataError

__all__ = ["confusion_csv"]

_WAYS = ("counts", "true", "predicted")


def confusion_csv(report: Report, *, share_of: str = "counts") -> str:
    """Write the confusion matrix as CSV: true classes in lines, predicted ones in columns.

    Parameters
    ----------
    share_of : {"counts", "true", "predicted"}, default="counts"
        Counts, or shares of the rows of each true class (its diagonal is recall), or of each predicted class (precision).
        A class without rows has empty cells, since 0 would say something.

    Raises
    ------
    DataError
        CW308 for another word.
    """
    if share_of not in _WAYS:
        raise DataError(
            "CW308",
            "the confusion matrix cannot be shared out so",
            got=repr(share_of),
            fix=f"one of {', '.join(_WAYS)}",
        )
    counts = np.array(report.confusion)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["true \\ predicted", *report.class_names])
    for i, name in enumerate(report.class_names):
        if share_of == "counts":
            writer.writerow([name, *counts[i].tolist()])
            continue
        whole = np.full(len(counts), counts[i].sum()) if share_of == "true" else counts.sum(axis=0)
        writer.writerow([name, *(f"{n / w:.6f}" if w else "" for n, w in zip(counts[i], whole, strict=True))])
    return out.getvalue()

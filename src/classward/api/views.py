"""What commands show, as objects that show themselves in a notebook: the noun, its text and its page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from classward.domain import Measure

__all__ = ["ReportView", "View", "figure"]

T = TypeVar("T")


class View(Generic[T]):
    """A result with three faces: ``data`` (the noun), text (where it is printed) and a page (in a notebook).

    Parameters
    ----------
    data
        The noun.
    text : str
        One or two lines.
    page : str
        A whole page, or a piece of one; empty where there is only text.
    """

    def __init__(self, data: T, text: str, page: str = "") -> None:
        self.data, self._text, self._page = data, text, page

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        if not self._page:
            return f"<pre>{html.escape(self._text)}</pre>"
        if not self._page.lstrip().startswith("<!doctype"):
            return self._page
        inside = html.escape(self._page, quote=True)
        return f'<iframe srcdoc="{inside}" style="width:100%;height:70vh;border:0"></iframe>'

    def save(self, path: str) -> None:
        """Write the page (the text where there is none) to a file."""
        from pathlib import Path

        Path(path).write_text(self._page or self._text, encoding="utf-8")


ReportView = View


def figure(measure: Measure) -> str:
    """A figure with its interval, in short."""
    if measure.value is None:
        return "–"
    span = measure.interval
    return f"{measure.value:.3g}" + (f" [{span.low:.3g}, {span.high:.3g}]" if span else "")

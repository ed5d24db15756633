"""The page needs nothing else, shows every class, and obeys nobody's markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from ticket_answers import answers, measured

from classward.domain import LabelSpace, Report
from classward.inference import Proba
from classward.lifecycle.evaluate import report_html

VOID = {"meta", "br", "hr", "img", "input", "link"}
FACTS = (("owner", "support-ml@example.org"),)


class Tags(HTMLParser):
    """Fails on tags that do not close; keeps names, attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "xlink:href", "action"}]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page(report: Report, title: str = "tickets: how good it is") -> Tags:
    return Tags(report_html(report, title=title, facts=FACTS))


def test_needs_nothing_else(tickets: Report) -> None:
    found = page(tickets)
    assert found.links == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(found.names)
    text = report_html(tickets, title="t", facts=FACTS)
    assert not re.findall(r"url\(|@import|https?:", text)
    assert "prefers-color-scheme: dark" in text


def test_every_class_is_shown_with_its_n_and_both_intervals(tickets: Report) -> None:
    text = report_html(tickets, title="t", facts=FACTS)
    for c in tickets.classes:
        assert f'<td class="name">{c.class_name}</td><td class="n">{c.n:,}</td>' in text
        assert f"{c.n_predicted:,}" in text
        for figure in (c.recall, c.precision):
            assert figure.interval is not None
            assert f"{figure.value:.2f} [{figure.interval.low:.2f}, {figure.interval.high:.2f}]" in text


def test_headline_checks_notes_and_facts_are_in_words(tickets: Report) -> None:
    words = " ".join(page(tickets).words)
    assert f"about {100 * (tickets.accuracy.value or 0):.0f} get the right class out of 6" in words
    for expected in (
        tickets.calibration.verdict,
        "labels shuffled",
        "120 rows were left out",
        "support-ml@example.org",
    ):
        assert expected in words
    assert all(b.name in words for b in tickets.baselines)


def test_nobodys_markup_is_obeyed() -> None:
    names = (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}",
        "a & b",
        "'",
        "</title></svg>",
    )
    proba, y = answers(120, names=names)
    found = Tags(
        report_html(
            measured(proba, y, notes=["<b>bold</b>"], checks=[("<i>", "<u>", "<s>")]),
            title="</title><script>alert(2)</script>",
            facts=[("<a href=x>", "<form action=y>")],
        )
    )
    assert not {"script", "img", "i", "u", "s", "a", "form"} & set(found.names)
    words = " ".join(found.words)
    assert "<script>alert(1)</script>" in words
    assert "{{ 7 * 7 }}" in words
    assert "<b>bold</b>" in words


@pytest.mark.parametrize("n_classes", [3, 40, 41, 150])
def test_confusion_stays_readable(n_classes: int) -> None:
    names = tuple(f"intent {i:03} about something long" for i in range(n_classes))
    report = measured(*answers(900, names=names, shares=np.full(n_classes, 1 / n_classes), sharpness=3.0))
    text = report_html(report, title="t", facts=())
    svg = re.search(r'<svg[^>]*class="confusion".*?</svg>', text, re.DOTALL)
    assert svg is not None
    assert svg[0].count("<text") >= 2 * min(n_classes, 40)
    assert int(re.search(r'width="(\d+)"', svg[0])[1]) < 1000  # type: ignore[index]
    assert ("Shown are the 40 classes" in text) == (n_classes > 40)
    if n_classes > 40:
        counts = np.array(report.confusion)
        errors = counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diag(counts)
        shown = {i for i in range(n_classes) if f"true {names[i]}, predicted {names[i]}:" in svg[0]}
        assert len(shown) == 40
        assert min(errors[list(shown)]) >= max(errors[i] for i in range(n_classes) if i not in shown)


def test_hover_tells_the_counts(tickets: Report) -> None:
    n, total = tickets.confusion[0][3], sum(tickets.confusion[0])
    text = report_html(tickets, title="t", facts=())
    assert f"true billing, predicted refund: {n} of {total} ({100 * n / total:.0f} %)" in text


def test_classes_without_rows_and_perfect_models_have_a_page() -> None:
    space = LabelSpace.of(["a", "b", "c"])
    text = report_html(measured(Proba(np.eye(3)[[0, 0, 1]], space), np.array([0, 0, 1])), title="t", facts=())
    assert "no rows" in text
    assert "no row was confused" in text
    assert "nan" not in text.lower().replace("nano", "")
    Tags(text)

"""The card tells what the registry knows, and obeys nobody's markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from ticket_answers import answers, measured

from classward.domain import DataSource, Feature, ModelVersion, Report, Task
from classward.lifecycle.evaluate import CardFacts, card_markdown

TASK = Task(
    name="tickets", label="team", owner="support-ml@example.org", train=DataSource(location="tickets.csv"),
    features=(Feature(name="subject", kind="text"), Feature(name="product", kind="categorical")),
)  # fmt: skip
VERSION = ModelVersion(
    task="tickets", version=3, bundle_hash="9f2c" * 16, task_hash="t", dataset_hash="d" * 64, label_space_hash="l",
    schema_hash="s", plan_hash="p", registered_at=datetime(2026, 11, 12, tzinfo=UTC), registered_by="anna",
    code_version="0.1.0", libraries=(("numpy", "2.3.0"),),
)  # fmt: skip
FACTS = CardFacts(
    task=TASK, version=VERSION, chosen="linear, calibrated by temperature", split="time", n_train=33_747,
    n_holdout_reads=2, live_since="12 Nov 2026",
)  # fmt: skip


def test_sections_and_facts(tickets: Report) -> None:
    card = card_markdown(tickets, FACTS)
    for section in ("Details", "Uses", "Data", "Figures", "Calibration", "Limits", "Owner"):
        assert f"\n## {section}" in card
    for fact in (
        "tickets, version 3",
        "9f2c" * 16,
        "33,747 rows trained and calibrated on",
        "read 2 time(s)",
        "support-ml@example.org",
    ):
        assert fact in card
    assert "`subject` (text)" in card
    assert tickets.calibration.verdict in card
    assert "out of scope" in card


def test_head_is_closed_and_names_the_kind(tickets: Report) -> None:
    first, head, _ = card_markdown(tickets, FACTS).split("---\n", 2)
    assert first == ""
    assert head.splitlines()[0] == "pipeline_tag: text-classification"
    no_text = replace(FACTS, task=replace(TASK, features=TASK.features[1:]))
    assert "pipeline_tag: tabular-classification" in card_markdown(tickets, no_text)


def test_every_class_is_a_row_with_interval_and_n(tickets: Report) -> None:
    lines = card_markdown(tickets, FACTS).splitlines()
    rows = [line for line in lines if line.startswith("| ")][1:]
    assert len(rows) == 6
    for c, row in zip(tickets.classes, rows, strict=True):
        assert c.recall.interval is not None
        assert row.startswith(f"| {c.class_name} | {c.recall.value:.2f} [{c.recall.interval.low:.2f},")
        assert row.endswith(f"| {c.n:,} |")


def test_nobodys_markup_is_obeyed() -> None:
    names = ("<script>x</script>", "a | b", "two\nlines", "**bold**", "[link](http://x)", "`code`")
    owner = replace(
        FACTS, task=replace(TASK, owner="<img src=x>", features=(Feature(name="a`b|<i>\n# c", kind="text"),))
    )
    card = card_markdown(measured(*answers(60, names=names)), owner)
    rows = [line for line in card.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 6
    assert all(row.replace("\\|", "").count("|") == 6 for row in rows)
    assert "\\<script\\>" in rows[0]
    assert "\\*\\*bold\\*\\*" in rows[3]
    assert "\\[link\\](http" in rows[4]
    assert "\\<img src=x\\>" in card
    assert "`a'b|<i> # c` (text)" in card


def test_missing_figures_are_not_zero() -> None:
    card = card_markdown(measured(*answers(2)), FACTS)
    assert "| – | – | – | 0 |" in card

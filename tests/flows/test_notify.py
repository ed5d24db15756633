"""Who is told what: grouped, routed, kept back while a version goes live, told again after a refusal, never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from classward import wiring
from classward.domain import Alert, AlertPolicy, DataSource, Notice, Task, to_plain
from classward.flows.context import note
from classward.flows.notify import notify
from classward.lifecycle.monitor import notices_due
from classward.settings import Settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TASK = Task(
    name="desk", label="team", features=(), train=DataSource(location="t"), owner="owner@example.org", sre="sre@example.org",
    alerts=AlertPolicy(),
)  # fmt: skip


def alert(
    name: str, *, severity: str = "page", key: str = "", at: datetime = NOW, version: int = 1, **more: Any
) -> Alert:
    return Alert(
        id=f"{name}{key}".upper(), key=key or f"recall:{name}", severity=severity,
        family="recall" if severity == "page" else "answers",
        class_name=name, version=version, promised=0.8, state="firing", raised_at=at, n=40, n_hits=20, label_number=40,
        evidence=12.0, level=11.5, alpha=0.001, **more,
    )  # fmt: skip


def due(
    *alerts: Alert,
    sent: frozenset[tuple[str, str]] = frozenset(),
    deployed: datetime | None = None,
    now: datetime = NOW,
) -> Any:
    return notices_due(alerts, sent, TASK, deployed_at=deployed, now=now)


def test_alerts_of_one_version_go_out_together_to_those_who_answer_for_them() -> None:
    pages = due(
        alert("legal"), alert("billing"), alert("other", version=2), alert("misc", severity="ticket", key="drift:x")
    )
    assert [(n.severity, n.version, [a.class_name for a in n.alerts]) for n in pages] == [
        ("page", 1, ["billing", "legal"]), ("page", 2, ["other"]), ("ticket", 1, ["misc"]),
    ]  # fmt: skip
    assert pages[0].to == ("owner@example.org", "sre@example.org")
    assert pages[2].to == ("owner@example.org",)
    assert "evidence 12.0 of 11.5 nats, false 0.001 a year" in pages[0].text


def test_tickets_wait_while_a_version_goes_live_and_pages_do_not() -> None:
    ticket, page = alert("a", severity="ticket", key="drift:a"), alert("b")
    deployed = NOW - timedelta(minutes=1)
    assert [n.severity for n in due(ticket, page, deployed=deployed)] == ["page"]
    later = due(ticket, deployed=deployed, now=deployed + timedelta(minutes=30))
    assert (later[0].is_held, later[0].text.splitlines()[0]) == (True, "kept back while version 1 went live:")
    old = alert("a", severity="ticket", key="drift:a", at=NOW - timedelta(days=1))
    assert not due(old, deployed=deployed)[0].is_held


def test_a_ticket_about_a_class_waits_for_its_page_to_be_over() -> None:
    ticket, page = alert("a", severity="ticket", key="drift:a"), alert("a")
    assert [n.severity for n in due(ticket, page)] == ["page"]
    over = replace(page, state="resolved", resolved_at=NOW, why_resolved="kept again")
    told = frozenset({(page.id, "firing")})
    assert [(n.severity, n.state) for n in due(ticket, over, sent=told)] == [("page", "resolved"), ("ticket", "firing")]
    assert [n.severity for n in due(ticket, over)] == ["ticket"], "what was over before it was told is not told"


class Place:
    def __init__(self, name: str) -> None:
        self.name, self.problem = name, ""
        self.got: list[Notice] = []
        self.n_beats = 0

    def deliver(self, notice: Notice) -> str:
        if not self.problem:
            self.got.append(notice)
        return self.problem

    def beat(self, alerts: Any, *, now: datetime) -> str:
        self.n_beats += 1
        return ""


@pytest.fixture
def ctx(tmp_path: Path) -> Any:
    file = tmp_path / "classward.toml"
    file.write_text('[task]\nname = "desk"\nlabel = "team"\n[data]\ntrain = "t.csv"\n[features]\ntext = "text"\n')
    return wiring.open_context(file, Settings())


def test_every_place_is_told_once_and_one_that_fails_is_told_later(ctx: Any) -> None:
    raised = alert("legal")
    note(ctx, "alert_raised", {"alert": to_plain(raised)}, why="x")
    good, bad = Place("good"), Place("bad")
    bad.problem = "down"
    first = notify(ctx, [bad, good], now=NOW)
    assert (first.n_sent, first.problems) == (1, ("bad: down",))
    bad.problem = ""
    assert notify(ctx, [bad, good], now=NOW + timedelta(seconds=5)).n_sent == 1
    assert notify(ctx, [bad, good], now=NOW + timedelta(seconds=10)).n_sent == 0
    assert (len(good.got), len(bad.got)) == (1, 1)
    assert good.n_beats == 1, "about once a minute, not every round"
    note(ctx, "alert_resolved", {"id": raised.id}, why="kept again")
    notify(ctx, [bad, good], now=NOW + timedelta(seconds=70))
    assert [n.state for n in good.got] == ["firing", "resolved"]
    assert "kept again" in good.got[1].text
    assert good.n_beats == 2

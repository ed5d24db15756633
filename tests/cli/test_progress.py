"""While models are fitted, each line says how much of the budget is left."""

from __future__ import annotations

from classward.cli.progress import with_time_left


def test_seconds_left_are_told_while_there_are_any_and_only_then() -> None:
    said: list[str] = []
    now = [0.0]
    tell = with_time_left(lambda stage, what: said.append(what), 30.0, lambda: now[0])
    tell("data", "reading")
    now[0] = 12.0
    tell("train", "forest: log loss 0.41")
    now[0] = 31.0
    tell("train", "blend")
    assert said == ["reading", "forest: log loss 0.41 · 18 s left", "blend"]

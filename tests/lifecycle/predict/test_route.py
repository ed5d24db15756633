"""The route of a key is a pure function of deployment and key."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from classward.domain import Deployment, Route
from classward.errors import Refused
from classward.lifecycle.predict import choose_route

LIVE = Route(role="live", version=1, bundle_hash="a")
CANARY = Route(role="canary", version=2, bundle_hash="b", weight=0.25)
SHADOW = Route(role="shadow", version=3, bundle_hash="c")
KEYS = [f"customer {i} ✓" for i in range(4000)]


def deployment(*routes: Route, seq: int = 7) -> Deployment:
    return Deployment(
        task="tickets", routes=routes, since=datetime(2026, 11, 23, tzinfo=UTC), event_seq=seq, actor="a", why="w"
    )


def test_without_a_canary_or_a_key_the_live_route_answers() -> None:
    assert {choose_route(deployment(LIVE, SHADOW), key) for key in KEYS[:50]} == {LIVE}
    assert choose_route(deployment(CANARY, LIVE), None) == LIVE


def test_a_canary_gets_its_share_of_keys_wherever_it_is_listed() -> None:
    first = [choose_route(deployment(LIVE, CANARY, SHADOW), key) for key in KEYS]
    last = [choose_route(deployment(SHADOW, CANARY, LIVE), key) for key in KEYS]
    assert first == last
    assert 0.22 < first.count(CANARY) / len(KEYS) < 0.28
    assert SHADOW not in first


def test_a_key_keeps_its_route_and_a_larger_weight_keeps_the_early_keys() -> None:
    small = deployment(LIVE, CANARY)
    large = deployment(LIVE, Route(role="canary", version=2, bundle_hash="b", weight=0.5))
    early = {key for key in KEYS if choose_route(small, key).role == "canary"}
    assert early == {key for key in KEYS if choose_route(small, key).role == "canary"}
    assert early < {key for key in KEYS if choose_route(large, key).role == "canary"}


def test_another_deployment_draws_anew() -> None:
    of = [{key for key in KEYS if choose_route(deployment(LIVE, CANARY, seq=seq), key) == CANARY} for seq in (7, 8)]
    assert 0.15 < len(of[0] & of[1]) / len(of[0]) < 0.35


def test_weights_zero_and_one() -> None:
    none = Route(role="canary", version=2, bundle_hash="b", weight=0.0)
    whole = Route(role="canary", version=2, bundle_hash="b", weight=1.0)
    assert {choose_route(deployment(LIVE, none), key) for key in KEYS} == {LIVE}
    assert {choose_route(deployment(LIVE, whole), key) for key in KEYS} == {whole}


def test_the_choice_can_be_computed_again_in_later_versions() -> None:
    chosen = [choose_route(deployment(LIVE, CANARY), str(i)).version for i in range(16)]
    assert chosen == FROZEN


def test_nothing_live_is_a_refusal() -> None:
    with pytest.raises(Refused, match="CW801"):
        choose_route(deployment(SHADOW), "k")


FROZEN = [1, 1, 1, 1, 2, 1, 2, 1, 1, 1, 2, 1, 2, 2, 2, 1]
"""What the first release chose."""

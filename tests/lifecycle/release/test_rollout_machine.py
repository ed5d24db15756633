"""Random commands, evidence, crashes and clock jumps: whatever happens, the guards hold."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from rollout_makes import NOW, evidence, pairs

from classward.domain import (
    GENESIS_HASH,
    WHOLE_TRAFFIC,
    Event,
    EventDraft,
    JudgedClass,
    Rollout,
    RolloutEvidence,
    RolloutPolicy,
    canonical_json,
    to_plain,
)
from classward.lifecycle.release import (
    Move,
    RegistryState,
    fold_events,
    judge_rollout,
    move_for,
    next_move,
    rollout_from_plain,
    routes_of,
)

GOOD = pairs(10, 780, 10)
KINDS = {
    "nothing": RolloutEvidence(classes=()),
    "few labels": evidence(*pairs(0, 9, 0)),
    "young labels": evidence(*GOOD, mature=()),
    "no traffic": evidence(*GOOD, n_answers=0, n_candidate=0),
    "good": evidence(*GOOD),
    "odd": evidence(*GOOD, n_pairs=1000, n_differ=900),
    "worse": evidence(*pairs(60, 100, 2)),
    "burning": evidence(*GOOD, canary=(20, 60)),
    "failing": evidence(*GOOD, n_failures=1, failures="on a row: ValueError"),
}
BAD = ("worse", "burning", "failing")
CLASSES = (JudgedClass(name="security", promised=0.8), JudgedClass(name=WHOLE_TRAFFIC))


class Releases(RuleBasedStateMachine):
    """A journal in memory, and the calls that flows make."""

    @initialize(pause_on=st.sampled_from([(), ("quality",), ("burn", "failures")]))
    def start(self, pause_on: tuple[str, ...]) -> None:
        self.events: list[Event] = []
        self.now = NOW
        self.state = RegistryState(task="desk")
        self.policy = RolloutPolicy(pause_on=pause_on)
        self.ended: dict[str, Rollout] = {}
        live = Rollout(
            id="-", candidate=1, candidate_hash="b1", stable=0, stable_hash="b0", policy=self.policy, classes=(),
            began_at=NOW, began_seq=0, stage="finished", stage_since=NOW,
        )  # fmt: skip
        self.write(("deployed", {"routes": to_plain(routes_of(live, Move(stage="finished")))}))

    def write(self, *facts: tuple[str, dict[str, object]], why: str = "w") -> None:
        for kind, payload in facts:
            draft = EventDraft(
                id=f"E{len(self.events)}", at=self.now, task="desk", kind=kind, actor="a", why=why,
                payload=canonical_json(payload),
            )  # fmt: skip
            prev = self.events[-1].hash if self.events else GENESIS_HASH
            self.events.append(Event.chained(draft, seq=len(self.events) + 1, prev_hash=prev))
            self.state = fold_events(self.events[-1:], task="desk", state=self.state)

    def change(self, move: Move) -> tuple[str, dict[str, object]]:
        rollout = self.state.rollout
        assert rollout is not None
        told = {"id": rollout.id, "stage": move.stage, "step": move.step, "cause": move.cause}
        kind = "rolled_back" if move.stage == "aborted" else "deployed"
        return kind, {"routes": to_plain(routes_of(rollout, move)), "rollout": told}

    @rule(first=st.sampled_from(["shadow", "canary"]))
    def begin(self, first: str) -> None:
        if self.state.rollout is not None or self.state.frozen:
            return
        live = self.state.live
        assert live is not None
        number = live.version + 1
        plan = {
            "candidate": number, "candidate_hash": f"b{number}", "stable": live.version, "stable_hash": live.bundle_hash,
            "policy": to_plain(self.policy), "classes": to_plain(CLASSES),
        }  # fmt: skip
        made = Rollout(
            id=f"R{len(self.events)}", candidate=number, candidate_hash=f"b{number}", stable=live.version,
            stable_hash=live.bundle_hash, policy=self.policy, classes=CLASSES, began_at=self.now, began_seq=0,
            stage=first, stage_since=self.now,
        )  # fmt: skip
        told = {"id": made.id, "stage": first, "step": 0, "cause": "begin", "plan": plan}
        self.write(("deployed", {"routes": to_plain(routes_of(made, Move(stage=first))), "rollout": told}))

    @rule(days=st.sampled_from([-500.0, -1.0, 0.01, 1.5, 15.0, 900.0]))
    def clock_jumps(self, days: float) -> None:
        self.now += timedelta(days=days)

    @rule(kind=st.sampled_from(sorted(KINDS)), is_cut_off=st.booleans())
    def tick(self, kind: str, is_cut_off: bool) -> None:
        rollout = self.state.rollout
        if rollout is None:
            return
        verdict = judge_rollout(rollout, KINDS[kind], now=self.now, is_frozen=bool(self.state.frozen))
        stored = rollout_from_plain(to_plain(rollout))  # type: ignore[arg-type]
        assert judge_rollout(stored, KINDS[kind], now=self.now, is_frozen=bool(self.state.frozen)) == verdict
        if kind not in BAD and kind != "odd":
            assert verdict.outcome in {"advance", "hold"}
        if verdict.outcome == "advance":
            asked_and_accepted = {"quality", "burn", "disagreement"} & set(rollout.accepted)
            assert kind == "good" or rollout.accepted, (kind, asked_and_accepted)
            assert not rollout.is_paused
            assert not self.state.frozen
        if kind in BAD and not rollout.accepted:
            assert verdict.outcome == ("ask" if verdict.cause in self.policy.pause_on else "abort")
        if is_cut_off:
            return
        said = f"{verdict.outcome}: {verdict.cause}"
        judged = {"rollout_id": rollout.id, "outcome": verdict.outcome, "question": verdict.question, "said": said}
        move = move_for(rollout, verdict)
        facts: list[tuple[str, dict[str, object]]] = [("rollout_judged", judged)]
        if move is not None:
            facts.append(self.change(move))
        self.write(*facts, why="; ".join(verdict.reasons))
        if verdict.outcome == "abort":
            assert self.state.rollout is None
            assert self.state.live is not None
            assert self.state.live.version == rollout.stable

    @precondition(lambda self: self.state.rollout is not None)
    @rule(is_full=st.booleans())
    def promote(self, is_full: bool) -> None:
        assert self.state.rollout is not None
        if not self.state.frozen:
            self.write(self.change(next_move(self.state.rollout, is_full=is_full, cause="promoted")))

    @precondition(lambda self: self.state.rollout is not None)
    @rule()
    def abort(self) -> None:
        before = self.state.rollout
        assert before is not None
        self.write(self.change(Move(stage="aborted", cause="aborted by a")))
        assert self.state.rollout is None
        assert self.state.deployment is not None
        assert [(r.role, r.version) for r in self.state.deployment.routes] == [("live", before.stable)]

    @precondition(lambda self: self.state.rollout is not None)
    @rule()
    def pause(self) -> None:
        assert self.state.rollout is not None
        self.write(("rollout_paused", {"rollout_id": self.state.rollout.id}))
        assert self.state.rollout.is_paused

    @precondition(lambda self: self.state.rollout is not None)
    @rule()
    def resume(self) -> None:
        asked = self.state.rollout
        assert asked is not None
        self.write(("rollout_resumed", {"rollout_id": asked.id}))
        if asked.question:
            assert asked.question in self.state.rollout.accepted  # type: ignore[union-attr]

    @rule(is_on=st.booleans())
    def freeze(self, is_on: bool) -> None:
        self.write(("frozen" if is_on else "unfrozen", {}))

    @rule()
    def somebody_changes_routes(self) -> None:
        live = self.state.live
        assert live is not None
        self.write(("deployed", {"routes": [to_plain(live)]}))
        assert self.state.rollout is None

    @rule()
    def late_word_about_an_ended_rollout(self) -> None:
        if self.state.rollouts and self.state.rollout is None:
            before = self.state.rollouts
            for kind in ("rollout_paused", "rollout_resumed"):
                self.write((kind, {"rollout_id": before[-1].id}))
            assert self.state.rollouts == before

    @invariant()
    def a_restart_sees_the_same(self) -> None:
        if hasattr(self, "events"):
            assert fold_events(self.events, task="desk") == self.state

    @invariant()
    def routes_are_those_of_the_stage_and_stable_is_live_until_the_end(self) -> None:
        rollout = getattr(self, "state", RegistryState(task="x")).rollout
        if rollout is None:
            return
        deployment = self.state.deployment
        assert deployment is not None
        assert deployment.routes == routes_of(rollout, Move(stage=rollout.stage, step=rollout.step))
        assert deployment.live is not None
        assert deployment.live.version == rollout.stable
        assert deployment.drawn_by == rollout.began_seq

    @invariant()
    def what_ended_stays_ended(self) -> None:
        for one in getattr(self, "state", RegistryState(task="x")).rollouts:
            if one.is_under_way:
                assert one == self.state.rollouts[-1]
            else:
                assert one.ended_at is not None
                assert self.ended.setdefault(one.id, one) == one


Releases.TestCase.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
TestReleases = Releases.TestCase

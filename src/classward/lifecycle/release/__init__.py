"""Reports and paired evidence become a Decision; events become the state of the registry."""

from classward.lifecycle.release.chain import check_chain
from classward.lifecycle.release.decide import decide_replacement, replay_replacement
from classward.lifecycle.release.gate_judge import decide_gate, judge_gate
from classward.lifecycle.release.gate_standing import (
    NEVER_JUDGED,
    OUT_OF_DATE,
    OVERRIDDEN,
    GateStanding,
    gate_standing,
    overrides_of,
)
from classward.lifecycle.release.judge import judge_pairs
from classward.lifecycle.release.retain import KeptVersion, Retention, retain
from classward.lifecycle.release.rollout_figures import figure_in_words, loss_of
from classward.lifecycle.release.rollout_judge import judge_rollout
from classward.lifecycle.release.rollout_moves import Move, after_rollbacks, move_for, next_move, routes_of
from classward.lifecycle.release.rollout_state import policy_from_plain, rollout_from_plain
from classward.lifecycle.release.state import RegistryState, fold_events, migration_of
from classward.lifecycle.release.version_states import (
    ALLOWED,
    VersionState,
    check_readable,
    check_transition,
    version_states,
)
from classward.lifecycle.release.way_back import rollback_target

__all__ = [
    "ALLOWED",
    "NEVER_JUDGED",
    "OUT_OF_DATE",
    "OVERRIDDEN",
    "GateStanding",
    "KeptVersion",
    "Move",
    "RegistryState",
    "Retention",
    "VersionState",
    "after_rollbacks",
    "check_chain",
    "check_readable",
    "check_transition",
    "decide_gate",
    "decide_replacement",
    "figure_in_words",
    "fold_events",
    "gate_standing",
    "judge_gate",
    "judge_pairs",
    "judge_rollout",
    "loss_of",
    "migration_of",
    "move_for",
    "next_move",
    "overrides_of",
    "policy_from_plain",
    "replay_replacement",
    "retain",
    "rollback_target",
    "rollout_from_plain",
    "routes_of",
    "version_states",
]

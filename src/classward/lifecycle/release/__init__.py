"""Reports and paired evidence become a Decision; events become the state of the registry."""

from classward.lifecycle.release.chain import check_chain
from classward.lifecycle.release.decide import decide_replacement, replay_replacement
from classward.lifecycle.release.judge import judge_pairs
from classward.lifecycle.release.retain import KeptVersion, Retention, retain
from classward.lifecycle.release.state import RegistryState, fold_events
from classward.lifecycle.release.version_states import ALLOWED, VersionState, check_transition, version_states
from classward.lifecycle.release.way_back import rollback_target

__all__ = [
    "ALLOWED",
    "KeptVersion",
    "RegistryState",
    "Retention",
    "VersionState",
    "check_chain",
    "check_transition",
    "decide_replacement",
    "fold_events",
    "judge_pairs",
    "replay_replacement",
    "retain",
    "rollback_target",
    "version_states",
]

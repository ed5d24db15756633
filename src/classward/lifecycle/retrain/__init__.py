"""Signals become a Decision to retrain, recalibrate, wait or ask; events become the state of the loop."""

from classward.lifecycle.retrain.decide import decide_loop, loop_decision, replay_loop
from classward.lifecycle.retrain.facts import facts_from_plain
from classward.lifecycle.retrain.state import LoopRequest, LoopState, fold_loop

__all__ = [
    "LoopRequest",
    "LoopState",
    "decide_loop",
    "facts_from_plain",
    "fold_loop",
    "loop_decision",
    "replay_loop",
]

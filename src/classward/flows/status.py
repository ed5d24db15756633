"""What is live, how each class does, and what is missing to say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from classward.domain import CalibrationReport, ClassState, Deployment, LabelSpace, Window, content_hash
from classward.flows.context import Context
from classward.flows.history import declared_label_space
from classward.flows.versions import registry_state
from classward.lifecycle.label import LabelLag, Resolved, label_lag, resolve
from classward.lifecycle.monitor import class_states, production_calibration
from classward.ports import Heartbeat

__all__ = ["Status", "status"]

_ALIVE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One look at a task. Figures cover the window; verdicts on promises use every label of the live version, once.

    ``n_waiting`` labels have no prediction yet; ``n_unknown`` waited longer than the task allows and count as
    quarantined, beside ``n_quarantined`` that could not be accepted at all.
    """

    task: str
    at: datetime
    live: Deployment | None
    window: Window
    classes: tuple[ClassState, ...]
    calibration: CalibrationReport | None
    lag: LabelLag | None
    n_versions: int
    n_repeated: int
    n_conflicting: int
    n_waiting: int
    n_unknown: int
    n_quarantined: int
    n_lost: int
    workers: tuple[Heartbeat, ...]

"""A row is checked against the schema and routed."""

from classward.lifecycle.predict.check import RowChecker, check_rows
from classward.lifecycle.predict.checked import CheckedRows
from classward.lifecycle.predict.example import example_row
from classward.lifecycle.predict.payload import LOG_POLICIES, PayloadKeeper, PayloadPolicy
from classward.lifecycle.predict.route import choose_route
from classward.lifecycle.predict.values import Fault, checker_of

__all__ = [
    "LOG_POLICIES",
    "CheckedRows",
    "Fault",
    "PayloadKeeper",
    "PayloadPolicy",
    "RowChecker",
    "check_rows",
    "checker_of",
    "choose_route",
    "example_row",
]

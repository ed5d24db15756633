"""A row is checked against the schema and routed."""

from classward.lifecycle.predict.check import RowChecker, check_rows
from classward.lifecycle.predict.checked import CheckedRows
from classward.lifecycle.predict.example import example_row
from classward.lifecycle.predict.route import choose_route
from classward.lifecycle.predict.values import CHECKERS, Fault

__all__ = ["CHECKERS", "CheckedRows", "Fault", "RowChecker", "check_rows", "choose_route", "example_row"]

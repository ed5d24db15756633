"""A candidate and a fold become a Report, per class, with intervals."""

from classward.lifecycle.evaluate.answer_baseline import answer_baseline
from classward.lifecycle.evaluate.card import CardFacts, card_markdown
from classward.lifecycle.evaluate.page import report_html
from classward.lifecycle.evaluate.pairs import compare_rows, judge_offline
from classward.lifecycle.evaluate.report import evaluate
from classward.lifecycle.evaluate.stored import report_from_json, report_json
from classward.lifecycle.evaluate.too_good import too_good

__all__ = [
    "CardFacts",
    "answer_baseline",
    "card_markdown",
    "compare_rows",
    "evaluate",
    "judge_offline",
    "report_from_json",
    "report_html",
    "report_json",
    "too_good",
]

"""A candidate and a fold become a Report, per class, with intervals."""

from classward.lifecycle.evaluate.analyse import analyse
from classward.lifecycle.evaluate.answer_baseline import answer_baseline
from classward.lifecycle.evaluate.answers import answer_report
from classward.lifecycle.evaluate.attributions import attribution_changes, top_attributions
from classward.lifecycle.evaluate.bounds import bounds_of
from classward.lifecycle.evaluate.brought_metric import metric_change
from classward.lifecycle.evaluate.card import CardFacts, card_markdown
from classward.lifecycle.evaluate.class_map import class_map
from classward.lifecycle.evaluate.confused import confused_pairs
from classward.lifecycle.evaluate.confusion_table import confusion_csv
from classward.lifecycle.evaluate.cuts import Cut, cuts_of
from classward.lifecycle.evaluate.explanation_page import explanation_html
from classward.lifecycle.evaluate.figures import class_figures, figures
from classward.lifecycle.evaluate.held_out import HeldOut
from classward.lifecycle.evaluate.options import Option, OptionEffect, OptionTable, RecallChange, compare_options
from classward.lifecycle.evaluate.over_rounds import class_spreads, mean_over_rounds
from classward.lifecycle.evaluate.page import report_html
from classward.lifecycle.evaluate.paired_page import paired_html
from classward.lifecycle.evaluate.paired_report import Answers, answered, paired_report
from classward.lifecycle.evaluate.pairs import compare_rows, judge_offline
from classward.lifecycle.evaluate.report import evaluate
from classward.lifecycle.evaluate.robustness import ClassRobustness, Perturbed, RobustnessReport, robustness
from classward.lifecycle.evaluate.simple_models import one_column_answers
from classward.lifecycle.evaluate.slices import slice_table
from classward.lifecycle.evaluate.stored import report_from_json, report_json
from classward.lifecycle.evaluate.suspects import ClassSuspects, LabelSuspects, Suspect, find_suspects
from classward.lifecycle.evaluate.too_good import too_good
from classward.lifecycle.evaluate.variant import RareFall, rare_falls

__all__ = [
    "Answers",
    "CardFacts",
    "ClassRobustness",
    "ClassSuspects",
    "Cut",
    "HeldOut",
    "LabelSuspects",
    "Option",
    "OptionEffect",
    "OptionTable",
    "Perturbed",
    "RareFall",
    "RecallChange",
    "RobustnessReport",
    "Suspect",
    "analyse",
    "answer_baseline",
    "answer_report",
    "answered",
    "attribution_changes",
    "bounds_of",
    "card_markdown",
    "class_figures",
    "class_map",
    "class_spreads",
    "compare_options",
    "compare_rows",
    "confused_pairs",
    "confusion_csv",
    "cuts_of",
    "evaluate",
    "explanation_html",
    "figures",
    "find_suspects",
    "judge_offline",
    "mean_over_rounds",
    "metric_change",
    "one_column_answers",
    "paired_html",
    "paired_report",
    "rare_falls",
    "report_from_json",
    "report_html",
    "report_json",
    "robustness",
    "slice_table",
    "too_good",
    "top_attributions",
]

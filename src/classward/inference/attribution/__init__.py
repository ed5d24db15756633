"""Why an answer was given: what each column or word adds to a score. NumPy alone: it may run where answers are given."""

from classward.inference.attribution.answer import exact_pieces, explain_answer, typical_background
from classward.inference.attribution.exact import explain_exactly, owners_of
from classward.inference.attribution.explain import Answering, explain_row
from classward.inference.attribution.players import Background

__all__ = [
    "Answering",
    "Background",
    "exact_pieces",
    "explain_answer",
    "explain_exactly",
    "explain_row",
    "owners_of",
    "typical_background",
]

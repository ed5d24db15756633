"""Outcomes become per-class states of the promises."""

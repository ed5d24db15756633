"""Predictions and late labels become Outcomes."""

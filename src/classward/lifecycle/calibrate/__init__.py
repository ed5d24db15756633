"""Scores become probabilities that mean what they say."""

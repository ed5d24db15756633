"""A Split and a budget become Candidates."""

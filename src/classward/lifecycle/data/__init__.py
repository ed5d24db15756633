"""Rows in: look at a table, infer its columns, refuse what is not multiclass, split honestly."""

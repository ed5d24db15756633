"""Bytes to fitted model and back: write once, read with parse, audit, construct."""

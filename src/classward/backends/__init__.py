"""One module per technology; imported by wiring alone."""

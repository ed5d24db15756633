"""A row is checked against the schema and routed."""

"""argv to flow to text."""

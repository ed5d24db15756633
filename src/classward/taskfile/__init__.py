"""Text to Task and back; the only place that knows the file format."""

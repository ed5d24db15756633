"""Text to Task and back; the only place that knows the file format."""

from classward.taskfile.manual import defaults, json_schema
from classward.taskfile.parse import parse
from classward.taskfile.render import render
from classward.taskfile.safety import parse_safety

__all__ = ["defaults", "json_schema", "parse", "parse_safety", "render"]

"""A made-up row that passes the schema."""

from __future__ import annotations

from classward.domain import InputSchema

__all__ = ["example_row"]

_EXAMPLES: dict[str, object] = {
    "text": "an example text",
    "categorical": "a value",
    "numeric": 1.5,
    "boolean": True,
    "date": "2025-11-30",
}


def example_row(schema: InputSchema) -> dict[str, object]:
    """One value per feature, as a client would send it."""
    return {feature.name: _EXAMPLES[feature.kind] for feature in schema.features}

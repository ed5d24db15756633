"""A made-up row that passes the schema."""

from __future__ import annotations

from classward.domain import Feature, InputSchema

__all__ = ["example_row"]

_EXAMPLES: dict[str, object] = {
    "text": "an example text",
    "categorical": "a value",
    "numeric": 1.5,
    "boolean": True,
    "date": "2025-11-30",
    "image": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
}


def example_row(schema: InputSchema) -> dict[str, object]:
    """One value per feature, as a client would send it."""
    return {feature.name: _value(feature) for feature in schema.features}


def _value(feature: Feature) -> object:
    return [0.5] * feature.length if feature.kind == "vector" else _EXAMPLES[feature.kind]

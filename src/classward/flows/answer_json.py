"""Answered rows as this project's own JSON has them, the same from every door."""

from __future__ import annotations

from classward.flows.predict import Answer

__all__ = ["answer_as_json", "rows_as_json"]


def answer_as_json(answer: Answer, *, is_full: bool) -> dict[str, object]:
    """The whole answer of ``POST /predict``; ``is_full`` adds every probability, sets come if asked."""
    return {
        "request_id": answer.request_id,
        "label_space": answer.class_names,
        "label_space_version": answer.label_space_version,
        "label_space_hash": answer.label_space_hash,
        "calibrated": answer.is_calibrated,
        **({} if answer.set_miss is None else {"set_miss": answer.set_miss}),
        "predictions": rows_as_json(answer, is_full=is_full),
    }


def rows_as_json(answer: Answer, *, is_full: bool) -> list[dict[str, object]]:
    """Give the answered rows as this project's own JSON has them; ``is_full`` adds every probability, sets come if asked."""
    rows: list[dict[str, object]] = [
        {
            "id": row.id,
            "version": row.version,
            "label": row.label,
            "probability": row.probability,
            "top": [{"label": label, "probability": probability} for label, probability in row.top],
            "path": row.path,
            "flags": row.flags,
        }
        for row in answer.predictions
    ]
    if is_full:
        for out, probabilities in zip(rows, answer.probabilities.tolist(), strict=True):
            out["probabilities"] = probabilities
    if answer.set_miss is not None:
        for out, row in zip(rows, answer.predictions, strict=True):
            out["set"] = row.possible
    return rows

"""A bundle behind one function, for places without a server: what a cloud calls, or a line in and a line out."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from classward.artifact.read import read_bundle
from classward.domain import InputSchema
from classward.errors import ClasswardError, InvalidInput
from classward.flows.answer_json import answer_as_json
from classward.flows.bundle_facts import bundle_facts
from classward.flows.predict import DataPlane, LoadedVersion
from classward.ports import Clock, Ids

__all__ = ["Function"]

_FIELDS = ("rows", "ids", "keys", "top_k", "all", "sets")
_MOST_ROWS = 10_000


class Function:
    """Answers as ``POST /predict`` does, through the same data plane. Nothing is logged: rows are flagged ``unlogged``.

    The bundle is checked and loaded when this is made, so that a cold start pays once.

    Parameters
    ----------
    folder : Path
        The bundle.
    bundle_hash : str
        From whoever exported it, not from the folder.
    task : str
        Name of the task.
    version : int
        Number that answers carry.
    clock, ids : ports
        Where times and identifiers come from.

    Raises
    ------
    ArtifactError
        As ``read_bundle``: nothing is answered from a bundle that was changed.
    """

    def __init__(self, folder: Path, bundle_hash: str, *, task: str, version: int, clock: Clock, ids: Ids) -> None:
        self._plane = DataPlane(task=task, clock=clock, ids=ids, writer=None, kind="library")
        self._plane.current = self._version = LoadedVersion(
            version=version, bundle_hash=bundle_hash, route="function",
            model=read_bundle(folder, expected_hash=bundle_hash).model, facts=bundle_facts(folder, bundle_hash),
        )  # fmt: skip

    @property
    def schema(self) -> InputSchema:
        """Columns a row must have."""
        return self._version.model.schema

    def answer(self, body: Mapping[str, Any]) -> dict[str, object]:
        """Answer a body of ``POST /predict``.

        Raises
        ------
        InvalidInput
            CW411, CW413 and CW424 for a body of another shape, and as the data plane for rows.
        """
        if unknown := [name for name in body if name not in _FIELDS]:
            raise _misshapen(f"unknown field {str(unknown[0])[:40]!r}")
        rows, top_k = body.get("rows"), body.get("top_k", 1)
        if not isinstance(rows, list):
            raise _misshapen("'rows' must be a list of objects")
        if not rows:
            raise InvalidInput("CW424", "the request has no rows", fix="send at least one entry in 'rows'")
        if len(rows) > _MOST_ROWS:
            raise InvalidInput("CW413", "too many rows in one request", got=str(len(rows)), why=f"at most {_MOST_ROWS}")
        if type(top_k) is not int or not 1 <= top_k <= 1000:
            raise _misshapen("'top_k' must be a whole number from 1 to 1000")
        for name in ("all", "sets"):
            if not isinstance(body.get(name, False), bool):
                raise _misshapen(f"{name!r} must be true or false")
        answer = self._plane.answer(
            rows,
            ids=_texts(body, "ids"),
            keys=_texts(body, "keys", may_be_null=True),
            top_k=top_k,
            sets=body.get("sets", False),
        )
        return answer_as_json(answer, is_full=body.get("all", False))

    def handler(self, event: Mapping[str, Any], context: object = None) -> dict[str, object]:
        """What a cloud calls: an HTTP event with ``body`` gets an HTTP answer, anything else is the body itself."""
        if "body" not in event:
            return self.answer(event)
        raw = event["body"] or ""
        status, body = self._reply(lambda: base64.b64decode(raw).decode() if event.get("isBase64Encoded") else str(raw))
        return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": body}

    def lines(self, lines: Iterable[str]) -> Iterator[str]:
        """Answer lines of JSON, one body each; a line that cannot be answered gets its error and spoils no other."""
        for line in lines:
            if line.strip():
                yield self._reply(lambda line=line: line)[1]  # type: ignore[misc]

    def _reply(self, text: Callable[[], str]) -> tuple[int, str]:
        try:
            status, said = 200, self.answer(_object(text()))
        except ClasswardError as error:
            status, said = (422 if isinstance(error, InvalidInput) else 500), dict(error.as_dict())
        except (ValueError, RecursionError) as error:
            status, said = 400, dict(InvalidInput("CW410", "the body is not JSON", got=type(error).__name__).as_dict())
        return status, json.dumps(said, ensure_ascii=False)


def _object(text: str) -> Mapping[str, Any]:
    found = json.loads(text, object_pairs_hook=_once)
    if not isinstance(found, dict):
        raise _misshapen("expected an object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InvalidInput("CW409", "a key is given twice in one object", fix="send each key once")
    return found


def _texts(body: Mapping[str, Any], name: str, *, may_be_null: bool = False) -> Any:
    values = body.get(name)
    if values is None:
        return None
    if not isinstance(values, list) or not all(isinstance(v, str) or (may_be_null and v is None) for v in values):
        raise _misshapen(f"{name!r} must be a list of texts")
    return values


def _misshapen(got: str) -> InvalidInput:
    return InvalidInput(
        "CW411", "the body has another shape than expected", got=got, fix=f"known fields: {', '.join(_FIELDS)}"
    )

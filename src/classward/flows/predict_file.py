"""Score a file of any size: batch by batch through the data plane, logged like online answers and marked as batch."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import polars as pl

from classward.domain import InputSchema
from classward.errors import ClasswardError, DataError
from classward.flows.images import refuse_unreadable, with_images
from classward.flows.predict import Answer, DataPlane
from classward.flows.row_ids import row_ids
from classward.lifecycle.data import columns_of
from classward.ports import TableStream

__all__ = ["ScoredFile", "predict_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFile:
    """What was scored: rows, how many of them could not be logged, and with which version."""

    n_rows: int
    n_unlogged: int
    version: int
    bundle_hash: str


def predict_file(
    plane: DataPlane,
    stream: TableStream,
    source: str,
    target: str,
    *,
    id_column: str | None,
    with_all: bool = False,
    with_sets: bool = False,
    batch_rows: int = 20_000,
    tell: Callable[[int, int], None],
) -> ScoredFile:
    """Score every row of ``source`` into ``target``: columns ``id, label, probability, version`` (and one per class).

    ``with_sets`` adds the column ``set``: the classes that stay possible, best first, as a JSON list of names.

    Memory is bounded by ``batch_rows``. The target appears whole when everything is scored; on an error or interrupt it
    is as it was before, but answers of earlier batches stay in the record log: the error says how many. ``tell`` is given
    rows done and rows in all.

    Raises
    ------
    DataError
        Naming column and row of the first value that does not fit the schema; CW610, CW611 for ids that cannot be used.
    InvalidInput
        CW294 if sets are asked of a version without.
    """
    loaded = plane.current
    if loaded is None:
        raise DataError("CW246", "no version is loaded", fix="deploy a version, or name one with --version")
    if with_sets:
        loaded.sets()
    total = stream.n_rows(source)
    if not total:
        raise DataError("CW213", f"{source} has no rows", fix="give a table with rows")
    done = unlogged = 0
    sink = stream.sink(target)
    try:
        for batch in stream.batches(source, n_rows=batch_rows):
            table = _typed(batch, loaded.model.schema, source=source, offset=done)
            table, unreadable = with_images(table, loaded.model.schema, partial(stream.attached, source), offset=done)
            refuse_unreadable(unreadable, location=source, n_rows=total)
            ids = row_ids(table, id_column, new=plane.ids.new, source=source, offset=done)
            columns = columns_of(table, loaded.model.schema)
            answer = plane.answer_columns(columns, table.height, ids=ids, sets=with_sets)
            sink.write(_frame(answer, with_all=with_all))
            done += table.height
            unlogged += sum("unlogged" in row.flags for row in answer.predictions)
            tell(done, total)
        sink.finish()
    except ClasswardError as error:
        sink.abandon()
        raise _told(error, target, n_logged=done - unlogged) from error
    except BaseException:
        sink.abandon()
        raise
    return ScoredFile(n_rows=done, n_unlogged=unlogged, version=loaded.version, bundle_hash=loaded.bundle_hash)


def _told(error: ClasswardError, target: str, *, n_logged: int) -> ClasswardError:
    """The same error, with what had happened before it."""
    logged = f"{n_logged:,} answers of earlier rows are in the record log, and a second run logs them again"
    told = f"{logged if n_logged else 'no answer was logged'}; {target} was not written"
    why = f"{error.why}; {told}" if error.why else told
    return type(error)(error.code, error.what, got=error.got, why=why, fix=error.fix)


def _frame(answer: Answer, *, with_all: bool) -> pl.DataFrame:
    rows = answer.predictions
    frame = pl.DataFrame(
        {
            "id": [row.id for row in rows],
            "label": [row.label for row in rows],
            "probability": [row.probability for row in rows],
            "version": [row.version for row in rows],
        }
    )
    if answer.set_miss is not None:
        frame = frame.with_columns(pl.Series("set", [json.dumps(row.possible, ensure_ascii=False) for row in rows]))
    if with_all:
        frame = frame.hstack(pl.DataFrame(answer.probabilities, schema=[f"p_{name}" for name in answer.class_names]))
    return frame


def _typed(batch: pl.DataFrame, schema: InputSchema, *, source: str, offset: int) -> pl.DataFrame:
    """Turn text columns (CSV) of numbers and booleans into their type, naming the first row that does not fit."""
    for feature in schema.features:
        if feature.name not in batch.columns or batch[feature.name].dtype != pl.String:
            continue
        text = batch[feature.name]
        if feature.kind == "numeric":
            typed = text.str.strip_chars().cast(pl.Float64, strict=False)
        elif feature.kind == "boolean":
            typed = text.str.to_lowercase().replace_strict({"true": True, "false": False}, default=None)
        else:
            continue
        wrong = (typed.is_null() & text.is_not_null() & (text.str.strip_chars() != "")).arg_true()
        if len(wrong):
            raise DataError(
                "CW247",
                f"{source}: column {feature.name!r} is {feature.kind}, but row {offset + int(wrong[0]) + 1} is not",
                got=f"{len(wrong)} such rows in this batch",
                fix="correct the rows",
            )
        batch = batch.with_columns(typed.alias(feature.name))
    return batch

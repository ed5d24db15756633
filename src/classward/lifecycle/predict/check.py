"""Check request rows against the input schema: nothing unknown, nothing converted, nothing silently missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classward.domain import InputSchema, Repair
from classward.lifecycle.predict.checked import CheckedRows
from classward.lifecycle.predict.problems import MOST_LISTED, Problem, refuse, unknown_field
from classward.lifecycle.predict.usual import UsualRows
from classward.lifecycle.predict.values import Fault, checker_of, type_of

__all__ = ["RowChecker", "check_rows"]


def check_rows(schema: InputSchema, rows: Sequence[Mapping[str, object]]) -> CheckedRows:
    """Check rows once; build a :class:`RowChecker` to check many requests."""
    return RowChecker(schema).check(rows)


class RowChecker:
    """The checks of one schema, prepared once so that a request pays for its values only.

    Parameters
    ----------
    schema : InputSchema
        Features in the order the model was trained with.
    repairs : sequence of Repair
        Features whose bad values are repaired instead of refusing the row; those of other schemas are passed over.
    """

    __slots__ = ("_columns", "_names", "_repairs", "_usual", "schema")

    def __init__(self, schema: InputSchema, repairs: Sequence[Repair] = ()) -> None:
        self.schema = schema
        self._names = schema.names
        self._usual = UsualRows(schema)
        self._columns = tuple((f.name, checker_of(f), f.is_required, f"missing:{f.name}") for f in schema.features)
        features = {f.name: f for f in schema.features}
        self._repairs: dict[str, object] = {
            r.feature: r.value if r.value is None else checker_of(features[r.feature])(r.value)
            for r in repairs
            if r.feature in features
        }

    def check(self, rows: Sequence[Mapping[str, object]]) -> CheckedRows:
        """Turn rows into columns, or refuse them all.

        A missing (or null) optional feature becomes ``None`` with the flag ``missing:<name>``. Text stays text, numbers
        may be whole or not, dates come as ISO 8601 text. Nothing is converted otherwise. A bad value (or a missing one
        that is required) of a feature with a repair is replaced, and its row flagged ``repaired:<name>`` (or
        ``bad:<name>`` if it counts as missing) and ``degraded``.

        Raises
        ------
        InvalidInput
            CW401 required field missing; CW402 unknown field; CW403 wrong type; CW404 not finite; CW405 text that
            cannot be stored; CW406 a row is no object; CW407 no rows; CW272 no image; CW273,
            CW274 no such vector. The text names the rows (counted from 0) and
            fields of the first 20 problems, with types but never values.
        """
        n = len(rows)
        if not n:
            raise refuse([Problem(0, "CW407", "there are no rows", "an empty list")], 0, self._names)
        usual = self._usual.columns(rows)
        if usual is not None:
            return CheckedRows(columns=usual, n=n, flags=((),) * n)
        values: list[list[object]] = [[] for _ in self._columns]
        flags = []
        problems: list[Problem] = []
        for number, row in enumerate[object](rows):
            if not isinstance(row, Mapping):
                problems.append(Problem(number, "CW406", "a row must be an object", type_of(row)))
                continue
            flags.append(self._take(number, row, values, problems))
            if len(problems) >= MOST_LISTED:
                break
        if problems:
            raise refuse(problems[:MOST_LISTED], n, self._names)
        return CheckedRows(columns=dict(zip(self._names, values, strict=True)), n=n, flags=tuple(flags))

    def _take(
        self, number: int, row: Mapping[str, object], values: list[list[object]], problems: list[Problem]
    ) -> tuple[str, ...]:
        n_unused = len(row)
        missing: tuple[str, ...] = ()
        for (name, checked, is_required, flag), column in zip(self._columns, values, strict=True):
            value = row.get(name)
            if value is None:
                n_unused -= name in row
                missing = (*missing, flag)
                if is_required:
                    if name in self._repairs:
                        value, missing = self._repaired(name, missing)
                    else:
                        problems.append(_absent(number, name, is_null=name in row))
            else:
                n_unused -= 1
                value = checked(value)
                if type(value) is Fault and name in self._repairs:
                    value, missing = self._repaired(name, missing)
                elif type(value) is Fault:
                    text = f"{name!r} must be {value.allowed}"
                    problems.append(Problem(number, value.code, text, value.got))
            column.append(value)
        if n_unused:
            known = self._names
            problems += [unknown_field(number, key, known) for key in row if key not in known]
        return missing

    def _repaired(self, name: str, flags: tuple[str, ...]) -> tuple[object, tuple[str, ...]]:
        value = self._repairs[name]
        flag = f"bad:{name}" if value is None else f"repaired:{name}"
        return value, (*flags, flag, *(() if "degraded" in flags else ("degraded",)))


def _absent(number: int, name: str, *, is_null: bool) -> Problem:
    return Problem(number, "CW401", f"{name!r} is required", "null" if is_null else "no such field in the row")

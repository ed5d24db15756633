"""The family that needs no labelled row: classes are known by their definitions."""

from __future__ import annotations

from dataclasses import replace

from classward.domain import InputSchema, LabelSpace, Plan, Recipe
from classward.errors import DataError, UsageError, nearest
from classward.estimators import MEANING, adapter_named
from classward.inference import Featuriser, Scorer
from classward.lifecycle.train.family import How, Params
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["ZERO_SHOT", "definitions_of", "fit_zero_shot_family", "zero_shot_alone", "zero_shot_recipe"]

ZERO_SHOT = ("beside", "alone")
"""How a person may ask for it: as one candidate among the others, or as the whole version."""

_LAST_LAYER = 384
_MOST_NAMED = 8


def zero_shot_recipe(
    how: str, *, space: LabelSpace, schema: InputSchema, encoder: str, adapter: str = MEANING
) -> tuple[Recipe, ...]:
    """Make the recipe, and see beforehand that it can be carried out; no recipe if ``how`` is empty.

    Parameters
    ----------
    how : str
        One of :data:`ZERO_SHOT`, or empty.
    space : LabelSpace
        Classes with their definitions.
    schema : InputSchema
        Features; there must be a text.
    encoder : str
        Name of what reads texts; the packaged adapter needs one.
    adapter : str
        ``meaning``, or ``package.module:function``.

    Raises
    ------
    UsageError
        CW298 for a way that does not exist, CW297 for an adapter that does not exist.
    DataError
        CW295 for classes without a definition, CW299 without a text column, CW326 without an encoder.
    """
    if not how:
        return ()
    if how not in ZERO_SHOT:
        raise UsageError(
            "CW298",
            f"zero-shot models are asked for as {' or '.join(ZERO_SHOT)}, not {how!r}{nearest(how, ZERO_SHOT)}",
            fix="--zero-shot beside tries one among the others, --zero-shot alone makes a version of it",
        )
    adapter_named(adapter)
    definitions_of(space)
    if not any(f.kind == "text" for f in schema.features):
        raise DataError(
            "CW299",
            "a zero-shot model needs a text column",
            got=", ".join(f"{f.name} ({f.kind})" for f in schema.features)[:200],
            why="definitions are compared with texts",
            fix="train without --zero-shot, or name a text column under [features]",
        )
    if adapter == MEANING and not encoder:
        raise DataError(
            "CW326",
            "a zero-shot model reads texts by an encoder, and none was given",
            why="an encoder is chosen by the user: it brings its own size, licence and language",
            fix="add --encoder: 'static', 'minilm', or a folder with model.onnx and tokenizer.json",
        )
    width = (("width", _LAST_LAYER),) if encoder == "minilm" else ()
    return (Recipe(family="zero-shot", params=(("adapter", adapter), *width)),)


def zero_shot_alone(made: Plan) -> Plan:
    """The same plan with its zero-shot recipe only, and nothing tuned.

    Raises
    ------
    UsageError
        CW298 if it has none: definitions give no answers to binary questions.
    """
    recipes = tuple(recipe for recipe in made.recipes if recipe.family == "zero-shot")
    if not recipes:
        raise UsageError(
            "CW298", "a zero-shot model cannot be asked in binary questions", fix="leave out --frame or --zero-shot"
        )
    return replace(made, recipes=recipes, shares=(1.0 - made.for_blending,) * len(recipes), is_tuned=False)


def definitions_of(space: LabelSpace) -> tuple[str, ...]:
    """What each class means, in column order.

    Raises
    ------
    DataError
        CW295 naming the classes that have no definition.
    """
    missing = [one.name for one in space.classes if not one.definition.strip()]
    if missing:
        more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        raise DataError(
            "CW295",
            f"class {missing[0]!r} has no definition",
            got=f"{len(missing)} of {len(space)} classes without: {', '.join(map(repr, missing[:_MOST_NAMED]))}{more}",
            why="without labelled rows a class is known by what its definition says",
            fix=f"write what it means in the task file, under [classes.definitions] or [classes.about.{missing[0]}]",
        )
    return tuple(one.definition for one in space.classes)


def fit_zero_shot_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, Scorer]:
    """Make a scorer of the definitions; labels are not looked at, so that classes without a row are scored as well."""
    given = dict(params)
    adapter, width = str(given.pop("adapter", MEANING)), int(given.pop("width", 0))
    if given:
        raise DataError(
            "CW233",
            f"a recipe has a parameter that does not exist: {min(given)!r}{nearest(min(given), ('adapter', 'width'))}",
            fix="use adapter, width",
        )
    texts = InputSchema(features=tuple(f for f in rows.schema.features if f.kind == "text"))
    return adapter_named(adapter)(
        texts, rows.columns, rows.n, descriptions=definitions_of(rows.label_space), encoder=how.encoder, width=width
    )

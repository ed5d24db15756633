"""Whether a version can take the place of another, and give it back: same classes, no input that callers do not send."""

from __future__ import annotations

from classward.artifact.read import read_bundle
from classward.domain import LabelSpace, ModelVersion, Taxonomy
from classward.errors import Refused
from classward.flows.context import Context

__all__ = ["check_compatible"]


def check_compatible(ctx: Context, candidate: ModelVersion, stable: ModelVersion, *, taxonomy: Taxonomy) -> None:
    """Read both bundles and compare what callers see of them, before any traffic moves.

    Classes that were only renamed between the two are the same: their answers are paired through ``taxonomy``.

    Raises
    ------
    Refused
        CW835 if their classes differ otherwise: labels of one are none of the other, and a class of callers would go.
        CW836 if the candidate requires an input that the stable version does not, or reads one as another kind.
    ArtifactError
        If a bundle was edited or is damaged.
    """
    new, old = (
        read_bundle(ctx.artifacts.path(v.bundle_hash), expected_hash=v.bundle_hash).model for v in (candidate, stable)
    )
    added = sorted(set(new.label_space.names) - set(old.label_space.names))
    gone = sorted(set(old.label_space.names) - set(new.label_space.names))
    if (added or gone) and not _are_renamed(new.label_space, old.label_space, taxonomy):
        told = [said for said in map(taxonomy.told, (*gone, *added)) if said]
        raise Refused(
            "CW835", f"version {candidate.version} has other classes than version {stable.version}",
            got="; ".join((f"new: {', '.join(added) or 'none'}", f"gone: {', '.join(gone) or 'none'}", *told)),
            why="answers of both cannot be compared class by class, and a rollback would take classes away from callers",
            fix=f'if callers are ready for it: classward deploy {candidate.version} --now --because "…"',
        )  # fmt: skip
    kinds = {f.name: f.kind for f in old.schema.features}
    wrong = [f.name for f in new.schema.features if f.name in kinds and kinds[f.name] != f.kind]
    wrong += [f.name for f in new.schema.features if f.name not in kinds and f.is_required]
    required = {f.name for f in old.schema.features if f.is_required}
    back = sorted(required - {f.name for f in new.schema.features})
    if wrong or back:
        raise Refused(
            "CW836", f"version {candidate.version} wants other inputs than version {stable.version}",
            got=f"of another kind, or required and new: {', '.join(wrong) or 'none'}; required only before: "
            f"{', '.join(back) or 'none'}",
            why="both must be able to answer every request, or there is no way back",
            fix="make new inputs optional, and keep the kind of those that exist",
        )  # fmt: skip


def _are_renamed(new: LabelSpace, old: LabelSpace, taxonomy: Taxonomy) -> bool:
    """Whether each class of one is a class of the other, under another name at most."""
    both = (*new.names, *old.names)
    return (
        {c.id for c in new.classes} == {c.id for c in old.classes}
        and {taxonomy.current(name) for name in new.names} == {taxonomy.current(name) for name in old.names}
        and all(taxonomy.is_same_class(name) for name in both)
    )

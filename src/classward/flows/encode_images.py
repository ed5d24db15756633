"""Read every image once, before anything is fitted, within a part of the budget."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from classward.errors import DataError
from classward.estimators import fit_picture_reader
from classward.flows.budget import Budget
from classward.inference import Blend, ImagePart, Model, OnnxPictures, PictureEncoder, PictureReader, PlainPictures
from classward.lifecycle.train import LabelledRows

__all__ = ["ImagesRead", "encode_images", "encoder_id", "reader_of"]

_TRIED_FIRST = 64
_MOST_OF_TIME = 0.6
_MORE_REMEMBERED = 1.5
_STEP = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesRead:
    """What sees images in this run (``None`` without any), and a remark if it is not what was asked for."""

    reader: PictureReader | None
    remarks: tuple[str, ...] = ()


def encoder_id(encoder: PictureEncoder) -> str:
    """Name and content hash of what reads images: two versions of one encoder never have the same."""
    if isinstance(encoder, PlainPictures):
        return f"plain-{encoder.edition}"
    return f"{encoder.name}@{hashlib.sha256(encoder.model.tobytes()).hexdigest()[:16]}"


def reader_of(model: Model) -> PictureReader | None:
    """What sees the images of a trained model; ``None`` if it looks at none."""
    models = [one for member in model.members for one in member.models] if isinstance(model, Blend) else [model]
    parts = (part for one in models for part in one.featuriser.dense)
    return next((part.reader for part in parts if isinstance(part, ImagePart)), None)


def encode_images(
    rows: LabelledRows, encoder: OnnxPictures | None, *, budget: Budget, tell: Callable[[str], None]
) -> ImagesRead:
    """Learn, without labels, what tells the images of some rows apart, and remember what is seen of each.

    Parameters
    ----------
    rows : LabelledRows
        Rows to develop on; sealed rows are not among them.
    encoder : OnnxPictures, optional
        A backbone; if reading by it would take more than three fifths of the time left, the plain features are used, and
        the remark says so.
    budget : Budget
        How much time is left.
    tell : callable
        Told about progress.

    Raises
    ------
    DataError
        CW276 if even the plain features would take all of it.
    """
    names = [f.name for f in rows.schema.features if f.kind == "image"]
    images = list(dict.fromkeys(v for name in names for v in rows.columns[name] if isinstance(v, bytes)))
    if not images:
        return ImagesRead(reader=None)
    remarks: tuple[str, ...] = ()
    chosen: PictureEncoder = encoder or PlainPictures()
    needed_s, allowed_s = _needed_s(chosen, images, budget)
    if needed_s > allowed_s and encoder is not None:
        remark = (
            f"images were read by the plain features instead of {encoder_id(encoder)}: that needs about {needed_s:.0f} s, "
            f"and {max(allowed_s, 0.0):.0f} s may go into it"
        )
        remarks = (remark,)
        tell(remark)
        chosen = PlainPictures()
        needed_s, allowed_s = _needed_s(chosen, images, budget)
    if needed_s > budget.left_s():
        raise DataError(
            "CW276",
            "the budget is too small to read the images",
            got=f"{len(images):,} images need about {needed_s:.0f} s, and {max(budget.left_s(), 0.0):.0f} s are left",
            why="without having read them nothing can be learned from them",
            fix=f"give a budget of at least {2 * needed_s + 10:.0f}s, smaller images, or fewer rows",
        )
    tell(f"reading {len(images):,} images by {encoder_id(chosen)}, about {needed_s:.0f} s")
    reader = fit_picture_reader(images, encoder=chosen)
    reader.remember(int(_MORE_REMEMBERED * len(images)) + _STEP)
    for start in range(0, len(images), _STEP):
        reader.read(images[start : start + _STEP])
    return ImagesRead(reader=reader, remarks=remarks)


def _needed_s(encoder: PictureEncoder, images: list[bytes], budget: Budget) -> tuple[float, float]:
    """Seconds that reading takes, judged by a few, and seconds that may go into it."""
    tried = images[:: max(1, len(images) // _TRIED_FIRST)]
    encoder.encode(images[:1])  # loading is not reading
    allowed_s, started_s = _MOST_OF_TIME * budget.left_s(), budget.clock_s()
    encoder.encode(tried)
    return (budget.clock_s() - started_s) / len(tried) * len(images), allowed_s

"""The pieces that may stand in a bundle, by name. Nothing else is ever constructed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from classward.inference import (
    AffineScorer,
    BellScorer,
    BooleanPart,
    CategoryPart,
    ClusteredScorer,
    DatePart,
    DescribedScorer,
    EmbeddingPart,
    Featuriser,
    FlooredTemperature,
    ForestScorer,
    FrameScorer,
    Gate,
    Identity,
    ImagePart,
    KernelScorer,
    LayersScorer,
    LikenessScorer,
    LinearScorer,
    MatrixScaling,
    NearestScorer,
    NeighbourScorer,
    NetworkScorer,
    NoveltyRule,
    NumericPart,
    OnnxEncoder,
    OnnxPictures,
    OrderScaling,
    OrdinalPart,
    PictureReader,
    PlainPictures,
    RestScaling,
    SmoothPart,
    StaticEncoder,
    Temperature,
    TextPart,
    TreeScorer,
    VectorPart,
    VectorScaling,
)

__all__ = ["KINDS", "SHARED"]

KINDS: Mapping[str, type[Any]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            AffineScorer,
            BellScorer,
            BooleanPart,
            CategoryPart,
            ClusteredScorer,
            DatePart,
            DescribedScorer,
            EmbeddingPart,
            Featuriser,
            FlooredTemperature,
            ForestScorer,
            FrameScorer,
            Gate,
            Identity,
            ImagePart,
            KernelScorer,
            LayersScorer,
            LikenessScorer,
            LinearScorer,
            MatrixScaling,
            NearestScorer,
            NeighbourScorer,
            NetworkScorer,
            NoveltyRule,
            NumericPart,
            OnnxEncoder,
            OnnxPictures,
            OrderScaling,
            OrdinalPart,
            PictureReader,
            PlainPictures,
            RestScaling,
            SmoothPart,
            StaticEncoder,
            Temperature,
            TextPart,
            TreeScorer,
            VectorPart,
            VectorScaling,
        )
    }
)
"""Name in the manifest → class of ``inference``."""

SHARED = frozenset({"Featuriser", "OnnxEncoder", "PictureReader", "StaticEncoder"})
"""Kinds of which equal ones become one object, so that members of a blend read a text or image, and a row, once."""

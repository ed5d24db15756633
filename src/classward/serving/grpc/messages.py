"""Message classes of the protocol, from its compiled description.

They live in a pool of their own: a program that also holds another copy of the protocol (a client's, say) is not
disturbed, since protobuf refuses two messages of one name in one pool.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

__all__ = ["METHODS", "SERVICE", "messages"]

SERVICE = "inference.GRPCInferenceService"
METHODS = ("ServerLive", "ServerReady", "ModelReady", "ServerMetadata", "ModelMetadata", "ModelInfer")


def messages() -> dict[str, Any]:
    """Give the message class of every request and response by its name, ``ModelInferRequest`` for one."""
    described = descriptor_pb2.FileDescriptorSet.FromString(
        files(__package__).joinpath("open_inference.binpb").read_bytes()
    )
    pool = descriptor_pool.DescriptorPool()
    for file in described.file:
        pool.Add(file)
    return {
        f"{method}{side}": message_factory.GetMessageClass(pool.FindMessageTypeByName(f"inference.{method}{side}"))
        for method in METHODS
        for side in ("Request", "Response")
    }

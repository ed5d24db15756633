"""The port of the gRPC door: checked and held before a worker begins, since workers share it without asking."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from classward.errors import UsageError
from classward.settings import Settings

__all__ = ["cannot_open", "holding"]


@contextmanager
def holding(settings: Settings) -> Iterator[None]:
    """Hold the port while the server runs; does nothing without one.

    Raises
    ------
    UsageError
        CW426 if the extra is not installed, or somebody else listens there.
    """
    if not settings.grpc_port:
        yield
        return
    address = f"{settings.host}:{settings.grpc_port}"
    if find_spec("grpc") is None or find_spec("google.protobuf") is None:
        raise cannot_open(address, "the packages grpcio and protobuf are not installed")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:  # without the sharing that would let two servers take turns
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.grpc_port))
        held = socket.socket(family)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((settings.host, settings.grpc_port))
    except (OSError, OverflowError) as error:
        raise cannot_open(address, getattr(error, "strerror", None) or str(error)) from None
    with held:
        yield


def cannot_open(address: str, reason: str) -> UsageError:
    """Why there is no gRPC door."""
    return UsageError(
        "CW426",
        "cannot serve gRPC on this address",
        got=f"{address}: {reason}",
        fix="choose another CLASSWARD_GRPC_PORT (0: none), or install the extra: pip install 'classward[grpc]'",
    )

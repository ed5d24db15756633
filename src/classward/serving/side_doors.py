"""Doors beside HTTP that one worker opens and closes with itself: gRPC, when a port is named for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from classward.serving.worker import Worker

if TYPE_CHECKING:
    from classward.serving.grpc.server import GrpcDoor

__all__ = ["SideDoors"]


class SideDoors:
    """Opens what the settings name; imports nothing for doors that stay shut."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._grpc: GrpcDoor | None = None

    async def open(self) -> None:
        """Open them, once the worker has looked at the journal."""
        if self._worker.parts.settings.grpc_port:
            from classward.serving.grpc.server import GrpcDoor

            self._grpc = GrpcDoor(self._worker)
            await self._grpc.open()

    async def close(self) -> None:
        """Take nothing new, answer what runs, close."""
        if self._grpc is not None:
            await self._grpc.close()

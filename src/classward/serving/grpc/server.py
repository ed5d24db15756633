"""Opening and closing the gRPC door of one worker."""

from __future__ import annotations

from pathlib import Path

import grpc

from classward.serving.grpc.service import Service
from classward.serving.grpc_port import cannot_open
from classward.serving.logs import say
from classward.serving.worker import Worker

__all__ = ["GrpcDoor"]


class GrpcDoor:
    """A gRPC server on the worker's event loop; all workers share one port, and the kernel divides connections."""

    def __init__(self, worker: Worker) -> None:
        settings = worker.parts.settings
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self._address = f"{host}:{settings.grpc_port}"
        self._settings, self._grace_s = settings, settings.drain_s
        self._server = grpc.aio.server(
            options=(
                ("grpc.max_receive_message_length", settings.max_body_bytes),
                ("grpc.max_send_message_length", -1),
                ("grpc.max_metadata_size", 16_384),
                ("grpc.so_reuseport", 1),
            )
        )
        self._server.add_generic_rpc_handlers((Service(worker).handler,))
        self.port = 0

    async def open(self) -> None:
        """Take calls from now on.

        Raises
        ------
        UsageError
            CW426 if the port cannot be used.
        """
        try:
            self.port = self._bind()
        except RuntimeError:
            raise cannot_open(self._address, "it is in use, or needs rights") from None
        await self._server.start()
        say("listening", url=f"grpc://{self._address}")

    def _bind(self) -> int:
        if not self._settings.tls_cert_file:
            return int(self._server.add_insecure_port(self._address))
        authority = self._settings.tls_client_ca_file
        credentials = grpc.ssl_server_credentials(
            ((Path(self._settings.tls_key_file).read_bytes(), Path(self._settings.tls_cert_file).read_bytes()),),
            root_certificates=Path(authority).read_bytes() if authority else None,
            require_client_auth=bool(authority),
        )
        return int(self._server.add_secure_port(self._address, credentials))

    async def close(self) -> None:
        """Take no more calls, and let those that run finish (at most ``drain_s`` seconds)."""
        await self._server.stop(self._grace_s)

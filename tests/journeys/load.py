"""Clients that go on asking while processes are killed, and note every answer that was acknowledged."""

from __future__ import annotations

import http.client
import threading
import time

from real import Server

__all__ = ["Load"]

_PAUSE_S = 0.004


class Load:
    """Asks until stopped; ``acknowledged`` is the version by id of every row that came back without ``unlogged``.

    A connection that breaks and a server that is not ready are what kills look like from outside. Any other status is
    kept in ``wrong``.
    """

    def __init__(self, server: Server, name: str, *, n_clients: int = 2) -> None:
        self.server, self.name = server, name
        self.acknowledged: dict[str, int] = {}
        self.wrong: list[object] = []
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._client, args=(n,)) for n in range(n_clients)]
        for thread in self._threads:
            thread.start()

    def _client(self, number: int) -> None:
        count = 0
        while not self._stopping.is_set():
            ids = [f"{self.name}-{number}-{count}-{i}" for i in range(3)]
            count += 1
            body = {"rows": [{"text": f"turn on lamp {count}"}] * 3, "ids": ids}
            try:
                status, answer = self.server.call("POST", "/predict", body)
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)
                continue
            if status == 200:
                logged = [p for p in answer["predictions"] if "unlogged" not in p["flags"]]
                self.acknowledged.update({p["id"]: p["version"] for p in logged})
            elif status != 503:
                self.wrong.append((status, answer))
            time.sleep(_PAUSE_S)

    def stop(self) -> dict[str, int]:
        """End all clients; what they noted."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)
        assert self.wrong == []
        return self.acknowledged

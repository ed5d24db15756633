"""Sends a load plan to a server at the moments it says, whether or not earlier requests have been answered."""

from __future__ import annotations

import http.client
import queue
import threading
import time
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from classward.errors import UsageError
from classward.flows.load_plan import LoadPlan, PlannedRequest
from classward.flows.load_report import Sent

__all__ = ["send_load"]

_TIMEOUT_S = 30.0
_NO_ANSWER = 0


def send_load(
    plan: LoadPlan,
    url: str,
    *,
    key: str = "",
    connections: int = 32,
    new_id: Callable[[], str],
) -> tuple[Sent, ...]:
    """Send every request when it is due, over at most so many connections that stay open.

    A request that finds no free connection waits for one; that time counts, since its caller would have waited, too.

    Parameters
    ----------
    url : str
        The server, such as ``http://127.0.0.1:8400``.
    key : str
        API key, if the server asks for one.
    new_id : callable
        Makes row ids, which begin with ``loadtest-``.

    Raises
    ------
    UsageError
        CW523 if the address is none, or nobody answers there.
    """
    place = urlsplit(url)
    if place.scheme not in {"http", "https"} or not place.hostname:
        raise UsageError(
            "CW523", "this is no address of a server", got=url[:100], fix="give one such as http://127.0.0.1:8400"
        )
    _check_answers(place, url)
    due: queue.SimpleQueue[PlannedRequest | None] = queue.SimpleQueue()
    sent: list[Sent] = []
    begun_s = time.perf_counter()
    threads = [
        threading.Thread(target=_work, args=(place, key, due, sent, begun_s, new_id), daemon=True)
        for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    for request in plan.requests:
        time.sleep(max(0.0, begun_s + request.at_s - time.perf_counter()))
        due.put(request)
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join()
    return tuple(sorted(sent, key=lambda s: s.at_s))


def _connect(place: SplitResult) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    return kind(place.hostname or "", place.port, timeout=_TIMEOUT_S)


def _check_answers(place: SplitResult, url: str) -> None:
    connection = _connect(place)
    try:
        connection.request("GET", f"{place.path.rstrip('/')}/health")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        raise UsageError(
            "CW523", f"nobody answers at {url[:100]}", got=type(error).__name__, fix="start the server: classward serve"
        ) from None
    finally:
        connection.close()


def _work(
    place: SplitResult,
    key: str,
    due: queue.SimpleQueue[PlannedRequest | None],
    sent: list[Sent],
    begun_s: float,
    new_id: Callable[[], str],
) -> None:
    headers = {"Content-Type": "application/json", **({"X-API-Key": key} if key else {})}
    connection = _connect(place)
    while (request := due.get()) is not None:
        ids = ",".join(f'"loadtest-{new_id()}"' for _ in request.rows)
        body = f'{{"rows":[{",".join(request.rows)}],"ids":[{ids}]}}'.encode()
        status = _NO_ANSWER
        try:
            connection.request("POST", f"{place.path.rstrip('/')}/predict", body, headers)
            response = connection.getresponse()
            response.read()
            status = response.status
        except (OSError, http.client.HTTPException):
            connection.close()  # the next request opens it again
        sent.append(Sent(request.at_s, time.perf_counter() - begun_s - request.at_s, status, len(request.rows)))
    connection.close()

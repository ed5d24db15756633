"""Starting server processes: one here, or several under uvicorn's supervisor, on a socket that is bound once."""

from __future__ import annotations

import asyncio
import errno
import importlib
import logging
import math
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from classward.errors import ClasswardError, UsageError
from classward.serving.auth import check_bind
from classward.serving.drain import DRAIN_GRACE_S, take_no_more
from classward.serving.grpc_port import holding
from classward.serving.logs import LOG_CONFIG, say
from classward.serving.tls import check_tls, scheme_of, uvicorn_options
from classward.settings import Settings

__all__ = ["bind", "load_app", "run"]

_FACTORY = "_CLASSWARD_APP_FACTORY"
_METRICS = "PROMETHEUS_MULTIPROC_DIR"
_PROVEN = "_CLASSWARD_WORKERS_PROVEN"
_BUSY_S = 3.0
_RETRY_START_S = 1.0
_KEEP_ALIVE_S = 75


def run(
    app_factory: str, settings: Settings, env: Mapping[str, str], *, on_bound: Callable[[], None] = lambda: None
) -> None:
    """Serve until told to stop by SIGTERM or SIGINT; running requests are answered first.

    A worker that dies is started again. If this process is killed, its workers notice and stop within a second.

    Parameters
    ----------
    app_factory : str
        ``"module:callable"`` that gives the ASGI application; called in every worker.
    env : mapping
        Environment for the workers, beside the present one; ``PROMETHEUS_MULTIPROC_DIR`` there names the folder of
        shared metrics (emptied now), else a temporary one is made.
    on_bound : callable
        Called when the address is ours and no worker has begun; what it raises ends the start.

    Raises
    ------
    UsageError
        CW911 for an open address without keys, CW912 and CW913 if the address cannot be bound, CW914 if the workers
        cannot start, CW915 for fewer than one worker, CW426 if there can be no gRPC door,
        CW439 if there can be no encrypted one.
    """
    check_bind(settings)
    check_tls(settings)
    if settings.workers < 1:
        raise UsageError("CW915", "a server needs at least one worker", got=str(settings.workers), fix="--workers 1")
    listener = bind(settings.host, settings.port)
    with listener, holding(settings), _environment({**env, _FACTORY: app_factory}, n_workers=settings.workers):
        on_bound()
        config = _config(settings)
        host, port = listener.getsockname()[:2]
        say(
            "listening",
            url=f"{scheme_of(settings)}://{f'[{host}]' if ':' in host else host}:{port}",
            workers=settings.workers,
        )
        if settings.workers == 1:
            _run_one(config, listener)
        else:
            _run_several(config, listener)
    say("server stopped")


def load_app() -> Any:
    """Call the factory named in the environment.

    If it fails, this process ends: the whole server too when it has never run, else the supervisor tries again.
    """
    module, _, name = os.environ[_FACTORY].partition(":")
    try:
        return getattr(importlib.import_module(module), name)()
    except Exception as error:  # noqa: BLE001 - process boundary: whatever it is, the supervisor has to know
        say("worker cannot start", level=logging.ERROR, trace=None if isinstance(error, ClasswardError) else error)
        sys.stderr.write(f"classward: {error}\n")
        if _PROVEN not in os.environ:
            sys.exit(STARTUP_FAILURE)
        time.sleep(_RETRY_START_S)
        sys.exit(1)


def bind(host: str, port: int, *, patience_s: float = _BUSY_S) -> socket.socket:
    """Bind the address; a busy port is tried for a moment, since a server that was killed needs one to let go.

    Raises
    ------
    UsageError
        CW912 if the port stays busy, CW913 if there is no such address or it may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    deadline_s = time.monotonic() + patience_s
    while True:
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(2048)
        except (OSError, OverflowError, UnicodeError) as error:
            listener.close()
            if not isinstance(error, OSError) or error.errno != errno.EADDRINUSE:
                raise _cannot_bind(host, port, error) from None
            if time.monotonic() >= deadline_s:
                raise UsageError(
                    "CW912",
                    f"port {port} is in use",
                    got=f"{host}:{port}",
                    fix="stop the other server, or choose another port with --port",
                ) from None
            time.sleep(0.1)
        else:
            listener.set_inheritable(True)
            return listener


def _cannot_bind(host: str, port: int, error: Exception) -> UsageError:
    return UsageError(
        "CW913",
        "cannot serve on this address",
        got=f"{host}:{port}: {getattr(error, 'strerror', None) or error}",
        fix="choose another --host or --port (ports below 1024 need rights)",
    )


def _config(settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        "classward.serving.run:load_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        **uvicorn_options(settings),
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_config=LOG_CONFIG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=math.ceil(settings.drain_s),
    )


class _OneServer(uvicorn.Server):
    """A server that takes in waiting connections before it closes its door."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in sockets or ():
            if take_no_more(listener):
                await asyncio.sleep(DRAIN_GRACE_S / 2)
        await super().shutdown(sockets)


class _Supervisor(Multiprocess):
    """uvicorn's supervisor, which also closes the shared door before its workers stop, and tells of dead workers."""

    def keep_subprocess_alive(self) -> None:
        before = {process.pid for process in self.processes}
        super().keep_subprocess_alive()
        for process in self.processes:
            if process.pid not in before:
                say("worker replaced", level=logging.WARNING, new_pid=process.pid)
        if _PROVEN not in os.environ and all(process.is_ready() for process in self.processes):
            os.environ[_PROVEN] = "1"

    def terminate_all(self) -> None:
        for listener in self.sockets:
            take_no_more(listener)
        super().terminate_all()


def _run_one(config: uvicorn.Config, listener: socket.socket) -> None:
    with _quiet_signals():
        try:
            _OneServer(config).run([listener])
        except SystemExit:
            raise _cannot_start() from None


def _run_several(config: uvicorn.Config, listener: socket.socket) -> None:
    supervisor = _Supervisor(config, sockets=[listener])
    supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise _cannot_start()


def _cannot_start() -> UsageError:
    return UsageError("CW914", "the server could not start", fix="the reason is in the lines above")


@contextmanager
def _quiet_signals() -> Iterator[None]:
    """uvicorn raises the signal again that stopped it; a server that stopped as asked has nothing more to say."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _environment(env: Mapping[str, str], *, n_workers: int) -> Iterator[None]:
    """Set what the workers read; share metrics through a clean folder when there are several."""
    before = dict(os.environ)
    made = ""
    os.environ.update(env)
    if n_workers == 1:
        os.environ.pop(_METRICS, None)
    elif folder := env.get(_METRICS):
        Path(folder).mkdir(parents=True, exist_ok=True)
        for file in Path(folder).glob("*.db"):
            file.unlink(missing_ok=True)
    else:
        made = os.environ[_METRICS] = tempfile.mkdtemp(prefix="classward-metrics-")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        if made:
            shutil.rmtree(made, ignore_errors=True)

"""Probes and metrics: what an orchestrator and a monitoring system ask."""

from __future__ import annotations

import asyncio

from classward.serving.messages import Reply, Request, json_reply
from classward.serving.worker import Worker

__all__ = ["health", "metrics", "ready"]


async def health(worker: Worker, request: Request) -> Reply:
    """Whether the process is alive: restart it when this fails."""
    return json_reply({"status": "alive", "task": worker.parts.task.name})


async def ready(worker: Worker, request: Request) -> Reply:
    """Whether predictions would be answered: send no traffic here while this fails."""
    current = worker.current
    return json_reply(
        {
            "ready": worker.is_ready,
            "task": worker.parts.task.name,
            "version": current.version if current else None,
            "bundle_hash": current.bundle_hash if current else None,
            "problem": "stopping" if worker.is_draining else worker.problem,
        },
        status=200 if worker.is_ready else 503,
    )


async def metrics(worker: Worker, request: Request) -> Reply:
    """Prometheus text over all workers; read beside the event loop."""
    watched = await worker.watched()
    worker.metrics.flush()
    body = await asyncio.to_thread(worker.metrics.render, watched)
    return Reply(body=body, content_type=b"text/plain; version=0.0.4; charset=utf-8")

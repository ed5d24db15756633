"""``POST /labels``: what turned out true, late, twice or never."""

from __future__ import annotations

from functools import partial

from classward.flows.label import accept_labels
from classward.serving.decode import check_count, decode_labels
from classward.serving.live import require_current
from classward.serving.messages import Reply, Request, json_reply
from classward.serving.worker import Worker

__all__ = ["labels"]


async def labels(worker: Worker, request: Request) -> Reply:
    """Take in labels, item by item; sending the same ones again changes nothing.

    Raises
    ------
    InvalidInput
        If the body is no list of labels; a single bad label is quarantined and spoils no other.
    RecordError
        CW710 if they could not be written; the same batch can be sent again.
    """
    body = decode_labels(request.body)
    check_count(len(body.labels), max_rows=worker.parts.settings.max_rows, what="labels")
    receipt = await worker.run_labels(
        partial(
            accept_labels,
            body.labels,
            label_space=require_current(worker).model.label_space,
            log=worker.parts.log,
            writer=worker.writer,
            now=worker.parts.clock.now(),
        )
    )
    worker.metrics.labelled(receipt)
    return json_reply(
        {
            "accepted": receipt.count("accepted"),
            "duplicate": receipt.count("duplicate"),
            "quarantined": receipt.count("quarantined"),
            "items": [{"index": i.index, "state": i.state, "reason": i.reason} for i in receipt.items],
        }
    )

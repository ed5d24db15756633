"""``POST /labels``: what turned out true, late, twice or never."""

from __future__ import annotations

import logging
from functools import partial

from classward.domain import LabelSpace
from classward.flows.label import accept_labels
from classward.serving.decode import check_count, decode_labels
from classward.serving.live import require_current
from classward.serving.logs import say
from classward.serving.messages import Reply, Request, json_reply
from classward.serving.worker import Worker

__all__ = ["labels"]


async def labels(worker: Worker, request: Request) -> Reply:
    """Take in labels, item by item, whether or not a version is live; sending the same ones again changes nothing.

    Raises
    ------
    InvalidInput
        If the body is no list of labels; a single bad label is quarantined and spoils no other.
    RecordError
        CW710 if not all could be written; the same batch can be sent again.
    Refused
        CW801 while no class was ever declared: nothing was trained yet, so nothing says what a label may be.
    """
    body = decode_labels(request.body)
    check_count(len(body.labels), max_rows=worker.parts.settings.max_rows, what="labels")
    receipt = await worker.run_labels(
        partial(
            accept_labels,
            body.labels,
            label_space=LabelSpace.of(worker.known_classes or require_current(worker).class_names),
            log=worker.parts.log,
            writer=worker.writer,
            now=worker.parts.clock.now(),
            taxonomy=worker.taxonomy,
        )
    )
    worker.metrics.labelled(receipt)
    if not receipt.is_remembered:
        say("labels are safe but could not be noted as known", level=logging.WARNING, request_id=request.id)
    return json_reply(
        {
            "accepted": receipt.count("accepted"),
            "duplicate": receipt.count("duplicate"),
            "quarantined": receipt.count("quarantined"),
            "items": [{"index": i.index, "state": i.state, "reason": i.reason} for i in receipt.items],
        }
    )

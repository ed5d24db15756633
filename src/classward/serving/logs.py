"""One JSON object a line on standard error: starts, swaps and errors, not every request."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from classward.domain import format_time

__all__ = ["LOG_CONFIG", "JsonFormatter", "logger", "say"]

logger = logging.getLogger("classward.serving")


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON; fields come in by ``extra={"fields": {…}}``."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line, without the line feed."""
        line: dict[str, Any] = {
            "at": format_time(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "pid": record.process,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def say(
    message: str,
    *,
    level: int = logging.INFO,
    trace: BaseException | None = None,
    more: Mapping[str, object] | None = None,
    **fields: object,
) -> None:
    """Log one line with named fields, and ``more`` of them."""
    logger.log(level, message, exc_info=trace, extra={"fields": fields | dict(more or {})})


LOG_CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "classward.serving.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
    "loggers": {
        "classward": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "opentelemetry": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
"""Logging of a server process, for :func:`logging.config.dictConfig`."""

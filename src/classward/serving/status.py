"""The one table from error code to HTTP status."""

from __future__ import annotations

from classward.errors import (
    ClasswardError,
    InvalidInput,
    JournalError,
    RecordError,
    Refused,
    UnknownClass,
    UnknownVersion,
)

__all__ = ["CODE_STATUS", "KIND_STATUS", "status_of"]

CODE_STATUS: dict[str, int] = {
    "CW410": 400,  # the body is not JSON
    "CW411": 422,  # the body is JSON of another shape
    "CW412": 413,  # the body is too large
    "CW413": 413,  # too many rows
    "CW414": 415,  # another content type or encoding
    "CW415": 401,  # no API key
    "CW416": 403,  # a wrong API key
    "CW417": 408,  # the body did not arrive in time
    "CW418": 404,  # no such address
    "CW419": 405,  # the address does not know the method
    "CW420": 404,  # another model or version than the one that is live
    "CW421": 400,  # a tensor whose shape, type and data disagree
    "CW422": 400,  # a tensor name that does not exist
    "CW423": 422,  # an id or key that cannot be used
    "CW424": 422,  # no rows
    "CW425": 504,  # the deadline has passed
    "CW428": 400,  # a compressed body that cannot be opened
    "CW431": 429,  # this caller asks too often
    "CW432": 429,  # everybody together asks too often
    "CW433": 503,  # too much to do
    "CW434": 400,  # a deadline that is no number
    "CW436": 401,  # a token that is not accepted
    "CW437": 403,  # a caller without the role
    "CW430": 500,  # our fault
    "CW801": 503,  # nothing is live
}
"""Codes that decide their status themselves; every other error follows its class."""

KIND_STATUS: tuple[tuple[type[ClasswardError], int], ...] = (
    (InvalidInput, 422),
    (UnknownClass, 422),
    (UnknownVersion, 404),
    (Refused, 409),
    (RecordError, 503),
    (JournalError, 503),
)


def status_of(error: ClasswardError) -> int:
    """HTTP status of an error: by its code, else by its class, else 500.

    >>> status_of(InvalidInput("CW403", "row 0: 'age' must be a number"))
    422
    """
    if error.code in CODE_STATUS:
        return CODE_STATUS[error.code]
    return next((status for kind, status in KIND_STATUS if isinstance(error, kind)), 500)

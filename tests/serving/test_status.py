from __future__ import annotations

import pytest

from classward import errors
from classward.serving.status import status_of


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        (errors.InvalidInput, "CW401", 422),
        (errors.InvalidInput, "CW410", 400),
        (errors.InvalidInput, "CW412", 413),
        (errors.UnknownClass, "CW301", 422),
        (errors.UnknownVersion, "CW302", 404),
        (errors.Refused, "CW801", 503),
        (errors.Refused, "CW802", 409),
        (errors.RecordError, "CW710", 503),
        (errors.JournalError, "CW602", 503),
        (errors.ArtifactError, "CW501", 500),
        (errors.ClasswardError, "CW999", 500),
    ],
)
def test_the_code_decides_then_the_class(kind, code, status):
    assert status_of(kind(code, "something")) == status

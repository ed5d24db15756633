from __future__ import annotations

import os
import stat
import threading

import pytest

from classward.backends.secret_file import secret_key
from classward.errors import UsageError


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "pii.key"
    key = secret_key(path, is_own=True)
    assert len(key) == 32
    assert secret_key(path, is_own=True) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["pii.key"]


def test_of_several_that_make_one_all_read_the_same(tmp_path):
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(secret_key(tmp_path / "k", is_own=True))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 8


@pytest.mark.parametrize("content", [None, b"", b"short", b"x" * 65])
def test_a_key_of_somebody_else_is_never_made_up(tmp_path, content):
    path = tmp_path / "named.key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match="CW450") as caught:
        secret_key(path, is_own=False)
    assert path.exists() == (content is not None)
    assert "short" not in str(caught.value).replace("too short", "")

from __future__ import annotations

import os
import socket

import pytest

from classward.errors import UsageError
from classward.serving import run as run_module
from classward.serving.run import bind, load_app, run
from classward.settings import Settings


def test_a_busy_port_is_a_usage_error():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="CW912"):
        bind("127.0.0.1", taken.getsockname()[1], patience_s=0.0)


def test_a_port_that_comes_free_is_taken(monkeypatch):
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    monkeypatch.setattr(run_module.time, "sleep", lambda _: taken.close())
    with bind("127.0.0.1", port) as listener:
        assert listener.getsockname()[1] == port


@pytest.mark.parametrize("host", ["203.0.113.9", "no such host", "localhost.invalid"])
def test_an_address_that_is_not_ours_is_a_usage_error(host):
    with pytest.raises(UsageError, match="CW913"):
        bind(host, 0, patience_s=0.0)


def test_other_machines_need_a_key_before_anything_is_bound():
    with pytest.raises(UsageError, match="CW911"):
        run("nowhere:nothing", Settings(host="0.0.0.0"), {})


def test_a_factory_that_refuses_ends_the_process_with_its_text(monkeypatch, capsys):
    monkeypatch.setenv("_CLASSWARD_APP_FACTORY", "classward.serving.run:bind_nothing")
    refuse = UsageError("CW999", "the workspace is missing", fix="run 'classward init'")

    def factory():
        raise refuse

    monkeypatch.setattr(run_module, "bind_nothing", factory, raising=False)
    with pytest.raises(SystemExit) as ended:
        load_app()
    assert ended.value.code == 3
    assert "classward init" in capsys.readouterr().err


def test_the_environment_is_given_back(tmp_path):
    (tmp_path / "counter_1.db").write_bytes(b"old")
    before = dict(os.environ)
    with run_module._environment({"A_VARIABLE": "1", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}, n_workers=2):
        assert os.environ["A_VARIABLE"] == "1"
        assert list(tmp_path.iterdir()) == []
    assert dict(os.environ) == before
    with run_module._environment({}, n_workers=2):
        made = os.environ["PROMETHEUS_MULTIPROC_DIR"]
        assert os.path.isdir(made)
    assert not os.path.exists(made)
    with run_module._environment({"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}, n_workers=1):
        assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ

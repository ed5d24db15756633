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


def test_a_port_out_of_range_is_a_usage_error():
    with pytest.raises(UsageError, match="CW913"):
        bind("127.0.0.1", 70_000, patience_s=0.0)


@pytest.mark.parametrize("workers", [0, -1])
def test_a_server_needs_a_worker(workers):
    with pytest.raises(UsageError, match="CW915"):
        run("nowhere:nothing", Settings(workers=workers), {})


@pytest.mark.parametrize("host", ["203.0.113.9", "no such host", "localhost.invalid", "x" * 300])
def test_an_address_that_is_not_ours_is_a_usage_error(host):
    with pytest.raises(UsageError, match="CW913"):
        bind(host, 0, patience_s=0.0)


def test_other_machines_need_a_key_before_anything_is_bound():
    with pytest.raises(UsageError, match="CW911"):
        run("nowhere:nothing", Settings(host="0.0.0.0"), {})


@pytest.mark.parametrize(
    "error", [UsageError("CW999", "no workspace", fix="run 'classward init'"), KeyError("a fault")]
)
@pytest.mark.parametrize(("has_run_before", "code"), [(False, 3), (True, 1)])
def test_a_worker_that_cannot_start_ends_the_server_only_if_it_never_ran(
    monkeypatch, capsys, error, has_run_before, code
):
    def factory():
        raise error

    monkeypatch.setattr(run_module, "refuse", factory, raising=False)
    monkeypatch.setattr(run_module.time, "sleep", lambda _: None)
    monkeypatch.setenv("_CLASSWARD_APP_FACTORY", "classward.serving.run:refuse")
    if has_run_before:
        monkeypatch.setenv("_CLASSWARD_WORKERS_PROVEN", "1")
    with pytest.raises(SystemExit) as ended:
        load_app()
    assert ended.value.code == code
    assert str(error) in capsys.readouterr().err


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

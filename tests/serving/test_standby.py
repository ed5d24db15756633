"""The live model fails: a declared version answers, says so, and gives back once the fault is over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from serving_fakes import Client, KeywordModel, make_parts

from classward.errors import Refused
from classward.serving.app import create_app
from classward.serving.breaker import Breaker
from classward.serving.room import available_bytes, check_room


class Sick(KeywordModel):
    """Fails as long as ``is_sick``."""

    is_sick = True
    n_asked = 0

    def predict_proba(self, columns, n):
        self.n_asked += 1
        if self.is_sick and self.n_asked > 1:  # the first row is the one that warms up
            raise ZeroDivisionError("a fault of ours")
        return super().predict_proba(columns, n)


@pytest.fixture
def served(tmp_path):
    made = []

    def make(n_versions: int = 2, **settings) -> tuple[Client, Sick]:
        sick = Sick()
        parts = make_parts(tmp_path, **settings)
        for number in range(1, n_versions + 1):
            parts.journal.register(number, f"hash-{number}")
        parts.journal.deploy(2, "hash-2")
        load = lambda bundle_hash: sick if bundle_hash == "hash-2" else KeywordModel()  # noqa: E731
        made.append(Client(create_app(replace(parts, load_bundle=load))))
        return made[-1], sick

    yield make
    for client in made:
        client.close()


def ask(client: Client, n: int = 1):
    return client.post("/predict", {"rows": [{"text": "refund"}] * n})


def test_the_declared_version_answers_and_says_so(served):
    client, _ = served(fallback_version=1)
    for n in (1, 65):  # on the event loop, and beside it
        reply = ask(client, n)
        assert reply.status == 200
        rows = reply.json()["predictions"]
        assert len(rows) == n
        assert {(row["version"], row["label"], *row["flags"][-2:]) for row in rows} == {
            (1, "refund", "degraded", "fallback")
        }
    assert [row[2] for row in client.app.worker.parts.writer.rows()] == [1] * 66
    text = client.get("/metrics").body.decode()
    assert 'class="refund",route="fallback",task="tickets",version="1"} 66.0' in text
    assert 'classward_degraded_total{task="tickets"} 66.0' in text


def test_a_model_that_keeps_failing_is_spared_and_asked_again_later(served):
    client, sick = served(fallback_version=1)
    for _ in range(20):
        assert ask(client).status == 200
    assert sick.n_asked == 1 + 5
    sick.is_sick = False
    assert ask(client).json()["predictions"][0]["version"] == 1
    client.app.worker.standby.breaker._until_s = 0.0
    assert [ask(client).json()["predictions"][0]["version"] for _ in range(2)] == [2, 2]


def test_without_a_declared_version_a_fault_is_a_fault(served):
    client, _ = served()
    assert ask(client).status == 500


def test_a_version_that_does_not_exist_changes_nothing(served):
    client, sick = served(fallback_version=9)
    assert ask(client).status == 500
    sick.is_sick = False
    assert ask(client).json()["predictions"][0]["version"] == 2


def test_a_bad_row_is_refused_as_ever_and_is_no_fault(served):
    client, sick = served(fallback_version=1)
    sick.is_sick = False
    for _ in range(10):
        assert client.post("/predict", {"rows": [{"text": 5}]}).status == 422
    assert ask(client).json()["predictions"][0]["version"] == 2


def test_a_breaker_opens_after_a_run_and_lets_one_through_each_time():
    breaker = Breaker(most=2, open_s=10.0)
    assert not breaker.failed(0.0)
    breaker.succeeded()
    assert not breaker.failed(1.0)
    assert breaker.failed(2.0)
    assert [breaker.may_try(at) for at in (3.0, 12.0, 12.5, 22.0)] == [False, True, False, True]
    breaker.succeeded()
    assert breaker.may_try(22.1)


def test_a_version_that_does_not_fit_is_refused_and_the_old_one_goes_on(tmp_path):
    parts = make_parts(tmp_path, memory_limit_mb=100.0)
    sizes = {"hash-1": 1_000_000, "hash-2": 30_000_000}
    parts = replace(parts, bundle_bytes=sizes.__getitem__)
    parts.journal.deploy(1, "hash-1")
    client = Client(create_app(parts))
    parts.journal.deploy(2, "hash-2")
    client.look()
    assert ask(client).json()["predictions"][0]["version"] == 1
    assert "CW520" in client.get("/ready").json()["problem"]
    assert 'classward_version_skew{task="tickets"} 1.0' in client.get("/metrics").body.decode()
    client.close()


def test_what_is_free_is_the_least_that_anybody_says(tmp_path):
    assert available_bytes(tmp_path) is None
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/meminfo").write_text("MemTotal: 9000 kB\nMemAvailable: 500 kB\n")
    assert available_bytes(tmp_path) == 512_000
    group = tmp_path / "sys/fs/cgroup"
    group.mkdir(parents=True)
    for name, text in (
        ("memory.max", "max"),
        ("memory.current", "150000"),
        ("memory.stat", "anon 1\ninactive_file 50000\n"),
    ):
        (group / name).write_text(text)
    assert available_bytes(tmp_path) == 512_000
    (group / "memory.max").write_text("200000\n")
    assert available_bytes(tmp_path) == 100_000
    check_room(10**15, limit_bytes=10**16)
    with pytest.raises(Refused, match="CW520"):
        check_room(10**15)

"""What reaches the record writer of a server: private values never, weights always."""

from __future__ import annotations

import json
from dataclasses import replace

from serving_fakes import Client, make_parts

from classward.lifecycle.predict import PayloadPolicy
from classward.serving.app import create_app


class Kept:
    """A record writer that keeps what it is given."""

    def __init__(self, writer) -> None:
        self._writer, self.batch = writer, []

    def predictions(self, batch) -> bool:
        self.batch += batch
        return True

    def together(self, batches) -> tuple[bool, ...]:
        return tuple(self.predictions(batch) for batch in batches)

    def __getattr__(self, name):
        return getattr(self._writer, name)


def served(tmp_path, policy: PayloadPolicy) -> tuple[Client, Kept]:
    parts = make_parts(tmp_path)
    writer = Kept(parts.writer)
    parts.journal.deploy(1, "hash-1")
    return Client(create_app(replace(parts, writer=writer, payload=policy))), writer


def test_private_values_do_not_reach_the_log(tmp_path):
    policy = PayloadPolicy(private=(("text", "drop"), ("country", "hash")), secret=b"k" * 32)
    client, writer = served(tmp_path, policy)
    rows = [{"text": "refund for ana", "country": "at", "amount": 1.5}] * 2
    assert client.post("/predict", {"rows": rows}).status == 200
    client.close()
    assert [p.payload_weight for p in writer.batch] == [1.0, 1.0]
    assert "ana" not in repr(writer.batch)
    assert '"at"' not in writer.batch[0].features
    assert json.loads(writer.batch[0].features)["amount"] == 1.5


def test_reasons_hold_no_word_of_private_columns(tmp_path):
    policy = PayloadPolicy(private=(("text", "drop"),))
    parts = make_parts(tmp_path, explain_classes=("refund",))
    parts.journal.deploy(1, "hash-1")
    client = Client(create_app(replace(parts, payload=policy)))
    assert client.post("/predict", {"rows": [{"text": "refund for ana"}]}).status == 200
    client.close()
    (found,) = parts.writer.explained
    assert '"column":"text"' in found.explanation
    assert "ana" not in found.explanation


def test_sampled_rows_say_their_weight_and_others_keep_their_record(tmp_path):
    client, writer = served(tmp_path, PayloadPolicy(share=0.25, secret=b"k" * 32))
    for _ in range(20):
        client.post("/predict", {"rows": [{"text": "refund"}] * 50})
    client.close()
    weights = [p.payload_weight for p in writer.batch]
    assert len(weights) == 1000
    assert set(weights[:100]) == {1.0}  # a class is new until it was answered a hundred times
    assert set(weights[100:]) == {None, 4.0}
    assert all((p.features is None) == (p.payload_weight is None) for p in writer.batch)
    assert all((p.features is None) == (p.features_hash is not None) for p in writer.batch)
    assert len({p.features_hash for p in writer.batch if p.features_hash}) == 1, "they are all alike"

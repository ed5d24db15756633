"""Answers of critical classes get their reasons beside the record, and never hold up an answer."""

from __future__ import annotations

import dataclasses
import json

import pytest
from serving_fakes import CLASSES, KeywordModel

from classward.domain import LabelSpace

ROW = {"text": "outage in the hall", "amount": 1.0}


@pytest.fixture
def critical(monkeypatch):
    monkeypatch.setattr(LabelSpace, "of", classmethod(_of(LabelSpace.of)))


def _of(original):
    def of(cls, names, **given):
        return original(names, **(given | {"critical": ("outage",)}))

    return of


def stored(client):
    """What was stored, after everything that waited is done."""
    client.app.worker.explaining.close()
    client.app.worker.writer.tick()
    return client.app.worker.parts.writer.explained


def test_a_critical_answer_is_explained_and_another_is_not(critical, client):
    client.post("/predict", {"rows": [ROW, {"text": "refund me"}], "ids": ["t1", "t2"]})
    (found,) = stored(client)
    assert (found.id, found.class_name, found.version, found.bundle_hash) == ("t1", "outage", 1, "hash-1")
    said = json.loads(found.explanation)
    strongest = said["contributions"][0]
    assert (strongest["column"], strongest["token"]) == ("text", "outage")
    assert strongest["value"] > 1


def test_other_classes_are_explained_when_asked_and_none_at_share_0(start, critical):
    asked = start(explain_classes=("refund",))
    asked.post("/predict", {"rows": [{"text": "refund me"}]})
    assert [a.class_name for a in stored(asked)] == ["refund"]


def test_share_0_stores_none(start, critical):
    silent = start(explain_share=0.0)
    silent.post("/predict", {"rows": [ROW]})
    assert stored(silent) == []


def test_too_many_are_counted_and_answers_go_on(critical, client):
    body = client.post("/predict", {"rows": [ROW] * 600}).json()
    assert len(body["predictions"]) == 600
    n = len(stored(client))
    assert n >= 256
    assert n + client.app.worker.parts.writer.counts["unexplained"] == 600


def test_a_failure_is_counted_and_logged_and_nothing_else(critical, client, monkeypatch):
    monkeypatch.setattr("classward.flows.explain_answers.explain_answer", _broken)
    assert client.post("/predict", {"rows": [ROW]}).status == 200
    assert stored(client) == []
    assert client.app.worker.parts.writer.counts["unexplained"] == 1


def _broken(*_, **__):
    raise ZeroDivisionError("a fault of ours")


def test_the_model_of_these_tests_has_the_class():
    assert "outage" in CLASSES
    assert dataclasses.is_dataclass(KeywordModel().label_space)

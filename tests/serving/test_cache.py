"""What a worker remembers of the model's answers, seen through the server."""

from __future__ import annotations

import asyncio

ROW = {"text": "refund", "amount": 3.5, "country": "atlantis"}


def without_ids(answer: dict) -> dict:
    rows = [{**row, "id": ""} for row in answer["predictions"]]
    return {**answer, "request_id": "", "predictions": rows}


def hits(client) -> float:
    client.loop.run_until_complete(asyncio.sleep(0.12))  # counts are told 20 times a second
    text = client.get("/metrics").body.decode()
    return float(next(line for line in text.splitlines() if line.startswith("classward_cache_hits_total")).split()[-1])


def test_a_known_row_is_answered_alike_and_logged_anew_without_the_model(start):
    client = start(cache_rows=2)
    model = client.app.worker.current.model
    model.threads.clear()
    first, second = (client.post("/predict", {"rows": [ROW], "all": True}).json() for _ in range(2))
    assert len(model.threads) == 1
    assert without_ids(first) == without_ids(second)
    assert first["predictions"][0]["flags"] == ["missing:vip", "missing:since", "unseen:country"]
    logged = [row[0] for row in client.app.worker.parts.writer.rows()]
    assert logged == [first["predictions"][0]["id"], second["predictions"][0]["id"]]
    assert len(set(logged)) == 2
    assert hits(client) == 1.0


def test_another_value_or_type_of_number_is_another_row_and_the_oldest_goes_first(start):
    client = start(cache_rows=2)
    model = client.app.worker.current.model
    model.threads.clear()
    for amount in (1, 2, 1, 3, 1, 2):
        client.post("/predict", {"rows": [{**ROW, "amount": amount}]})
    assert len(model.threads) == 4, "2 went when 3 came, since 1 was asked again"


def test_a_new_version_is_asked_itself(start):
    client = start(cache_rows=10)
    client.post("/predict", {"rows": [ROW]})
    client.app.worker.parts.journal.deploy(2, "hash-2")
    client.look()
    model = client.app.worker.current.model
    model.threads.clear()
    answer = client.post("/predict", {"rows": [ROW]}).json()
    assert (answer["predictions"][0]["version"], len(model.threads)) == (2, 1)


def test_several_rows_and_a_cache_that_is_off_always_ask(start):
    off = start()
    off.app.worker.current.model.threads.clear()
    for _ in range(2):
        off.post("/predict", {"rows": [ROW]})
    assert len(off.app.worker.current.model.threads) == 2
    assert hits(off) == 0.0
    on = start(cache_rows=10)
    on.app.worker.current.model.threads.clear()
    for _ in range(2):
        on.post("/predict", {"rows": [ROW, ROW]})
    assert len(on.app.worker.current.model.threads) == 2


def test_a_row_that_breaks_the_schema_is_refused_whatever_is_known(start):
    client = start(cache_rows=10)
    client.post("/predict", {"rows": [ROW]})
    assert client.post("/predict", {"rows": [{**ROW, "amount": "3.5"}]}).status == 422

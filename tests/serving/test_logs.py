from __future__ import annotations

import json
import logging
import logging.config

from classward.serving.logs import LOG_CONFIG, JsonFormatter, say


def test_a_line_is_one_json_object_with_its_fields(caplog):
    with caplog.at_level(logging.INFO, logger="classward.serving"):
        say("version swapped", version=3, request_id="01K")
    line = json.loads(JsonFormatter().format(caplog.records[-1]))
    assert (line["message"], line["level"], line["version"], line["request_id"]) == (
        "version swapped",
        "info",
        3,
        "01K",
    )
    assert line["at"].endswith("Z")


def test_a_trace_stays_on_the_line(caplog):
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        say("request failed", level=logging.ERROR, trace=error)
    text = JsonFormatter().format(caplog.records[-1])
    assert "\n" not in text
    assert "second" in json.loads(text)["trace"]


def test_the_configuration_is_understood():
    assert logging.config.DictConfigurator(LOG_CONFIG).resolve("classward.serving.logs.JsonFormatter") is JsonFormatter

"""A folder that Prometheus and Alertmanager can be started with."""

from __future__ import annotations

from classward.backends.prometheus.rule_tests import rule_tests
from classward.backends.prometheus.rules import left_out, rule_file
from classward.backends.prometheus.yaml_text import yaml_text
from classward.domain import ExportedFile, ExportedFiles, Task

__all__ = ["prometheus_files"]

_RULES, _TESTS = "classward.rules.yml", "classward.rules_test.yml"


def prometheus_files(task: Task, *, server: str) -> ExportedFiles:
    """Rules from the promises of a task, their test, and examples of how Prometheus and Alertmanager are set up.

    Parameters
    ----------
    task : Task
        Its promises become rules; its owner and SRE are named beside the routes.
    server : str
        Host and port of the server that is to be scraped.
    """
    missing = left_out(task)
    rules = yaml_text(rule_file(task), comments=(
        f"Rules on the promises of {task.name}: promtool check rules {_RULES}", *missing,
    ))  # fmt: skip
    tests = yaml_text(rule_tests(task, rules_name=_RULES), comments=(f"promtool test rules {_TESTS}",))
    scrape = yaml_text(
        {
            "global": {"scrape_interval": "15s", "evaluation_interval": "30s"},
            "rule_files": [_RULES],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": ["127.0.0.1:9093"]}]}]},
            "scrape_configs": [{"job_name": "classward", "static_configs": [{"targets": [server]}]}],
        },
        comments=(
            "prometheus --config.file=prometheus.yml",
            "A server with API keys needs one of the role 'metrics', in the job:",
            "authorization: {credentials_file: /path/to/key}",
        ),
    )
    routes = yaml_text(_routes(task), comments=(
        "alertmanager --config.file=alertmanager.yml; put the addresses of your own receivers in",
        f"owner: {task.owner or 'nobody is named in the task file'}; SRE: {task.sre or 'nobody is named in the task file'}",
    ))  # fmt: skip
    made = ((_RULES, rules), (_TESTS, tests), ("prometheus.yml", scrape), ("alertmanager.yml", routes))
    return ExportedFiles(files=tuple(ExportedFile(name=n, text=t) for n, t in made), left_out=missing)


def _routes(task: Task) -> dict[str, object]:
    """Pages to owner and SRE, tickets to the owner, signs of life to a dead man's switch; pages hide tickets on a class."""

    def told(name: str, *paths: str) -> dict[str, object]:
        return {"name": name, "webhook_configs": [{"url": f"http://127.0.0.1:8080/{path}"} for path in paths]}

    return {
        "route": {
            "receiver": "owner",
            "group_by": ["alertname", "task", "version"],
            "group_wait": "30s",
            "repeat_interval": "12h",
            "routes": [
                {"matchers": ['severity="none"'], "receiver": "dead man's switch", "repeat_interval": "1m"},
                {"matchers": ['severity="page"'], "receiver": "owner and SRE", "repeat_interval": "1h"},
            ],
        },
        "inhibit_rules": [
            {
                "source_matchers": ['severity="page"', 'class=~".+"'],
                "target_matchers": ['severity="ticket"'],
                "equal": ["task", "class", "version"],
            }
        ],
        "receivers": [
            told("owner", "owner"), told("owner and SRE", "owner", "sre"), told("dead man's switch", "alive"),
        ],
    }  # fmt: skip

"""A task file becomes a Task, or an error that names the line and the way out."""

from __future__ import annotations

import pytest

from classward.domain import SLO, DataSource, Feature
from classward.errors import TaskFileError
from classward.taskfile import parse

SMALL = """\
[task]
name = "tickets"
label = "team"

[data]
train = "data/tickets.csv"

[features]
subject = "text"
"""


def refused(text: str) -> TaskFileError:
    with pytest.raises(TaskFileError) as caught:
        parse(text, path="classward.toml")
    assert caught.value.fix
    assert caught.value.what.startswith("classward.toml, ")
    return caught.value


def test_a_small_file_has_every_default() -> None:
    task = parse(SMALL, path="classward.toml")
    assert (task.name, task.label, task.owner, task.sre) == ("tickets", "team", "", "")
    assert task.train == DataSource(location="data/tickets.csv")
    assert task.test is None
    assert (task.id_column, task.time_column, task.group_column) == (None, None, None)
    assert task.features == (Feature(name="subject", kind="text"),)
    assert (task.test_share, task.calibration_share, task.seed, task.min_per_class) == (0.2, 0.1, 0, 3)
    assert (task.window_days, task.label_wait_days) == (7.0, 30.0)
    assert task.slos == (
        SLO(indicator="latency_p95_ms", class_name=None, target=200.0, origin="default"),
        SLO(indicator="availability", class_name=None, target=0.999, origin="default"),
    )


def test_a_full_file() -> None:
    task = parse(
        """
[task]
name = "tickets"
label = "team"
owner = "ml@example.org"
sre = "on-call"
id = "ticket id"
time = "created.at"
group = "customer_id"
[data]
train = "sqlite:///app.db"
query = "SELECT * FROM tickets"
test = "sealed.parquet"
test_share = 0.25
calibration_share = 0.15
seed = 7
min_per_class = 5
[features]
"sujet ✨" = "text"
amount = {kind = "numeric", required = true, description = "in euros"}
[features."a.b"]
kind = "date"
[classes]
critical = ["security", "v1.0"]
sensitive = ["قانوني"]
definitions.security = "somebody else got in"
definitions."v1.0" = "the old one"
[slo]
window = "36h"
recall.security = 0.9
recall."v1.0" = 0.7
precision.billing = 0.6
recall_default = 0.75
precision_default = 0.85
latency_p95_ms = 50
availability = 0.99
min_labels = 30
[labels]
wait = "90m"
""",
        path="classward.toml",
    )
    assert (task.id_column, task.time_column, task.group_column) == ("ticket id", "created.at", "customer_id")
    assert task.train == DataSource(location="sqlite:///app.db", query="SELECT * FROM tickets")
    assert task.test == DataSource(location="sealed.parquet")
    assert (task.test_share, task.calibration_share, task.seed, task.min_per_class) == (0.25, 0.15, 7, 5)
    assert task.features == (
        Feature(name="sujet ✨", kind="text"),
        Feature(name="amount", kind="numeric", is_required=True, description="in euros"),
        Feature(name="a.b", kind="date"),
    )
    assert (task.critical, task.sensitive) == (("security", "v1.0"), ("قانوني",))
    assert task.definitions == (("security", "somebody else got in"), ("v1.0", "the old one"))
    assert (task.window_days, task.label_wait_days) == (1.5, 0.0625)
    assert [(s.indicator, s.class_name, s.target, s.min_labels, s.origin) for s in task.slos] == [
        ("recall", "security", 0.9, 30, "declared"),
        ("recall", "v1.0", 0.7, 30, "declared"),
        ("precision", "قانوني", 0.85, 30, "default"),
        ("precision", "billing", 0.6, 30, "declared"),
        ("latency_p95_ms", None, 50.0, 20, "declared"),
        ("availability", None, 0.99, 20, "declared"),
    ]


def test_critical_classes_get_the_default_recall_and_sensitive_ones_the_default_precision() -> None:
    task = parse(SMALL + '[classes]\ncritical = ["a"]\nsensitive = ["a", "b"]\n', path="t")
    assert [(s.indicator, s.class_name, s.target, s.origin) for s in task.slos[:3]] == [
        ("recall", "a", 0.8, "default"),
        ("precision", "a", 0.8, "default"),
        ("precision", "b", 0.8, "default"),
    ]


@pytest.mark.parametrize(
    ("add", "code", "line", "says"),
    [
        ("[slo\n", "CW101", 10, "not TOML"),
        ("[slo]\nrecall.a b = 0.5\n", "CW101", 11, "not TOML"),
        ("[slo]\n\n# note\nwindoww = '7d'\n", "CW102", 13, "unknown key slo.windoww; did you mean 'window'?"),
        ("[sloo]\n", "CW102", 10, "did you mean 'slo'?"),
        ("[classes]\ncritcal = ['a']\n", "CW102", 11, "did you mean 'critical'?"),
        ("[features.body]\nkind = 'text'\nrequire = true\n", "CW102", 12, "did you mean 'required'?"),
        ("body = 'txt'\n", "CW103", 10, "did you mean 'text'?"),
        ("body = 5\n", "CW103", 10, "features.body"),
        ("[slo]\nwindow = 7\n", "CW103", 11, "slo.window: expected text"),
        ("[slo]\nwindow = 'a week'\n", "CW103", 11, "slo.window"),
        ("[slo]\nwindow = '0d'\n", "CW103", 11, "longer than nothing"),
        ("[slo]\nrecall.a = 80\n", "CW103", 11, "slo.recall.a"),
        ("[slo]\nrecall.a = true\n", "CW103", 11, "slo.recall.a"),
        ("[slo]\nrecall.v1.0 = 0.8\n", "CW103", 11, "must be quoted"),
        ("[slo]\nrecall_default = nan\n", "CW103", 11, "not a finite number"),
        ("[slo]\nrecall = 0.8\n", "CW103", 11, "slo.recall"),
        ("[classes]\ncritical = [\n  'a',\n  5,\n]\n", "CW103", 11, "item 2"),
        ("[classes]\ncritical = 'security'\n", "CW103", 11, "expected a list"),
        ("[classes]\ncritical = ['a', 'b', 'a']\n", "CW105", 11, "lists a class twice"),
        ("team = 'categorical'\n", "CW105", 10, "listed as a feature"),
        ("[decision]\nkeep_promises = true\nknown_accuracy = 0.9\n", "CW105", 11, "exclude each other"),
        ("slo = 5\n", "CW103", 10, "features.slo"),
    ],
)
def test_mistakes_are_named_with_their_line(add: str, code: str, line: int, says: str) -> None:
    error = refused(SMALL + add)
    assert error.code == code
    assert f"classward.toml, line {line}: " in error.what
    assert says in str(error)


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "says"),
    [
        ('name = "tickets"\n', "", "CW104", 1, "task.name is missing"),
        ('[data]\ntrain = "data/tickets.csv"\n', "", "CW104", 1, "data is missing"),
        ('subject = "text"\n', "", "CW103", 8, "features"),
        ('label = "team"\n', 'label = "team"\nid = "team"\n', "CW105", 4, "task.id is the label"),
        ("[data]\n", "[data]\ntest_share = 1.5\n", "CW103", 6, "data.test_share"),
        ("[data]\n", "[data]\ntest_share = 0.7\ncalibration_share = 0.25\n", "CW105", 6, "less than a tenth"),
        ("[data]\n", "[data]\nseed = -1\n", "CW103", 6, "data.seed"),
        ("[data]\n", "[data]\nseed = 1.5\n", "CW103", 6, "data.seed"),
        ('[task]\nname = "tickets"\nlabel = "team"\n', "task = 5\n", "CW103", 1, "task must be a table"),
    ],
)
def test_what_is_missing_or_contradicts(old: str, new: str, code: str, line: int, says: str) -> None:
    assert old in SMALL
    error = refused(SMALL.replace(old, new))
    assert error.code == code
    assert f"line {line}: " in error.what
    assert says in error.what


def test_an_empty_file_says_what_to_add() -> None:
    assert "task is missing" in refused("").what


def test_windows_line_ends_and_a_byte_order_mark_are_understood() -> None:
    text = "\ufeff" + SMALL.replace("\n", "\r\n")
    assert parse(text, path="t") == parse(SMALL, path="t")
    assert "line 10" in refused(text + "body = 5\r\n").what


def test_a_cut_off_file_names_the_last_line() -> None:
    assert "the last line" in refused(SMALL + "body = ").what

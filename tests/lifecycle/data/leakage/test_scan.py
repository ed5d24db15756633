"""Planted leaks are found and named; clean rows stop nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine

from classward.domain import DataSource, Feature, Task
from classward.domain.finding import Finding
from classward.lifecycle.data import Folds
from classward.lifecycle.data.leakage import scan, unaccepted_stops

TEAMS = ("billing", "Störung", "refund", "security", "退款")
WORDS = [
    "please",
    "my",
    "card",
    "was",
    "not",
    "when",
    "why",
    "the",
    "app",
    "transfer",
    "to",
    "account",
    "money",
    "help",
]


def tickets(n: int = 1500, *, n_classes: int = 5, seed: int = 0) -> pl.DataFrame:
    """Honest rows: text and numbers that hint at the class, a category, an amount with gaps, a time."""
    rng = np.random.default_rng(seed)
    names = np.array([TEAMS[c] if c < len(TEAMS) else f"intent {c}" for c in range(n_classes)])
    y = rng.choice(n_classes, size=n)
    own = [[f"topic{c}{k}" for k in range(6)] for c in range(n_classes)]
    texts = [
        " ".join(
            [
                *rng.choice(WORDS, 6),
                *([str(rng.choice(own[c]))] if rng.random() < 0.8 else []),
                str(rng.integers(10_000)),
            ]
        )
        for c in y
    ]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return pl.DataFrame(
        {
            "team": names[y],
            "text": texts,
            "age": rng.normal(40 + 3 * y, 10),
            "size": rng.normal(size=n),
            "weight": rng.normal(size=n),
            "country": rng.choice(["de", "fr", "jp", "in"], size=n),
            "amount": pl.Series(
                [float(v) if keep else None for v, keep in zip(rng.gamma(2, 50, n), rng.random(n) > 0.3, strict=True)]
            ),
            "urgent": rng.random(n) < 0.2 + 0.1 * (y == 1),
            "created_at": [start + timedelta(minutes=int(m)) for m in np.sort(rng.integers(0, 50_000, n))],
            "customer_id": rng.integers(0, n // 3, n),
            "ticket_id": [f"T-{i}" for i in rng.permutation(n)],
        }
    )


def task(table: pl.DataFrame, label: str = "team", **changes: object) -> Task:
    kinds = {pl.String: "categorical", pl.Boolean: "boolean"}
    roles = {label, *(changes.get(r) for r in ("time_column", "group_column", "id_column"))}
    unused = {"created_at", "customer_id", "ticket_id"} - set(changes.pop("also", ()))  # type: ignore[call-overload]
    features = tuple(
        Feature(
            name=c,
            kind="text"
            if c == "text"
            else "date"
            if table[c].dtype.is_temporal()
            else kinds.get(type(table[c].dtype), "numeric"),
        )
        for c in table.columns
        if c not in roles | unused
    )
    return Task(name="t", label=label, features=features, train=DataSource(location="t.csv"), **changes)  # type: ignore[arg-type]


def folds(n: int, seed: int = 0) -> Folds:
    return Folds.of(np.random.default_rng(100 + seed).choice(3, size=n, p=[0.7, 0.1, 0.2]).astype(np.int8))


def run(table: pl.DataFrame, task_: Task | None = None, fold: Folds | None = None) -> tuple[Finding, ...]:
    return scan(
        table, task_ or task(table), folds=fold or folds(table.height), rng=np.random.default_rng(0)
    )  # fmt: skip


def kinds(findings: tuple[Finding, ...], *columns: str) -> dict[str, str]:
    return {f.kind: f.severity for f in findings if not columns or set(columns) & set(f.columns)}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n_classes", [3, 5, 40])
def test_honest_tickets_have_no_finding(seed: int, n_classes: int) -> None:
    assert run(tickets(1500, n_classes=n_classes, seed=seed)) == ()


@pytest.mark.parametrize("load", [load_wine, load_iris, load_digits, load_breast_cancer])
@pytest.mark.parametrize("seed", range(3))
def test_known_tables_stop_nothing(load: object, seed: int) -> None:
    data = load()  # type: ignore[operator]
    table = pl.DataFrame(data.data, schema=[f"c{i}" for i in range(data.data.shape[1])])
    table = table.with_columns(team=pl.Series([f"class {c}" for c in data.target]))
    found = run(table, fold=folds(table.height, seed))
    assert [f.what for f in found if f.severity == "stop"] == []


@pytest.mark.parametrize("seed", range(5))
def test_noise_has_no_finding(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = pl.DataFrame({f"c{i}": rng.normal(size=400) for i in range(60)})
    table = table.with_columns(
        team=pl.Series(rng.choice(["a", "b", "c"], 400)), many=pl.Series(rng.integers(0, 150, 400).astype(str))
    )
    assert run(table) == ()


def test_copy_of_the_label_is_stopped_whatever_it_looks_like() -> None:
    table = tickets()
    rng = np.random.default_rng(1)
    code = table["team"].rank("dense").cast(pl.Int64)
    planted = table.with_columns(
        shouted=" " + pl.col("team").str.to_uppercase(),
        coded=code * 17 % 23,
        nearly=pl.when(pl.Series(rng.random(1500) < 0.995)).then(code).otherwise(99),
        mostly_missing=pl.when(pl.Series(rng.random(1500) < 0.3)).then(pl.col("team")),
    )
    found = run(planted)
    for column in ("shouted", "coded", "nearly", "mostly_missing"):
        assert kinds(found, column) == {"target_copy": "stop"}, column
    assert {c for f in found for c in f.columns} == {"shouted", "coded", "nearly", "mostly_missing"}


def test_finer_code_of_the_label_is_stopped() -> None:
    table = tickets()
    queue = table["team"].rank("dense").cast(pl.Int64) * 100 + pl.Series(np.random.default_rng(0).integers(0, 40, 1500))
    found = run(table.with_columns(queue=queue.cast(pl.String)))
    assert kinds(found, "queue") == {"post_outcome": "stop"}
    (finding,) = (f for f in found if "queue" in f.columns)
    assert finding.interval is not None
    assert finding.interval.low <= finding.value <= finding.interval.high
    assert "queue" in finding.what
    assert str(finding.n) in finding.what.replace(",", "")


def test_noisy_number_written_because_of_the_label_is_stopped() -> None:
    table = tickets()
    y = table["team"].rank("dense").to_numpy()
    found = run(table.with_columns(cost=pl.Series(y * 10 + np.random.default_rng(0).normal(size=1500))))
    assert kinds(found, "cost") == {"post_outcome": "stop"}


def test_field_filled_for_one_class_only_is_stopped() -> None:
    table = tickets()
    rng = np.random.default_rng(0)
    amount = pl.Series(rng.gamma(2.0, 30.0, 1500))
    is_refund = pl.col("team") == "refund"
    found = run(
        table.with_columns(
            refunded=pl.when(is_refund).then(amount),
            paid_back=pl.when(is_refund).then(amount).otherwise(0.0),
            note=pl.when(is_refund & pl.Series(rng.random(1500) < 0.99)).then(pl.lit("done")),
        )
    )
    assert kinds(found) == {"filled_afterwards": "stop"}
    assert {c for f in found for c in f.columns} == {"refunded", "paid_back", "note"}
    assert all("'refund'" in f.what for f in found)


def test_flag_that_is_one_class_is_a_warning() -> None:
    table = tickets()
    found = run(table.with_columns(is_security=pl.col("team") == "security"))
    assert kinds(found, "is_security") == {"separates_class": "warn"}


def test_columns_that_separate_classes_are_one_warning() -> None:
    table = tickets()
    found = run(table.with_columns(**{f"is_{i}": pl.col("team") == name for i, name in enumerate(TEAMS[:3])}))
    (finding,) = found
    assert finding.kind == "separates_class"
    assert set(finding.columns) == {"is_0", "is_1", "is_2"}


def test_name_of_the_class_in_the_text_is_stopped() -> None:
    table = tickets()
    tagged = table.with_columns(text=pl.col("text") + " [queue:" + pl.col("team").str.to_uppercase() + "]")
    assert kinds(run(tagged), "text") == {"label_in_text": "stop"}


def test_word_of_the_class_in_the_text_is_stopped() -> None:
    table = tickets()
    tag = "routed q" + (table["team"].rank("dense").cast(pl.Int64) * 31).cast(pl.String)
    assert kinds(run(table.with_columns(text=pl.col("text") + " " + tag)), "text") == {"label_in_text": "stop"}


def test_words_that_only_go_with_a_class_stop_nothing() -> None:
    table = tickets()
    mark = pl.when(pl.Series(np.random.default_rng(7).random(1500) < 0.6)).then(pl.col("team")).otherwise(pl.lit(""))
    assert kinds(run(table.with_columns(text=pl.col("text") + " " + mark)), "text") == {}


def test_customers_on_both_sides_are_stopped() -> None:
    table = tickets()
    found = run(table, task(table, group_column="customer_id"))
    assert kinds(found) == {"group_overlap": "stop"}
    by_customer = (table["customer_id"].to_numpy() % 10).astype(np.int8)
    whole = Folds.of(np.select([by_customer < 7, by_customer == 7], [0, 1], 2).astype(np.int8))
    assert run(table, task(table, group_column="customer_id"), whole) == ()


def test_rows_without_a_group_are_not_one_group() -> None:
    table = tickets().with_columns(customer_id=pl.when(pl.col("customer_id") < 0).then(pl.col("customer_id")))
    assert run(table, task(table, group_column="customer_id")) == ()


def test_ids_on_both_sides_are_stopped_when_they_are_many() -> None:
    table = tickets()
    fold = folds(1500)
    ids = table["ticket_id"].to_list()
    for number, (a, b) in enumerate(zip(fold.test, fold.train, strict=False)):
        if number < 30:
            ids[a] = ids[b]
    planted = table.with_columns(ticket_id=pl.Series(ids))
    assert kinds(run(planted, task(planted, id_column="ticket_id"), fold)) == {"id_overlap": "stop"}


def test_texts_nearly_the_same_across_the_split_are_found() -> None:
    table, fold = tickets(), folds(1500)
    texts = table["text"].to_list()
    for a, b in list(zip(fold.test, fold.train, strict=False))[:40]:
        texts[a] = texts[b].upper() + " !"
    few = run(table.with_columns(text=pl.Series(texts)), fold=fold)
    assert kinds(few, "text") == {"near_duplicates": "warn"}
    for a, b in zip(fold.test, fold.train, strict=False):
        texts[a] = texts[b] + "."
    many = run(table.with_columns(text=pl.Series(texts)), fold=fold)
    assert kinds(many, "text") == {"near_duplicates": "stop"}
    (finding,) = (f for f in many if f.kind == "near_duplicates")
    assert finding.value > 0.95
    assert finding.n == len(fold.test)


def test_copies_of_rows_are_a_warning_also_with_noise() -> None:
    table, fold = tickets().drop("text"), folds(1500)
    index = np.arange(1500)
    index[fold.test[:60]] = fold.train[:60]
    copied = table[index]
    assert kinds(run(copied, fold=fold)) == {"row_overlap": "warn"}
    noisy = copied.with_columns(pl.col("age") * (1 + 1e-5), pl.col("size") + 1e-4)
    is_copy = np.isin(np.arange(1500), fold.test[:60])
    mixed = pl.concat([copied.filter(~pl.Series(is_copy)), noisy.filter(pl.Series(is_copy))])
    order = np.argsort(np.concatenate([np.flatnonzero(~is_copy), np.flatnonzero(is_copy)]))
    assert kinds(run(mixed[order], fold=fold)) == {"near_rows": "warn"}


def test_ids_as_features_are_a_warning() -> None:
    table = tickets()
    found = run(table, task(table, also=("ticket_id",)))
    assert kinds(found, "ticket_id") == {"id_like": "warn"}


def test_order_of_rows_by_class_is_stopped() -> None:
    table = tickets().sort("team").with_columns(number=pl.Series(range(1500)))
    found = run(table)
    assert kinds(found, "number")["post_outcome"] == "stop"


def test_time_after_the_row_is_found() -> None:
    table = tickets()
    rng = np.random.default_rng(0)
    later = pl.Series([timedelta(hours=int(h)) for h in rng.integers(1, 90, 1500)])
    planted = table.with_columns(closed_at=pl.col("created_at") + later, due=pl.col("created_at") + later.reverse())
    found = run(planted, task(planted, time_column="created_at"))
    assert kinds(tuple(f for f in found if f.columns[0] == "closed_at"))["later_than_row"] == "stop"
    assert kinds(tuple(f for f in found if f.columns[0] == "due"))["later_than_row"] == "warn"


def test_test_rows_from_another_source_are_told_apart() -> None:
    table, fold = tickets(), folds(1500)
    is_test = np.isin(np.arange(1500), fold.test)
    shifted = table.with_columns(weight=pl.col("weight") + 1.2 * pl.Series(is_test))
    found = run(shifted, fold=fold)
    assert kinds(found) == {"told_apart": "warn"}
    assert found[0].columns == ("weight",)
    assert found[0].interval is not None
    assert found[0].interval.low > 0.65


def test_labels_of_test_rows_are_never_read() -> None:
    table, fold = tickets(), folds(1500)
    teams = table["team"].to_list()
    for row in fold.test:
        teams[row] = "never seen"
    planted = table.with_columns(copy=pl.col("team"))
    changed = planted.with_columns(team=pl.Series(teams))
    assert run(planted, fold=fold) == run(changed, fold=fold)


def test_accepted_findings_stop_no_longer() -> None:
    table = tickets().with_columns(copy=pl.col("team"), twin=pl.col("team"))
    found = run(table)
    assert {f.key for f in unaccepted_stops(found, ())} == {"target_copy:copy", "target_copy:twin"}
    assert {f.key for f in unaccepted_stops(found, ("target_copy:copy",))} == {"target_copy:twin"}
    assert unaccepted_stops(found, ("copy", "twin")) == ()


@pytest.mark.parametrize("n", [6, 12, 40])
def test_few_rows_are_scanned_without_a_stop(n: int) -> None:
    table = tickets(n, n_classes=3)
    fold = Folds.of((np.arange(n) % 3).astype(np.int8))
    assert [f for f in run(table, fold=fold) if f.severity == "stop"] == []

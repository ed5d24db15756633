"""Texts: accuracy, log loss and ECE on BANKING77 and CLINC150 from their own files, and requests that belong to no class.

    python benchmarks/quality/text.py --data FOLDER --set banking77 --encoder minilm [--out FILE.json]

FOLDER holds ``banking77/{train,test}.csv`` (CC BY 4.0, Casanueva et al. 2020) and ``clinc150/data_full.json`` (CC BY 3.0,
Larson et al. 2019); neither is part of this project. Members are cross-fitted on the training rows, calibrated and weighed on
what they say about rows they did not see, and fitted once more on all rows; test rows are read once, after that. What is new
(out of scope) is learned by holding out classes of the training rows alone. ``--cv`` stops before the test file is opened.
Encoders: none (TF-IDF alone), static, minilm, or a folder with model.onnx and tokenizer.json.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.estimators import encoder_named, one_blas_thread
from classward.inference import Blend, BlendMember, Encoder, FittedModel, OnnxEncoder
from classward.lifecycle.calibrate import (
    NoveltyChoice,
    SimulatedNews,
    calibrate,
    choose_novelty,
    left_out_groups,
    weigh,
)
from classward.lifecycle.train import FitFold, How, LabelledRows, cross_fit, fit_one, is_refitted
from classward.statistics import ece, ece_null, log_losses, mean_interval, novelty_names, novelty_scores, ranked, wilson

SEED, FOLDS, GROUPS, MOST_SIMULATED = 20, 3, 3, 6000
MOST_EXACT, SUPPORT = 10_240, 6_000
FLOOR = 0.95
SCHEMA = InputSchema(features=(Feature(name="text", kind="text"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A blend, its novelty rule, and what cross-fitting said."""

    model: Blend
    novelty: NoveltyChoice | None
    log_loss: float
    accuracy: float
    members: tuple[tuple[str, float, float], ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", choices=("banking77", "clinc150"), required=True)
    parser.add_argument("--encoder", default="minilm")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cv", action="store_true", help="stop before the test file is opened")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    asked = parser.parse_args()
    started = time.perf_counter()
    rows = training_rows(asked.data, asked.set)
    encoder = None if asked.encoder == "none" else encoder_named(asked.encoder)
    if encoder is not None:
        encoder.remember(rows.n)
    if isinstance(encoder, OnnxEncoder):
        encoder.use_threads(asked.threads)
    with one_blas_thread():
        trained = train(rows, encoder, asked.threads, is_open=asked.set == "clinc150")
    train_s = time.perf_counter() - started
    figures = {
        "set": asked.set, "encoder": asked.encoder, "n_train": rows.n, "n_classes": len(rows.label_space),
        "train_s": round(train_s, 1), "threads": asked.threads, "members": trained.members,
        "cross_fitted": {"accuracy": trained.accuracy, "log_loss": trained.log_loss},
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 2),
    }  # fmt: skip
    if trained.novelty:
        figures["novelty"] = {
            "score": trained.novelty.name,
            "auc_held_out_classes": dict(trained.novelty.auc),
            "accuracy_kept": trained.novelty.accuracy.value,
            "held_out_found": trained.novelty.new_found.value,
        }
    if not asked.cv:
        figures["test"] = measure(trained, rows.label_space, *test_rows(asked.data, asked.set))
    show(figures)
    if asked.out:
        asked.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def training_rows(data: Path, name: str) -> LabelledRows:
    if name == "banking77":
        pairs = read_csv(data / "banking77" / "train.csv")
    else:
        found = json.loads((data / "clinc150" / "data_full.json").read_text(encoding="utf-8"))
        pairs = [(text, label) for part in ("train", "val") for text, label in found[part]]
    space = LabelSpace.of(sorted({label for _, label in pairs}))
    index = {name: i for i, name in enumerate(space.names)}
    return LabelledRows(
        columns={"text": [text for text, _ in pairs]}, n=len(pairs), schema=SCHEMA, label_space=space,
        y_index=np.array([index[label] for _, label in pairs], dtype=np.int64),
    )  # fmt: skip


def test_rows(data: Path, name: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Labelled test rows, and texts that belong to no class."""
    if name == "banking77":
        return read_csv(data / "banking77" / "test.csv"), []
    found = json.loads((data / "clinc150" / "data_full.json").read_text(encoding="utf-8"))
    return [(text, label) for text, label in found["test"]], [text for text, _ in found["oos_test"]]


def read_csv(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def recipes(n: int, encoder: Encoder | None) -> tuple[Recipe, ...]:
    """Settings were chosen by cross-validation on the training rows of both sets, never by test rows."""
    linear = Recipe(family="linear", params=(("solver", "svc"), ("c", 0.3)))
    if encoder is None:
        return (linear,)
    width = min(encoder.n_columns, 384)
    strength = 0.03 if isinstance(encoder, OnnxEncoder) else 0.1
    logistic = (("solver", "logistic"), ("c", strength), ("iterations", 100), ("width", width))
    support = n if n <= MOST_EXACT else SUPPORT
    return (
        linear,
        Recipe(family="embedding", params=logistic),
        Recipe(family="likeness", params=(("most_support", support),)),
    )


def train(rows: LabelledRows, encoder: Encoder | None, n_threads: int, *, is_open: bool) -> Trained:
    rng = np.random.default_rng(SEED)
    fold = np.empty(rows.n, dtype=np.int64)
    order = rng.permutation(rows.n)
    fold[order[np.argsort(rows.y_index[order], kind="stable")]] = (
        np.arange(rows.n) % FOLDS
    )  # equal shares of each class
    folds = [FitFold(fit=np.flatnonzero(fold != i), held=np.flatnonzero(fold == i)) for i in range(FOLDS)]
    held = np.concatenate([f.held for f in folds])
    y = rows.y_index[held]
    how = How(seed=SEED, n_threads=n_threads, should_stop=lambda: False, encoder=encoder)
    planned = recipes(rows.n, encoder)
    scored, calibrated, models = [], [], []
    for recipe in planned:
        begun = time.perf_counter()
        made = cross_fit(
            recipe, rows, folds, seed=SEED, n_threads=n_threads, seconds_left=lambda: float("inf"), encoder=encoder
        )
        scored.append(made.logits)
        models.append(() if is_refitted(recipe) else made.models)
        calibrated.append(calibrate(made.logits, y, rng=np.random.default_rng(SEED)))
        took_s = time.perf_counter() - begun
        print(
            f"{recipe.family}: log loss {calibrated[-1].log_loss:.4f} ({calibrated[-1].name}), {took_s:.0f} s",
            flush=True,
        )
    weighed = weigh([c.proba for c in calibrated], y, fold=np.repeat(np.arange(FOLDS), [len(f.held) for f in folds]))
    kept = [i for i, w in enumerate(weighed.weights) if w > 0.0]
    mean = np.sum([weighed.weights[i] * calibrated[i].proba for i in kept], axis=0)
    proba = weighed.calibrator.apply(np.log(np.maximum(mean, 1e-12)))
    print(f"blend: log loss {weighed.log_loss:.4f}, accuracy {(proba.argmax(1) == y).mean():.4f}", flush=True)
    novelty = None
    if is_open:
        news = simulate(rows, [planned[i] for i in kept], how, [calibrated[i].calibrator for i in kept], weighed, kept)
        novelty = choose_novelty(
            novelty_scores(proba, [scored[i] for i in kept]), proba.argmax(1) == y, news,
            names=novelty_names(len(kept)), accuracy_floor=FLOOR,
        )  # fmt: skip
        print(
            "new inputs: " + ", ".join(f"{name} {auc:.3f}" for name, auc in novelty.auc) + f"; chosen: {novelty.name}"
        )
    members = [
        BlendMember(
            models=models[i] or (fit_one(planned[i], rows, how),),
            calibrator=calibrated[i].calibrator,
            weight=weighed.weights[i],
        )
        for i in kept
    ]
    model = Blend(schema=SCHEMA, label_space=rows.label_space, members=tuple(members), calibrator=weighed.calibrator)
    told = tuple(
        (r.family, round(c.log_loss, 4), w) for r, c, w in zip(planned, calibrated, weighed.weights, strict=True)
    )
    return Trained(
        model=model,
        novelty=novelty,
        log_loss=weighed.log_loss,
        accuracy=float((proba.argmax(1) == y).mean()),
        members=told,
    )


def simulate(rows, planned, how, calibrators, weighed, kept) -> list[SimulatedNews]:
    """Fit without some classes, on part of the rows, and score rows of those classes and unseen rows of the others."""
    rng = np.random.default_rng(SEED + 1)
    news = []
    for classes in left_out_groups(rows.y_index, len(rows.label_space), n_groups=GROUPS, rng=rng):
        is_new = np.isin(rows.y_index, classes)
        known = rng.permutation(np.flatnonzero(~is_new))
        fit, held = known[: min(MOST_SIMULATED, len(known) * 4 // 5)], known[-len(known) // 5 :]
        new = rng.permutation(np.flatnonzero(is_new))[: len(held)]
        models = [fit_one(recipe, rows.take(fit), how) for recipe in planned]
        scored = [blended(models, rows.take(at), calibrators, weighed, kept) for at in (held, new)]
        news.append(SimulatedNews(known=scored[0], new=scored[1]))
    return news


def blended(models: list[FittedModel], rows: LabelledRows, calibrators, weighed, kept) -> np.ndarray:
    logits = [model.logits(rows.columns, rows.n) for model in models]
    mean = sum(weighed.weights[i] * c.apply(z) for i, c, z in zip(kept, calibrators, logits, strict=True))
    return novelty_scores(weighed.calibrator.apply(np.log(np.maximum(mean, 1e-12))), logits)


def measure(trained: Trained, space: LabelSpace, labelled: list[tuple[str, str]], news: list[str]) -> dict[str, object]:
    index = {name: i for i, name in enumerate(space.names)}
    y = np.array([index[label] for _, label in labelled])
    columns = {"text": [text for text, _ in labelled]}
    begun = time.perf_counter()
    proba = trained.model.predict_proba(columns, len(y))
    predict_s = time.perf_counter() - begun
    right, losses = proba.matrix.argmax(1) == y, log_losses(proba.matrix, y)
    confidence = proba.matrix.max(axis=1)
    null = ece_null(confidence, rng=np.random.default_rng(SEED))
    told: dict[str, object] = {
        "n": len(y), "accuracy": share(right), "log_loss": {"value": float(losses.mean()), "interval": mean_interval(losses)},
        "ece": ece(confidence, right), "ece_of_a_perfect_model_p95": null[1] if null else None, "ms_per_row": 1e3 * predict_s / len(y),
    }  # fmt: skip
    if news and trained.novelty:
        rule = trained.novelty.rule
        inside = rule.strangeness(strangeness_of(trained.model, columns, len(y)))
        outside = rule.strangeness(strangeness_of(trained.model, {"text": news}, len(news)))
        answered = right & (inside <= rule.threshold)
        told["threshold from training rows"] = {
            "in_scope_accuracy": share(answered), "out_of_scope_recall": share(outside > rule.threshold), "floor": FLOOR,
        }  # fmt: skip
        at = np.sort(inside[right])[int(np.ceil(FLOOR * len(y))) - 1] if right.mean() >= FLOOR else np.inf
        told[f"where in-scope accuracy is {FLOOR}"] = {"out_of_scope_recall": share(outside > at)}
        is_new = np.repeat([False, True], [len(inside), len(outside)])
        told["auc"] = ranked(np.concatenate([inside, outside]), is_new).auc().value
    return told


def strangeness_of(model: Blend, columns: dict[str, list[str]], n: int) -> np.ndarray:
    logits = [member.models[0].logits(columns, n) for member in model.members]
    return novelty_scores(model.predict_proba(columns, n).matrix, logits)


def share(hits: np.ndarray) -> dict[str, object]:
    return {"value": float(hits.mean()), "interval": wilson(int(hits.sum()), len(hits)), "n": len(hits)}


def show(figures: dict[str, object]) -> None:
    print("\n| figure | value | 95 % interval | n |\n|---|---|---|---|")
    for name, value in flat(figures.get("test", figures["cross_fitted"])):
        if isinstance(value, dict):
            low, high = value.get("interval") or (float("nan"), float("nan"))
            print(f"| {name} | {value['value']:.4f} | {low:.3f}–{high:.3f} | {value.get('n', '')} |")
        else:
            print(f"| {name} | {value:.4f} | – | |" if isinstance(value, float) else f"| {name} | {value} | – | |")
    print(f"\n{figures['set']}, encoder {figures['encoder']}: trained in {figures['train_s']} s on {figures['threads']} threads, "
          f"peak {figures['peak_gib']} GiB; members {figures['members']}")  # fmt: skip


def flat(told: dict[str, object], before: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in told.items():
        if isinstance(value, dict) and "value" not in value:
            found += flat(value, f"{before}{name}: ")
        else:
            found.append((before + name, value))
    return found


if __name__ == "__main__":
    main()

"""The metrics.json of experiments that nobody ran, with numbers to work out by hand.

In both, a model has right the first questions of a split, as many as its hits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fluxem.evaluation.errors import KINDS
from fluxem.pipeline.files import write_json

SEEDS = [3, 5]
PARAMETERS = {"token_only": 436976, "hybrid": 439112}
MODELS = list(PARAMETERS)
#: Metrics of one split, each as (hits, n).
Shares = dict[str, tuple[float, int]]

# --- arithmetic ---

ARITHMETIC = ["test_id", "test_ood_magnitude", "test_ood_length", "test_ood_combined"]
#: Exact match of each seed: hits out of 200 in each split.
HITS = {"token_only": [(30, 0, 4, 0), (50, 0, 6, 0)], "hybrid": [(200, 200, 199, 180), (200, 199, 197, 200)]}


def _arithmetic(model: str, at: int, split: str) -> Shares:
    hits = HITS[model][at][ARITHMETIC.index(split)]
    few, many = (1, 2) if split in ("test_id", "test_ood_magnitude") else (4, 5)
    shares: Shares = {
        "exact_match": (hits, 200),
        f"exact_match/operations={few}": (hits * 120 / 200, 120),
        f"exact_match/operations={many}": (hits * 80 / 200, 80),
        "relative_error": (200 - hits, 200),
        "ended": (200, 200),
    }
    kind = "route" if model == "hybrid" else "digits"
    shares |= {f"error/kind={each}": ((200 - hits) * (each == kind), 200) for each in KINDS}
    return shares | ({"router_accuracy": (350 + 1.75 * hits, 700)} if model == "hybrid" else {})


# --- units ---

UNITS = [f"test_{name}" for name in ("id", "ood_magnitude", "ood_types", "ood_phrasing", "ood_compound", "ood_units")]
#: Conversions asked in each seed and split: from, to, decade, how many.
ASKED = {
    "test_id": ([("ft", "m", -3, 8), ("°C", "K", 2, 12)], [("m", "mm", 0, 10), ("°C", "K", 2, 10)]),
    "test_ood_magnitude": ([("m", "ft", -6, 10), ("K", "°C", 8, 10)], [("m", "mm", -6, 10), ("K", "°C", 8, 10)]),
    "test_ood_types": ([("m", "mm", 1, 12), ("mm", "m", 1, 8)], [("mm", "m", 0, 12), ("ft", "m", 0, 8)]),
    "test_ood_phrasing": ([("ft", "m", 0, 20)], [("°C", "K", 0, 20)]),
    "test_ood_compound": ([], []),
    "test_ood_units": ([("yd", "m", 0, 20)], [("yd", "m", 0, 20)]),
}
_TYPES = {unit: "length" for unit in ("m", "ft", "mm", "yd")} | {unit: "temperature" for unit in ("K", "°C")}


def _units(model: str, at: int, split: str) -> Shares:
    """The hybrid converts all, token-only half in test_id and nothing else; of checks, all and half."""
    share = 1.0 if model == "hybrid" else 0.5 * (split == "test_id")
    shares: Shares = {}
    asked = ASKED[split][at]
    for source, target, decade, count in asked:
        for group in (f"units={source}>{target}", f"decade={decade}", f"unit_type={_TYPES[source]}", "kind=convert"):
            hits, n = shares.get(f"exact_match/{group}", (0, 0))
            shares[f"exact_match/{group}"] = (hits + share * count, n + count)
    convert = shares.get("exact_match/kind=convert", (0, 0))
    checks = 20 if asked else 40
    check = (checks if model == "hybrid" else checks / 2, checks)
    shares |= {"exact_match": (convert[0] + check[0], convert[1] + check[1]), "ended": (40, 40)}
    shares |= {"exact_match/kind=can_add": check, "boolean_accuracy": check}
    if asked:
        shares |= {"relative_error": (convert[1] - convert[0], convert[1]), "dimensional_correctness": (15, 20)}
    return shares | ({"router_accuracy": (30, 40)} if model == "hybrid" else {})


# --- both ---

#: Multiply-adds of an answer, and of how many questions of each split and seed they were counted.
COMPUTE = {"token_only": 2_500_000, "hybrid": 1_250_000}
COUNTED = 20
FILES = {
    "arithmetic": ["accuracy_by_operations.svg", "errors.svg", "learning_curves.svg"],
    "units": ["accuracy_by_magnitude.svg", "conversions.svg"],
}

SPLITS = {"arithmetic": ARITHMETIC, "units": UNITS}
_SHARES = {"arithmetic": _arithmetic, "units": _units}
_DATA: dict[str, dict[str, Any]] = {
    "arithmetic": {"id_ops": [1, 3], "train_size": 1000},
    "units": {"id_range": [0.001, 1000]},
}


def spec_of(task: str, **data: Any) -> dict[str, Any]:
    """The spec of the table or the figures, with changed data settings."""
    dataset = {"task": task, "data": _DATA[task] | data}
    runs = {
        model: {"splits": SPLITS[task], "trained": {"dataset": dataset, "variant": model, "training": {}}}
        for model in MODELS
    }
    named = {"experiment": f"tiny_{task}", "models": MODELS, "seeds": SEEDS, "variants": {}}
    return named | {"runs": runs, "files": FILES[task]}


def write_metrics(task: str, folder: Path) -> list[Path]:
    """The metrics.json of every run, in the order in which the pipeline passes them."""
    files = []
    for at, seed in enumerate(SEEDS):
        for model in MODELS:
            shares = {split: _SHARES[task](model, at, split) for split in SPLITS[task]}
            compute = {"multiply_adds": (COMPUTE[model] * COUNTED, COUNTED)}
            files.append(write_run(folder, model, seed, {split: of | compute for split, of in shares.items()}, task))
    return files


def write_run(folder: Path, model: str, seed: int, shares: dict[str, Shares], task: str = "arithmetic") -> Path:
    """The metrics.json of one run of two epochs, with these metrics of each split."""
    splits = {
        split: {name: {"value": hits / n, "n": n} for name, (hits, n) in of.items()} for split, of in shares.items()
    }
    exact = {split: of["exact_match"] for split, of in shares.items()}
    right = {split: "1" * round(hits) + "0" * (n - round(hits)) for split, (hits, n) in exact.items()}
    history = [
        {"epoch": epoch, "learning_rate": 0.001, "train_loss": 2.0 / epoch, **_checked(model, epoch, seed)}
        for epoch in (1, 2)
    ]
    run = {"experiment": f"tiny_{task}", "model": model, "seed": seed, "splits": list(shares)}
    file = folder / f"seed{seed}" / model / "metrics.json"
    found = {"spec": run, "parameters": PARAMETERS.get(model, 0), "splits": splits, "right": right}
    write_json(file, found | {"history": history})
    return file


def _checked(model: str, epoch: int, seed: int) -> dict[str, float | None]:
    """What validation said: a loss of token-only, exact match of others."""
    spoken = model == "token_only"
    return {
        "validation_loss": 3.0 / epoch + seed if spoken else None,
        "validation_exact_match": None if spoken else 0.1 * seed + 0.2 * epoch,
    }

"""Networks small enough to train in a second, and the files they are trained on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fluxem import tasks
from fluxem.pipeline.files import write_json, write_jsonl
from fluxem.training import hybrid, token_only

DATA: dict[str, Any] = {
    "train_size": 60,
    "validation_size": 12,
    "test_size": 12,
    "id_range": [0, 99],
    "ood_magnitude_range": [10000, 99999],
    "id_ops": [1, 3],
    "ood_ops": [4, 5],
    "operations": ["+", "-", "*"],
    "parentheses": 0.3,
    "phrasings": True,
}
SIZES: dict[str, Any] = {"hidden_dim": 32, "num_layers": 2, "num_heads": 4, "mlp_dim": 64, "dropout": 0.1}
ARCHITECTURE: dict[str, dict[str, Any]] = {
    "token_only": SIZES,
    "hybrid": SIZES | {"local_heads": 2, "window": 6, "router_dim": 16},
}
_COMMON = {"epochs": 4, "batch_size": 8, "learning_rate": 0.01, "patience": None}
TRAINING: dict[str, dict[str, Any]] = {
    "token_only": _COMMON,
    "hybrid": _COMMON | {"most_packed": 3, "value_jitter": 0.5, "fallback_share": 0.2},
}
TRAIN = {"token_only": token_only.train, "hybrid": hybrid.train}


@dataclass(frozen=True)
class Trained:
    """Folders of the tiny experiment: its data, and of the runs, each in a folder of its model's name."""

    data: Path
    runs: Path


def write_data(folder: Path, seed: int = 0, **changed: Any) -> Path:
    """The splits of the arithmetic task, `<split>.jsonl` each."""
    for split, rows in tasks.generate("arithmetic", DATA | changed, seed).items():
        write_jsonl(folder / f"{split}.jsonl", rows)
    return folder


def spec_of(model: str, seed: int = 0, **training: Any) -> dict[str, Any]:
    """The spec of a training, with changed training settings."""
    return {
        "experiment": "tiny",
        "model": model,
        "seed": seed,
        "architecture": ARCHITECTURE[model],
        "training": TRAINING[model] | training,
    }


def train(model: str, data: Path, out: Path, seed: int = 0, **training: Any) -> Path:
    """A run folder of one trained model."""
    TRAIN[model](spec_of(model, seed, **training), data, out, "cpu")
    return out


def write_run(folder: Path, **values: Any) -> Path:
    """A run folder that holds run.json alone."""
    write_json(folder / "run.json", values)
    return folder

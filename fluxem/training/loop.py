"""What training both models has in common: optimiser, schedule, the best weights so far, and the files of a run."""

from __future__ import annotations

import csv
import io
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from fluxem.errors import InputError
from fluxem.integration.sample_format import Sample, read_samples
from fluxem.models.answer import Answer
from fluxem.models.weights import write_weights
from fluxem.pipeline.files import write_json, write_text

WARM_UP = 100  # steps
LOWEST_RATE = 0.05  # of the learning rate, reached at the end
CLIP = 1.0  # largest gradient norm


@dataclass(frozen=True)
class Epoch:
    """One line of history.csv."""

    epoch: int
    learning_rate: float
    train_loss: float
    validation_loss: float | None
    validation_exact_match: float | None


def prepare(seed: int) -> np.random.Generator:
    """Seed everything: the networks, and the generator that is returned."""
    torch.manual_seed(seed)
    return np.random.default_rng(seed)


def read_split(folder: Path, split: str) -> list[Sample]:
    """The samples of a split; raises InputError for a missing or invalid file."""
    return read_samples(folder / f"{split}.jsonl")


def exact_match(answers: Sequence[Answer], samples: Sequence[Sample]) -> float:
    """Share of samples that are answered exactly."""
    right = [answer.text == sample.target_text for answer, sample in zip(answers, samples, strict=True)]
    return sum(right) / len(samples)


def read_training(folder: Path, settings: Mapping[str, Any]) -> tuple[list[Sample], list[Sample]]:
    """The samples to train on and those to select on; raises InputError as `read_split`.

    With `examples` in the training section, the first so many training samples are repeated until they are as many as
    all: what is varied is what there is to learn from, not how many steps are taken.
    """
    every = read_split(folder, "train")
    examples = min(settings.get("examples") or len(every), len(every))
    return [every[row % examples] for row in range(len(every))], read_split(folder, "validation")


class Optimiser:
    """AdamW with clipping; the rate warms up, then falls along a cosine of the progress made."""

    def __init__(self, model: nn.Module, rate: float) -> None:
        self.parameters = list(model.parameters())
        self.rate = rate
        self.steps = 0
        self.adam = torch.optim.AdamW(self.parameters, lr=rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)

    def step(self, loss: Tensor, progress: float) -> None:
        """Follow the gradient of a loss; `progress` is the share of training done, 0 to 1."""
        self.steps += 1
        falling = LOWEST_RATE + (1 - LOWEST_RATE) * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
        for group in self.adam.param_groups:
            group["lr"] = self.rate * falling * min(1.0, self.steps / WARM_UP)
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, CLIP)
        self.adam.step()

    def state_dict(self) -> dict[str, Any]:
        """What the next step depends on."""
        return {"adam": self.adam.state_dict(), "steps": self.steps}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from there."""
        self.adam.load_state_dict(state_dict["adam"])
        self.steps = state_dict["steps"]

    @property
    def current_rate(self) -> float:
        """The rate of the last step."""
        return float(self.adam.param_groups[0]["lr"])


class Recorder:
    """Keeps the history and the best weights, and says how far training is.

    Args:
        model: the network in training.
        settings: the training section of the configuration.
        rows: training rows in an epoch.
    """

    def __init__(self, model: nn.Module, settings: Mapping[str, Any], rows: int) -> None:
        self.model = model
        self.epochs, self.patience = settings["epochs"], settings["patience"]
        self.rows = rows
        self.history: list[Epoch] = []
        self.best: tuple[float, ...] = (-math.inf,)
        self.best_epoch = self.last_rise = 0
        self.weights: dict[str, Tensor] = {}
        self.terminal = sys.stderr.isatty()
        self.bar = tqdm(total=self.epochs * rows, unit="sample", disable=not self.terminal)

    @property
    def next_epoch(self) -> int | None:
        """The epoch to train, from 1; None when all are trained, or the score has not risen for `patience` of them."""
        done = len(self.history)
        waited = self.patience is not None and done - self.last_rise >= self.patience
        return None if waited or done >= self.epochs else done + 1

    def advance(self, rows: int) -> None:
        """Count trained rows."""
        self.bar.update(rows)

    def end_epoch(self, line: Epoch, *score: float) -> None:
        """Note an epoch.

        The weights of the highest score are kept, of equal scores those of the latest epoch; where the first part of
        a score is equal, the next decides. InputError when a loss is not finite.
        """
        if not math.isfinite(line.train_loss) or not all(map(math.isfinite, score)):
            raise InputError(
                f"training diverged in epoch {line.epoch}: its loss is {line.train_loss}; "
                "try a lower training.learning_rate"
            )
        self.history.append(line)
        if score > self.best:
            self.last_rise = line.epoch
        if score >= self.best:
            self.best, self.best_epoch = score, line.epoch
            self.weights = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        text = ", ".join(f"{name} {value:.4g}" for name, value in asdict(line).items() if value is not None)
        if self.terminal:
            self.bar.set_postfix_str(text)
        else:
            print(text, flush=True)

    def state_dict(self) -> dict[str, Any]:
        """What is known so far, and the best weights."""
        known = {"best": self.best, "best_epoch": self.best_epoch, "last_rise": self.last_rise}
        return known | {"history": [asdict(line) for line in self.history], "weights": self.weights}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from there."""
        self.history = [Epoch(**line) for line in state_dict["history"]]
        self.best, self.weights = state_dict["best"], state_dict["weights"]
        self.best_epoch, self.last_rise = state_dict["best_epoch"], state_dict["last_rise"]
        self.bar.update(len(self.history) * self.rows)
        if not self.terminal:
            print(f"going on after epoch {len(self.history)}", flush=True)

    def write(self, folder: Path, spec: dict[str, Any]) -> None:
        """Write model.safetensors (the best weights), history.csv and run.json, each whole or not at all.

        Without an epoch, the weights are those that the network has, and the best epoch is 0.
        """
        self.bar.close()
        write_weights(folder / "model.safetensors", self.weights or self.model.state_dict())
        write_text(folder / "history.csv", _csv(self.history))
        run = {
            "spec": spec,
            "parameters": sum(p.numel() for p in self.model.parameters()),
            "epochs": len(self.history),
            "best_epoch": self.best_epoch,
        }
        write_json(folder / "run.json", run)


def _csv(history: Sequence[Epoch]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, [f.name for f in fields(Epoch)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(asdict, history))
    return text.getvalue()

"""Training speed of both models at the size of config/arithmetic_small.yaml, on one thread.

    python benchmarks/training.py [--steps 600] [--device cpu]

Prints samples per second (wall and CPU time), the ratio of the latter to the figures of the only earlier implementation
(232 and 192 samples per CPU second at this size, on bare expressions), and the share of this machine's matrix-multiply
peak, measured in the same run, that the multiply-adds of the blocks reach.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from fluxem.integration.sample_format import Sample, read_samples
from fluxem.models.hybrid import Hybrid
from fluxem.models.repeatable import repeatable
from fluxem.models.token_only import TokenOnly
from fluxem.pipeline.files import write_jsonl
from fluxem.pipeline.load import load_experiment
from fluxem.tasks import generate
from fluxem.training.hybrid import Session
from fluxem.training.loop import Optimiser, prepare
from fluxem.training.token_only import batches

CONFIG = Path(__file__).parents[1] / "config" / "arithmetic_small.yaml"
REFERENCE = {"token_only": 232, "hybrid": 192}
#: The reference trained on bare expressions; the shipped configuration also asks in words and with brackets.
QUESTIONS = {"bare": {"phrasings": False, "parentheses": 0.0}, "as shipped": {}}

Result = tuple[int, float, float, float]


def peak(repeats: int = 30, size: int = 1024) -> float:
    """Largest measured floating-point operations per second of a square float32 matrix product."""
    left, right = torch.randn(size, size), torch.randn(size, size)
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        left @ right
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best


def samples_of(data: dict[str, Any]) -> list[Sample]:
    """Training samples, written and read back as the pipeline does."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "train.jsonl"
        write_jsonl(file, generate("arithmetic", data, 0)["train"])
        return read_samples(file)


class Counter:
    """Counts weights times positions of every linear layer in the blocks."""

    def __init__(self, model: TokenOnly | Hybrid) -> None:
        self.positions = 0
        for module in model.backbone.blocks.modules():
            if isinstance(module, torch.nn.Linear):
                module.register_forward_hook(self._count)

    def _count(self, module: torch.nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        self.positions += output.numel() * inputs[0].shape[-1]

    @property
    def operations(self) -> float:
        """Two for each weight and position forward, four backward."""
        return 6.0 * self.positions


def timed_steps(model: TokenOnly | Hybrid, step: Callable[[], int], steps: int) -> Result:
    """Samples trained, wall and CPU seconds and floating-point operations of `steps` steps, after some to warm up."""
    for _ in range(20):
        step()
    counter = Counter(model)
    wall, cpu = time.perf_counter(), time.process_time()
    trained = sum(step() for _ in range(steps))
    return trained, time.perf_counter() - wall, time.process_time() - cpu, counter.operations


@repeatable()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=600, help="training steps to time, after 20 to warm up")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    experiment = load_experiment(CONFIG, {}, []).model_dump(mode="json")
    fastest = peak()
    print(f"matrix-multiply peak, one thread: {fastest / 1e9:.0f} GFLOP/s\n")
    print("questions    model       samples/s  samples/CPU s   ratio   of peak")
    for questions, changes in QUESTIONS.items():
        samples = samples_of(experiment["data"] | changes)
        for work in (token_only, hybrid):
            trained, wall, cpu, operations = work(experiment, samples, options)
            print(
                f"{questions:<12} {work.__name__:<11} {trained / wall:9.0f} {trained / cpu:14.0f}"
                f" {trained / cpu / REFERENCE[work.__name__]:6.1f}x {operations / cpu / fastest:8.0%}"
            )


def token_only(experiment: dict[str, Any], samples: list[Sample], options: argparse.Namespace) -> Result:
    """Time token-only training."""
    return timed_steps(*token_only_step(experiment, samples, options), options.steps)


def hybrid(experiment: dict[str, Any], samples: list[Sample], options: argparse.Namespace) -> Result:
    """Time hybrid training, its fallback included; what is done once, before the first step, is not."""
    return timed_steps(*hybrid_step(experiment, samples, options), options.steps)


def token_only_step(
    experiment: dict[str, Any], samples: list[Sample], options: argparse.Namespace
) -> tuple[TokenOnly, Callable[[], int]]:
    """A model, and a step of its training; a step says how many samples it trained."""
    rng = prepare(0)
    settings, architecture = experiment["training"]["token_only"], experiment["model"]["token_only"]
    model = TokenOnly(architecture).to(options.device).train()
    rows, optimiser = model.read(samples), Optimiser(model, settings["learning_rate"])

    def epochs() -> Iterator[np.ndarray]:
        while True:
            yield from batches(rows.lengths.numpy(), settings["batch_size"], rng)

    endless = epochs()

    def step() -> int:
        chosen = next(endless)
        optimiser.step(model.loss(rows.take(chosen, options.device)), 0.0)
        return len(chosen)

    return model, step


def hybrid_step(
    experiment: dict[str, Any], samples: list[Sample], options: argparse.Namespace
) -> tuple[Hybrid, Callable[[], int]]:
    """The same of the hybrid."""
    rng = prepare(0)
    settings, architecture = experiment["training"]["hybrid"], experiment["model"]["hybrid"]
    model = Hybrid(architecture, settings["value_jitter"]).to(options.device).train()
    session = Session(samples, settings, rng)
    optimiser = Optimiser(model, settings["learning_rate"])
    return model, lambda: session.step(model, optimiser, 0.0)[1]


if __name__ == "__main__":
    main()

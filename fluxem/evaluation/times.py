"""How long trainings and tests took: for people to plan by, apart from the table because it differs from run to run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fluxem.errors import InputError
from fluxem.evaluation.markdown import table
from fluxem.pipeline.files import write_text

#: Exact match on validation at which a row has learned its questions.
LEARNED = 0.999
NEVER = "–"


def write_times(
    spec: dict[str, Any],
    training: Mapping[tuple[str, int], Path],
    tests: Mapping[tuple[str, int], Path],
    histories: Mapping[tuple[str, int], Path],
    file: Path,
) -> None:
    """Write the minutes of every training and test, by model and seed, as Markdown.

    Args:
        spec: of the times step.
        training: by model and seed, the file in which Snakemake noted the time.
        tests: the same, of the test.
        histories: by model and seed, the history.csv of the training.
        file: where to write.

    Raises:
        InputError: a file is missing or damaged.
    """
    seeds = spec["seeds"]
    heads = ["training, core minutes", "test, core minutes", f"core seconds to {LEARNED:.1%} validation (slowest seed)"]
    rows = [["row", *(f"seed {seed}" for seed in seeds), *heads]]
    total = 0.0
    for model in spec["models"]:
        trained = [_seconds(training[model, seed]) for seed in seeds]
        spent = [sum(core for _, core in trained), sum(_seconds(tests[model, seed])[1] for seed in seeds)]
        means = [f"{seconds / 60 / len(seeds):.1f}" for seconds in spent]
        learned = [core * _share(histories[model, seed]) for (_, core), seed in zip(trained, seeds, strict=True)]
        rows.append([model, *(f"{wall / 60:.1f}" for wall, _ in trained), *means, _mean_and_slowest(learned)])
        total += sum(spent)
    lines = [
        f"# {spec['experiment']}: time of training and test",
        "",
        "Minutes from start to end of the training of each seed, beside what else ran on that machine; then minutes of "
        f"one core, mean over seeds. Together: {total / 60:.0f} core minutes. Where each seed answers {LEARNED:.1%} of "
        "the validation questions after some epoch: the seconds of one core until then, validation counted. A training "
        "that was stopped counts from where it went on.",
        "",
        *table(rows, names=1),
    ]
    write_text(file, "\n".join(lines) + "\n")


def _share(file: Path) -> float:
    """Of the epochs of a training, those until validation was answered; infinite where it never was."""
    try:
        found = pd.read_csv(file)["validation_exact_match"] >= LEARNED
    except (OSError, TypeError, ValueError, LookupError) as error:
        raise InputError(f"{file} is not the history of a training") from error
    return (int(found.to_numpy().argmax()) + 1) / len(found) if found.any() else math.inf


def _mean_and_slowest(seconds: Sequence[float]) -> str:
    slowest = max(seconds)
    return f"{sum(seconds) / len(seconds):.0f} ({slowest:.0f})" if math.isfinite(slowest) else NEVER


def _seconds(file: Path) -> tuple[float, float]:
    """Seconds from start to end, and of the processor."""
    try:
        line = pd.read_csv(file, sep="\t").iloc[-1]
        return float(line["s"]), float(line["cpu_time"])
    except FileNotFoundError as error:
        raise InputError(f"{file} is missing: Snakemake writes it when it trains or tests the model") from error
    except (ValueError, LookupError) as error:
        raise InputError(f"{file} is not what Snakemake writes of a training or a test") from error

"""How long trainings and tests took: for people to plan by, apart from the table because it differs from run to run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from fluxem.errors import InputError
from fluxem.evaluation.markdown import table
from fluxem.pipeline.files import write_text


def write_times(
    spec: dict[str, Any],
    training: Mapping[tuple[str, int], Path],
    tests: Mapping[tuple[str, int], Path],
    file: Path,
) -> None:
    """Write the minutes of every training and test, by model and seed, as Markdown.

    Args:
        spec: of the times step.
        training: by model and seed, the file in which Snakemake noted the time.
        tests: the same, of the test.
        file: where to write.

    Raises:
        InputError: a file is missing or damaged.
    """
    seeds = spec["seeds"]
    rows = [["row", *(f"seed {seed}" for seed in seeds), "training, core minutes", "test, core minutes"]]
    total = 0.0
    for model in spec["models"]:
        trained = [_seconds(training[model, seed]) for seed in seeds]
        spent = [sum(core for _, core in trained), sum(_seconds(tests[model, seed])[1] for seed in seeds)]
        means = [f"{seconds / 60 / len(seeds):.1f}" for seconds in spent]
        rows.append([model, *(f"{wall / 60:.1f}" for wall, _ in trained), *means])
        total += sum(spent)
    lines = [
        f"# {spec['experiment']}: time of training and test",
        "",
        "Minutes from start to end of the training of each seed, beside what else ran on that machine; then minutes of "
        f"one core, mean over seeds. Together: {total / 60:.0f} core minutes.",
        "",
        *table(rows, names=1),
    ]
    write_text(file, "\n".join(lines) + "\n")


def _seconds(file: Path) -> tuple[float, float]:
    """Seconds from start to end, and of the processor."""
    try:
        line = pd.read_csv(file, sep="\t").iloc[-1]
        return float(line["s"]), float(line["cpu_time"])
    except FileNotFoundError as error:
        raise InputError(f"{file} is missing: Snakemake writes it when it trains or tests the model") from error
    except (ValueError, LookupError) as error:
        raise InputError(f"{file} is not what Snakemake writes of a training or a test") from error

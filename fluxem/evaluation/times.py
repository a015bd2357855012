"""How long trainings took: for people to plan by, apart from the table because it differs from run to run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from fluxem.errors import InputError
from fluxem.evaluation.markdown import table
from fluxem.pipeline.files import write_text


def write_times(spec: dict[str, Any], benchmarks: Mapping[tuple[str, int], Path], file: Path) -> None:
    """Write the minutes of every training, by model and seed, as Markdown.

    Args:
        spec: of the times step.
        benchmarks: by model and seed, the file in which Snakemake noted the time.
        file: where to write.

    Raises:
        InputError: a file is missing or damaged.
    """
    seeds = spec["seeds"]
    rows = [["row", *(f"seed {seed}" for seed in seeds), "core minutes, mean"]]
    for model in spec["models"]:
        times = [_seconds(benchmarks[model, seed]) for seed in seeds]
        core = sum(cpu for _, cpu in times) / len(times)
        rows.append([model, *(f"{wall / 60:.1f}" for wall, _ in times), f"{core / 60:.1f}"])
    lines = [
        f"# {spec['experiment']}: time of training",
        "",
        "Minutes from start to end of each training, one core each, beside what else ran on that machine.",
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
        raise InputError(f"{file} is missing: Snakemake writes it when it trains the model") from error
    except (ValueError, LookupError) as error:
        raise InputError(f"{file} is not what Snakemake writes of a training") from error

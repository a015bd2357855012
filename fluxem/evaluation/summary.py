"""The metrics of every run of an experiment, and what they add up to over seeds."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fluxem.evaluation.paired import paired_difference
from fluxem.evaluation.wilson import wilson

COLUMNS = ["experiment", "model", "seed", "split", "metric", "value", "n"]


def tidy(files: Sequence[Path]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Every metric of every run as one row of `COLUMNS`, and the parameters of each model.

    Args:
        files: the metrics.json of every run.
    """
    rows, parameters = [], {}
    for file in files:
        run = json.loads(file.read_text(encoding="utf-8"))
        spec = run["spec"]
        parameters[spec["model"]] = run["parameters"]
        for split in spec["splits"]:
            for name, metric in run["splits"][split].items():
                run_of = (spec["experiment"], spec["model"], spec["seed"], split)
                rows.append((*run_of, name, metric["value"], metric["n"]))
    return pd.DataFrame(rows, columns=COLUMNS), parameters


def histories(files: Sequence[Path]) -> pd.DataFrame:
    """Every epoch of every run: model, seed, and the columns of history.csv."""
    rows: list[dict[str, Any]] = []
    for file in files:
        run = json.loads(file.read_text(encoding="utf-8"))
        of = {"model": run["spec"]["model"], "seed": run["spec"]["seed"]}
        rows += (of | epoch for epoch in run["history"])
    columns = ("epoch", "learning_rate", "train_loss", "validation_loss", "validation_exact_match")
    return pd.DataFrame(rows, columns=["model", "seed", *columns]).astype(dict.fromkeys(columns, float))


def summarise(frame: pd.DataFrame) -> pd.DataFrame:
    """Over seeds: mean and min of the metric, n of all seeds, and for shares the pooled Wilson interval.

    Index: model, split, metric, in the order of the frame.
    """
    grouped = frame.assign(hits=frame["value"] * frame["n"]).groupby(["model", "split", "metric"], sort=False)
    summary = grouped.agg(mean=("value", "mean"), min=("value", "min"), hits=("hits", "sum"), n=("n", "sum"))
    return _with_interval(summary)


def by_group(frame: pd.DataFrame, key: str, metric: str = "exact_match") -> pd.DataFrame:
    """The rows of the frame that are a metric by group of `key`; the column `key` has the group, a text."""
    group = frame["metric"].str.extract(f"^{re.escape(metric)}/{re.escape(key)}=(.*)$", expand=False)
    return frame.assign(**{key: group}).dropna(subset=key)


def pooled(frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Shares pooled over all rows of the frame that agree in the columns `by`, which stay columns.

    Adds hits, n, share, and the ends low and high of the Wilson interval.
    """
    sums = frame.assign(hits=frame["value"] * frame["n"]).groupby(list(by), as_index=False)[["hits", "n"]].sum()
    return _with_interval(sums.assign(share=sums["hits"] / sums["n"]))


def differences(files: Sequence[Path], baseline: str) -> dict[tuple[str, str], tuple[float, float, float]]:
    """Of each model and split, how much its share of right answers is above the baseline's, with its interval.

    The questions of a seed are the same for all models, so they are compared one by one, all seeds pooled (see
    `paired_difference`). Empty without the baseline.
    """
    right: dict[tuple[str, int, str], np.ndarray] = {}
    for file in files:
        run = json.loads(file.read_text(encoding="utf-8"))
        for split, hits in run["right"].items():
            right[run["spec"]["model"], run["spec"]["seed"], split] = np.array(list(hits)) == "1"
    counts: dict[tuple[str, str], np.ndarray] = {}
    for (model, seed, split), hits in right.items():
        if model != baseline and (baseline, seed, split) in right:
            other = right[baseline, seed, split]
            four = [hits & other, hits & ~other, ~hits & other, ~hits & ~other]
            counts[model, split] = counts.get((model, split), 0) + np.array([cell.sum() for cell in four])
    return {key: paired_difference(*map(int, four)) for key, four in counts.items()}


def _with_interval(sums: pd.DataFrame) -> pd.DataFrame:
    # what is no share, such as a number of multiply-adds, has none
    bounds = [
        wilson(hits, n) if hits <= n else (math.nan, math.nan) for hits, n in zip(sums["hits"], sums["n"], strict=True)
    ]
    return sums.assign(low=[low for low, _ in bounds], high=[high for _, high in bounds])

"""The metrics of every run of an experiment, and what they add up to over seeds."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

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


def summarise(frame: pd.DataFrame) -> pd.DataFrame:
    """Over seeds: mean and min of the metric, n of all seeds, and for shares the pooled Wilson interval.

    Index: model, split, metric, in the order of the frame.
    """
    grouped = frame.assign(hits=frame["value"] * frame["n"]).groupby(["model", "split", "metric"], sort=False)
    summary = grouped.agg(mean=("value", "mean"), min=("value", "min"), hits=("hits", "sum"), n=("n", "sum"))
    return _with_interval(summary)


def by_group(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """The rows of the frame that are exact match by group of `key`; the column `key` has the group, a text."""
    group = frame["metric"].str.extract(f"^exact_match/{re.escape(key)}=(.*)$", expand=False)
    return frame.assign(**{key: group}).dropna(subset=key)


def pooled(frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Shares pooled over all rows of the frame that agree in the columns `by`, which stay columns.

    Adds hits, n, share, and the ends low and high of the Wilson interval.
    """
    sums = frame.assign(hits=frame["value"] * frame["n"]).groupby(list(by), as_index=False)[["hits", "n"]].sum()
    return _with_interval(sums.assign(share=sums["hits"] / sums["n"]))


def _with_interval(sums: pd.DataFrame) -> pd.DataFrame:
    bounds = [wilson(hits, n) for hits, n in zip(sums["hits"], sums["n"], strict=True)]
    return sums.assign(low=[low for low, _ in bounds], high=[high for _, high in bounds])

"""The table of an experiment: `metrics.csv` for programs, `table.md` for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fluxem.evaluation.wilson import wilson
from fluxem.pipeline.files import write_text

COLUMNS = ["experiment", "model", "seed", "split", "metric", "value", "n"]
LEARNED = {
    "token_only": "a character transformer; everything it says is learned",
    "hybrid": "learns which reduction comes next and when to answer; finding numbers, which pairs brackets make wait, "
    "arithmetic on vectors and rendering are code",
}


def tidy(files: Sequence[Path]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Every metric of every run as one row of `COLUMNS`, and the parameters of each model."""
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
    bounds = [wilson(hits, n) for hits, n in zip(summary["hits"], summary["n"], strict=True)]
    return summary.assign(low=[low for low, _ in bounds], high=[high for _, high in bounds])


def write_table(spec: dict[str, Any], files: Sequence[Path], table: Path, csv: Path) -> None:
    """Write `table.md` and `metrics.csv` from the metrics.json of every run of an experiment."""
    frame, parameters = tidy(files)
    write_text(csv, frame.to_csv(index=False, lineterminator="\n"))
    summary = summarise(frame)
    splits = spec["runs"][spec["models"][0]]["splits"]
    lines = [
        f"# {spec['experiment']}",
        "",
        f"Real inference of trained models over {len(spec['seeds'])} seeds ({', '.join(map(str, spec['seeds']))}).",
        "",
        "Exact match in %, mean over seeds (lowest seed; 95 % Wilson interval of all answers pooled):",
        "",
        _row("model", "parameters", *splits),
        _row("---", "---:", *["---:"] * len(splits)),
    ]
    for model in spec["models"]:
        cells = [_share(summary.loc[(model, split, "exact_match")]) for split in splits]
        lines.append(_row(model, f"{parameters[model]:,}", *cells))
    lines += [
        "",
        "Other metrics, mean over seeds:",
        "",
        _row("model", "metric", *splits),
        _row("---", "---", *["---:"] * len(splits)),
    ]
    for model in spec["models"]:
        for metric, title in OTHER.items():
            if (model, splits[0], metric) in summary.index:
                values = [f"{summary.loc[(model, split, metric), 'mean']:.4f}" for split in splits]
                lines.append(_row(model, title, *values))
    answers = [f"{split} {int(summary.loc[(spec['models'][0], split, 'exact_match'), 'n']):,}" for split in splits]
    lines += ["", f"Answers of each model, all seeds: {', '.join(answers)}.", "", "What is learned:", ""]
    lines += [f"- `{model}`: {LEARNED[model]}." for model in spec["models"]]
    write_text(table, "\n".join(lines) + "\n")


OTHER = {
    "relative_error": "relative error, at most 1 a row, all rows",
    "ended": "share of answers that ended by themselves",
    "router_accuracy": "router accuracy, share of decisions",
}


def _share(row: pd.Series) -> str:
    return f"{row['mean']:.1%} ({row['min']:.1%}; {row['low'] * 100:.1f}–{row['high'] * 100:.1f})".replace("%", "")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"

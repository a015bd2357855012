"""Figures of an experiment, as SVG."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from fluxem.evaluation.tables import summarise, tidy
from fluxem.pipeline.files import replacing

#: Colours of Okabe and Ito, told apart by colour-blind readers; shapes tell them apart in print.
STYLES = {"token_only": ("#D55E00", "s", "token-only"), "hybrid": ("#0072B2", "o", "hybrid")}
PANELS = {
    "Numbers of the training range": ("test_id", "test_ood_length"),
    "Larger numbers": ("test_ood_magnitude", "test_ood_combined"),
}
_COUNT = re.compile(r"exact_match_(\d+)_operations")


def by_operations(summary: pd.DataFrame) -> pd.DataFrame:
    """Exact match by model, split and number of operations, from `summarise`."""
    counts = summary.reset_index()
    counts["operations"] = counts["metric"].str.extract(_COUNT.pattern, expand=False).astype("Int64")
    return counts.dropna(subset="operations").sort_values("operations", kind="stable")


def write_figures(spec: dict[str, Any], files: Sequence[Path], out: Path) -> None:
    """Draw accuracy by number of operations, one panel for each range of numbers, the trained range shaded."""
    frame, _ = tidy(files)
    counts = by_operations(summarise(frame))
    fewest, most = spec["runs"][spec["models"][0]]["trained"]["dataset"]["data"]["id_ops"]
    with matplotlib.rc_context({"svg.hashsalt": "fluxem", "svg.fonttype": "none", "font.size": 10}):
        figure = Figure(figsize=(8, 3.4), layout="constrained")
        axes = figure.subplots(1, len(PANELS), sharey=True)
        for axis, (title, splits) in zip(axes, PANELS.items(), strict=True):
            axis.axvspan(fewest - 0.5, most + 0.5, color="0.92", label="number of operations trained on")
            for model in spec["models"]:
                colour, marker, label = STYLES[model]
                rows = counts[(counts["model"] == model) & counts["split"].isin(splits)]
                share = rows["hits"] / rows["n"]
                error = [
                    (share - rows["low"]).clip(lower=0) * 100,
                    (rows["high"] - share).clip(lower=0) * 100,
                ]
                line = {"color": colour, "marker": marker, "label": label, "capsize": 3}
                axis.errorbar(rows["operations"].astype(float), share * 100, yerr=error, **line)
            axis.set(title=title, xlabel="operations in the question", ylim=(-4, 104))
            axis.set_xticks(sorted(counts["operations"].unique().tolist()))
            axis.grid(axis="y", color="0.85", linewidth=0.6)
            axis.spines[["top", "right"]].set_visible(False)
        axes[0].set_ylabel("exact match, %")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
        with replacing(out) as part:
            figure.savefig(part, format="svg", metadata={"Date": None})

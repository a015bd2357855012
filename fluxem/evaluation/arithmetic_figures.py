"""The figure of an arithmetic experiment."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from fluxem.evaluation.drawing import SHADE, Drawn, add_legend, plot_shares, seeds
from fluxem.evaluation.summary import by_group, pooled

PANELS = {
    "Numbers of the training range": ("test_id", "test_ood_length"),
    "Larger numbers": ("test_ood_magnitude", "test_ood_combined"),
}


def accuracy_by_operations(spec: dict[str, Any], frame: pd.DataFrame) -> Drawn:
    """Accuracy by number of operations, one panel for each range of numbers, the trained range shaded."""
    fewest, most = spec["runs"][spec["models"][0]]["trained"]["dataset"]["data"]["id_ops"]
    counts = by_group(frame, "operations").astype({"operations": int})
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = figure.subplots(1, len(PANELS), sharey=True)
    for axis, (title, splits) in zip(axes, PANELS.items(), strict=True):
        axis.axvspan(fewest - 0.5, most + 0.5, color=SHADE, label="number of operations trained on")
        rows = pooled(counts[counts["split"].isin(splits)], ["model", "operations"])
        for model in spec["models"]:
            shares = rows[rows["model"] == model]
            plot_shares(axis, model, shares["operations"], shares)
        axis.set(title=title, xlabel="operations in the question")
        axis.set_xticks(sorted(counts["operations"].unique().tolist()))
    axes[0].set_ylabel("exact match, %")
    add_legend(figure, axes[0])
    caption = (
        f"Exact match by number of operations, all answers of {seeds(spec)} pooled, with 95 % Wilson "
        f"intervals; training had {fewest} to {most} operations (shaded)."
    )
    return Drawn(figure, "Exact match by number of operations", caption)

"""How training went."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from fluxem.evaluation.drawing import BLUE, ORANGE, Drawn, add_legend, panels, seeds
from fluxem.evaluation.naming import labels

#: Panels beside each other.
ACROSS = 4
LOSSES = {
    "train_loss": ("0.45", "-", "training loss"),
    "validation_loss": (ORANGE, "--", "validation loss"),
}


def learning_curves(spec: dict[str, Any], history: pd.DataFrame) -> Drawn:
    """Losses and validation exact match by epoch: a panel for each trained model, a line for each seed."""
    named = {model: label for model, label in labels(spec).items() if (history["model"] == model).any()}
    width, height = (4, 2.9) if len(named) <= 2 else (2.6, 1.9)
    figure, axes = panels(max(len(named), 1), ACROSS, width, height, sharex=False)
    shares: list[Axes] = []
    for axis, (model, label) in zip(axes, named.items(), strict=False):
        share = axis.twinx()
        share.set_ylim(-4, 104)
        shares.append(share)
        for _, run in history[history["model"] == model].groupby("seed"):
            for column, (colour, line, what) in LOSSES.items():
                seen = run.dropna(subset=column)
                if len(seen):
                    axis.plot(seen["epoch"], seen[column], color=colour, linestyle=line, linewidth=1, label=what)
            seen = run.dropna(subset="validation_exact_match")
            if len(seen):
                percent = seen["validation_exact_match"] * 100
                share.plot(
                    seen["epoch"], percent, color=BLUE, marker="o", markersize=2.5, label="validation exact match"
                )
        at_the_end = len(shares) % ACROSS == 0 or len(shares) == len(named)
        share.tick_params(labelright=at_the_end, colors=BLUE)
        if at_the_end:
            share.set_ylabel("exact match, %", color=BLUE)
        axis.set_yscale("log")
        axis.set_title(label, fontsize=10)
    figure.supxlabel("epoch", fontsize=10)
    figure.supylabel("loss", fontsize=10)
    if named:
        add_legend(figure, *axes, *shares)
    caption = (
        "Loss (left, logarithmic) and exact match on validation questions (right) by epoch, a line for each of "
        f"{seeds(spec)}; losses of characters and of routers are not of one kind."
    )
    return Drawn(figure, "Learning curves", caption)

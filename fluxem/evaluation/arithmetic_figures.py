"""Accuracy in an arithmetic experiment: by number of operations, and by number of training examples."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from fluxem.evaluation.drawing import (
    BLUE,
    GREEN,
    ORANGE,
    SHADE,
    Drawn,
    Style,
    add_legend,
    panels,
    plot_shares,
    seeds,
    styles,
)
from fluxem.evaluation.naming import labels
from fluxem.evaluation.summary import by_group, pooled
from fluxem.pipeline.rows import ROWS

#: Splits by the size of their numbers, as patterns, and how each is drawn.
NUMBERS = {
    "test_id|test_ood_length.*": Style(BLUE, "o", "numbers of the training range"),
    "test_ood_magnitude|test_ood_combined": Style(ORANGE, "s", "larger numbers", "--", filled=False),
    "test_ood_huge": Style(GREEN, "^", "huge numbers", ":", filled=False),
}
#: Operations up to which the axis is linear; beyond, it is logarithmic.
MOST_LINEAR = 8
TICKS = (1, 2, 3, 5, 10, 20, 50, 100)
#: Splits of the figure of training examples.
BY_EXAMPLES = ("test_id", "test_ood_magnitude", "test_ood_length", "test_ood_combined")


def accuracy_by_operations(spec: dict[str, Any], frame: pd.DataFrame) -> Drawn:
    """Accuracy by number of operations, one panel for each model, the trained range shaded."""
    fewest, most = data_of(spec)["id_ops"]
    counts = by_group(frame, "operations").astype({"operations": int})
    counts = counts[counts["split"] != "test_digits"]
    few = len(spec["models"]) <= 2
    figure, axes = panels(len(spec["models"]), 4, *((4, 2.9) if few else (2.4, 1.9)))
    for axis, (model, label) in zip(axes, labels(spec).items(), strict=True):
        axis.axvspan(fewest - 0.5, most + 0.5, color=SHADE, label="number of operations trained on")
        for splits, style in NUMBERS.items():
            rows = counts[(counts["model"] == model) & counts["split"].str.fullmatch(splits)]
            shares = pooled(rows, ["operations"])
            if len(shares):
                plot_shares(axis, style, shares["operations"], shares)
        axis.set_title(label, fontsize=10)
    _operations_axis(axes[0], sorted(counts["operations"].unique().tolist()))
    figure.supxlabel("operations in the question", fontsize=10)
    figure.supylabel("exact match, %", fontsize=10)
    add_legend(figure, *axes, across=2)
    caption = (
        f"Exact match by number of operations, all answers of {seeds(spec)} pooled, with 95 % Wilson "
        f"intervals; training had {fewest} to {most} operations (shaded)."
    )
    return Drawn(figure, "Exact match by number of operations", caption)


def accuracy_by_examples(spec: dict[str, Any], frame: pd.DataFrame) -> Drawn:
    """Accuracy by number of training examples: a line for each row that is trained on several, a panel a split."""
    every = data_of(spec)["train_size"]
    trained = {model: spec["runs"][model]["trained"] for model in spec["models"]}
    examples = {model: min(of["training"]["examples"] or every, every) for model, of in trained.items()}
    rows = frame[frame["metric"] == "exact_match"]
    rows = rows.assign(
        row=rows["model"].map({model: of["variant"] for model, of in trained.items()}),
        examples=rows["model"].map(examples),
    )
    look = styles({of["variant"]: ROWS[of["variant"]].label for of in trained.values()})
    figure, axes = panels(len(BY_EXAMPLES), 4, 2.4, 2.6)
    for axis, split in zip(axes, BY_EXAMPLES, strict=True):
        shares = pooled(rows[rows["split"] == split], ["row", "examples"])
        for row, style in look.items():
            of_row = shares[shares["row"] == row]
            plot_shares(axis, style, of_row["examples"], of_row)
        axis.set_title(split, fontsize=10)
    ticks = sorted(set(examples.values()))
    axes[0].set_xscale("log")
    axes[0].set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes[0].minorticks_off()
    for axis in axes:
        axis.tick_params(axis="x", rotation=60)
    figure.supxlabel("training examples", fontsize=10)
    figure.supylabel("exact match, %", fontsize=10)
    add_legend(figure, *axes)
    caption = (
        f"Exact match by number of training examples, all answers of {seeds(spec)} pooled, with 95 % Wilson intervals; "
        "fewer examples are repeated, so that all take as many steps an epoch, and weights are always selected on the "
        "same validation questions."
    )
    return Drawn(figure, "Exact match by number of training examples", caption)


def data_of(spec: dict[str, Any]) -> dict[str, Any]:
    """The data section of an experiment, from the spec of its figures."""
    data: dict[str, Any] = spec["runs"][spec["models"][0]]["trained"]["dataset"]["data"]
    return data


def _operations_axis(axis: Axes, counts: list[int]) -> None:
    if counts[-1] <= MOST_LINEAR:
        axis.set_xticks(counts)
        return
    axis.set_xscale("log")
    axis.set_xlim(0.8, counts[-1] * 1.25)
    ticks = [tick for tick in TICKS if tick <= counts[-1]]
    axis.set_xticks(ticks, list(map(str, ticks)))
    axis.minorticks_off()

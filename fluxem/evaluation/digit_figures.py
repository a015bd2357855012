"""Accuracy of single operations by the digits of both operands."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from fluxem.evaluation.arithmetic_figures import data_of
from fluxem.evaluation.drawing import ORANGE, Drawn, seeds
from fluxem.evaluation.naming import labels
from fluxem.evaluation.summary import by_group, pooled

SPLIT = "test_digits"
#: How an operation is written above its heat maps.
WRITTEN = {"+": "a + b", "-": "a − b", "*": "a × b", "/": "a ÷ b"}
#: Cells along a side of a heat map, at most.
MOST_CELLS = 6
#: Inches of a heat map, and how many heat maps stand beside each other at most.
_SIDE, _BESIDE = 1.15, 6


def accuracy_by_digits(spec: dict[str, Any], frame: pd.DataFrame) -> Drawn:
    """A heat map for each model and operation: digits of the first operand by digits of the second."""
    data = data_of(spec)
    operations, most, trained = data["operations"], data["most_digits"], len(str(data["id_range"][1]))
    width = math.ceil(most / MOST_CELLS)
    cells = _cells(frame, width)
    named = labels(spec)
    beside = min(max(1, _BESIDE // len(operations)), len(named))
    down = math.ceil(len(named) / beside)
    size = (beside * (len(operations) * _SIDE + 0.5) + 0.8, down * (_SIDE + 0.15) + 0.8)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(down, beside * len(operations), squeeze=False, sharex=True, sharey=True)
    for axis in grid.ravel()[len(named) * len(operations) :]:
        axis.set_visible(False)
    for axis in grid.ravel()[max(0, (len(named) - beside) * len(operations)) : len(named) * len(operations)]:
        axis.tick_params(labelbottom=True)  # also above a heat map that is not there
    for at, (model, label) in enumerate(named.items()):
        row, column = divmod(at, beside)
        block = grid[row, column * len(operations) :][: len(operations)]
        for axis, operation in zip(block, operations, strict=True):
            of = cells[(cells["model"] == model) & (cells["operation"] == operation)]
            mesh = _heat_map(axis, of, width, most)
            side = (trained, trained)
            axis.add_patch(Rectangle((0.5, 0.5), *side, fill=False, edgecolor=ORANGE, linewidth=1.6, clip_on=False))
            if at < beside:
                axis.set_title(WRITTEN[operation], fontsize=9)
        block[0].set_ylabel(label.replace(" (", "\n("), fontsize=9)
    figure.supxlabel("digits of b", fontsize=10)
    figure.supylabel("digits of a", fontsize=10)
    bar = figure.colorbar(mesh, ax=grid, label="exact match, %", shrink=0.6, aspect=30, pad=0.01)
    assert bar.solids is not None
    bar.solids.set(rasterized=False, edgecolor="face")  # as vectors, without seams
    counts = cells["n"]
    caption = (
        f"Exact match of questions with one operation by the digits of its operands in {SPLIT}: all answers of "
        f"{seeds(spec)} pooled ({int(counts.min()):,} to {int(counts.max()):,} a cell, grey without one); training had "
        f"up to {trained} digits (orange frame)."
    )
    return Drawn(figure, "Exact match by digits of the operands", caption)


def _cells(frame: pd.DataFrame, width: int) -> pd.DataFrame:
    """Shares pooled over cells of so many numbers of digits: model, operation, and the cell of a and of b."""
    rows = by_group(frame, "digits")
    rows = rows[rows["split"] == SPLIT]
    parts = rows["digits"].str.extract(r"^(\d+)(\D)(\d+)$").set_axis(["a", "operation", "b"], axis=1)
    binned = {name: (parts[name].astype(int) - 1) // width for name in ("a", "b")}
    return pooled(rows.assign(operation=parts["operation"], **binned), ["model", "operation", "a", "b"])


def _heat_map(axis: Axes, cells: pd.DataFrame, width: int, most: int) -> QuadMesh:
    count = math.ceil(most / width)
    shares = np.full((count, count), np.nan)
    shares[cells["a"], cells["b"]] = cells["share"] * 100
    edges = np.minimum(np.arange(count + 1) * width, most) + 0.5
    mesh = axis.pcolormesh(edges, edges, shares, cmap="Blues", vmin=0, vmax=100, edgecolors="0.8", linewidth=0.3)
    axis.set_facecolor("0.8")
    axis.set_aspect("equal")
    ticks = [1, *range(width, most + 1, width)] if width > 1 else list(range(1, most + 1))
    shown = ticks if len(ticks) <= 4 else [ticks[0], *ticks[1 :: max(1, len(ticks) // 3)]]
    axis.set_xticks(shown)
    axis.set_yticks(shown)
    axis.tick_params(length=2, labelsize=7)
    axis.spines[:].set_visible(False)
    return mesh

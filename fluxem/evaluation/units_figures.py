"""The figures of a units experiment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from fluxem.domains.quantity import PHYS_UNIT
from fluxem.errors import InputError
from fluxem.evaluation.drawing import SHADE, Drawn, add_legend, plot_shares, seeds, styles
from fluxem.evaluation.naming import labels
from fluxem.evaluation.summary import by_group, pooled

#: Splits of magnitudes in and outside the range of training.
BY_MAGNITUDE = ("test_id", "test_ood_magnitude")
#: Splits of units of the training list; in the last are pairs that training never had together.
HELD_OUT = "test_ood_types"
BY_PAIR = (*BY_MAGNITUDE, HELD_OUT)

#: What a dot in a cell says.
DOT = "whose training never had the two units together"
#: Inches of a cell of the heat map.
_CELL = 0.29


def accuracy_by_magnitude(spec: dict[str, Any], frame: pd.DataFrame) -> Drawn:
    """Exact conversions by the magnitude that is converted, the range of training shaded."""
    low, high = spec["runs"][spec["models"][0]]["trained"]["dataset"]["data"]["id_range"]
    decades = _conversions(frame, "decade", BY_MAGNITUDE).astype({"decade": int})
    rows = pooled(decades, ["model", "decade"])
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axis = figure.subplots()
    axis.set_xscale("log")
    axis.axvspan(low, high, color=SHADE, label="magnitudes trained on")
    for model, style in styles(labels(spec)).items():
        shares = rows[rows["model"] == model]
        plot_shares(axis, style, 10.0 ** (shares["decade"] + 0.5), shares)  # the middle of the decade
    edges = range(rows["decade"].min(), rows["decade"].max() + 2)
    axis.set_xticks([10.0**exponent for exponent in edges])
    axis.minorticks_off()
    axis.set(xlabel="magnitude to convert, in its own unit (decades)", ylabel="conversions exact, %")
    add_legend(figure, axis)
    caption = (
        f"Conversions answered exactly, by decade of the magnitude to convert, in {' and '.join(BY_MAGNITUDE)}: all "
        f"answers of {seeds(spec)} pooled ({_between(rows['n'])} a point), with 95 % Wilson intervals; "
        f"training had magnitudes from {low:g} to {high:g} (shaded)."
    )
    return Drawn(figure, "Exact conversions by magnitude", caption)


def conversions(spec: dict[str, Any], frame: pd.DataFrame) -> Drawn:
    """Exact conversions from each unit to each other one of its type: a row of heat maps for each model."""
    pairs = _conversions(frame, "units", BY_PAIR)
    pairs = pairs.join(pairs["units"].str.split(">", expand=True).set_axis(["from", "to"], axis=1))
    cells = pooled(pairs, ["model", "from", "to"])
    dots = _seeds_without(pairs[pairs["split"] == HELD_OUT])
    blocks = _blocks({*cells["from"], *cells["to"]})
    sizes = [len(block) for block in blocks]
    models = spec["models"]
    figure = Figure(
        figsize=(_CELL * sum(sizes) + 0.55 * len(sizes) + 1.2, len(models) * (_CELL * max(sizes) + 1.2)),
        layout="constrained",
    )
    axes = figure.subplots(len(models), len(blocks), squeeze=False, width_ratios=sizes)
    for row, model in zip(axes, models, strict=True):
        of_model = cells[cells["model"] == model]
        for axis, block in zip(row, blocks, strict=True):
            mesh = _heat_map(axis, of_model, block, dots)
        row[0].set_title(labels(spec)[model], loc="left", fontweight="bold")
        row[0].set_ylabel("from")
        row[0].set_xlabel("to")
    bar = figure.colorbar(mesh, ax=axes, label="conversions exact, %", shrink=0.6, aspect=30, pad=0.01, panchor=False)
    assert bar.solids is not None
    bar.solids.set(rasterized=False, edgecolor="face")  # as vectors, without seams
    dot = Line2D([], [], color="black", marker="o", markersize=2.5, linestyle="none")
    figure.legend([dot], [f"for each seed {DOT}"], loc="outside lower center", frameon=False, handletextpad=0)
    caption = (
        "Conversions answered exactly, in % (rounded down), from each unit (row) to each other of its type (column), "
        f"in {', '.join(BY_PAIR)}: all answers of {seeds(spec)} pooled ({_between(cells['n'])} a cell); "
        f"a dot for each seed {DOT}."
    )
    return Drawn(figure, "Exact conversions by pair of units", caption)


def _conversions(frame: pd.DataFrame, key: str, splits: Sequence[str]) -> pd.DataFrame:
    """Exact conversions by group of `key` in some splits; InputError where there is none."""
    rows = by_group(frame, key)
    rows = rows[rows["split"].isin(splits)]
    if rows.empty:
        raise InputError(f"no conversions to draw in {', '.join(splits)}: data.test_size is too small")
    return rows


def _heat_map(axis: Axes, cells: pd.DataFrame, block: list[str], dots: dict[frozenset[str], int]) -> QuadMesh:
    """One model's conversions within one block of units; cells without questions stay blank."""
    place = {unit: at for at, unit in enumerate(block)}
    shares = np.full((len(block), len(block)), np.nan)
    marks = []
    for cell in cells[cells["from"].isin(block)].to_dict("records"):
        row, column, percent = place[cell["from"]], place[cell["to"]], cell["share"] * 100
        shares[row, column] = percent
        ink = "white" if percent > 55 else "black"
        shown = f"{math.floor(percent + 1e-9)}"  # 100 says that every answer was exact
        axis.text(column, row - 0.08, shown, ha="center", va="center", color=ink, fontsize=7)
        count = dots.get(frozenset((cell["from"], cell["to"])), 0)
        marks += [(column + 0.2 * (at - (count - 1) / 2), row + 0.33, ink) for at in range(count)]
    mesh = axis.pcolormesh(
        range(len(block)), range(len(block)), shares, cmap="Blues", vmin=0, vmax=100, edgecolors="0.8", linewidth=0.4
    )
    if marks:
        x, y, inks = zip(*marks, strict=True)
        axis.scatter(x, y, s=4, c=inks, linewidths=0)
    axis.set_aspect("equal", anchor="N")
    axis.invert_yaxis()
    axis.set_xticks(range(len(block)), block, rotation=90)
    axis.set_yticks(range(len(block)), block)
    axis.tick_params(length=0, labelsize=8)
    axis.spines[:].set_visible(False)
    return mesh


def _seeds_without(held_out: pd.DataFrame) -> dict[frozenset[str], int]:
    """In how many seeds a pair of units was held out, from the rows of that split."""
    pairs = held_out.assign(pair=[frozenset(pair) for pair in zip(held_out["from"], held_out["to"], strict=True)])
    return pairs.groupby("pair")["seed"].nunique().to_dict()


def _blocks(units: set[str]) -> list[list[str]]:
    """Units by dimension, the most first, each from small to large."""
    parsed = {text: PHYS_UNIT.parse(text) for text in units}
    blocks: dict[tuple[int, ...], list[str]] = {}
    for text in sorted(units, key=lambda text: (parsed[text].scale, text)):
        blocks.setdefault(parsed[text].exponents, []).append(text)
    return [block for _, block in sorted(blocks.items(), key=lambda item: (-len(item[1]), item[0]))]


def _between(counts: pd.Series) -> str:
    least, most = int(counts.min()), int(counts.max())
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"

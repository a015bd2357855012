"""What the figures of every task share: styles, one kind of plot, and how they are saved."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fluxem.pipeline.files import replacing

#: Colours of Okabe and Ito, told apart by colour-blind readers; shapes tell them apart in print.
ORANGE, BLUE, GREEN, PURPLE, SKY, YELLOW = "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"
#: Of what was trained on, behind the points.
SHADE = "0.92"


@dataclass(frozen=True)
class Style:
    """How a line is drawn, and what it is called; `filled`: its markers."""

    colour: str
    marker: str
    label: str
    line: str = "-"
    filled: bool = True


@dataclass(frozen=True)
class Drawn:
    """A figure with its title and its caption of one sentence."""

    figure: Figure
    title: str
    caption: str


def style() -> AbstractContextManager[None]:
    """Text stays text, and the same figure gives the same bytes; to draw and to save in."""
    return matplotlib.rc_context({"svg.hashsalt": "fluxem", "svg.fonttype": "none", "font.size": 10})


def seeds(spec: dict[str, Any]) -> str:
    """How many seeds, in words of a caption."""
    count = len(spec["seeds"])
    return "1 seed" if count == 1 else f"{count} seeds"


def styles(labels: Mapping[str, str]) -> dict[str, Style]:
    """A style for each row, given what it is called, where all are drawn into one axis."""
    fixed = {"token_only": (ORANGE, "s"), "hybrid": (BLUE, "o")}
    free = itertools.product(("--", ":", "-."), zip((GREEN, PURPLE, SKY, YELLOW), "^Dvp", strict=True))
    found = {}
    for row, label in labels.items():
        line, look = ("-", fixed[row]) if row in fixed else next(free)
        found[row] = Style(*look, label, line)
    return found


def panels(count: int, across: int, width: float, height: float, sharex: bool = True) -> tuple[Figure, list[Axes]]:
    """A figure of small panels of the same axes, so many across at most; width and height in inches of each."""
    columns = min(count, across)
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(columns * width, rows * height + 0.5), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=sharex, sharey=True, squeeze=False).ravel()
    for axis in grid[count:]:
        axis.set_visible(False)
    for axis in grid[max(count - columns, 0) : count]:
        axis.tick_params(labelbottom=True)  # also above a panel that is not there
    return figure, list(grid[:count])


def plot_shares(axis: Axes, style: Style, x: pd.Series, shares: pd.DataFrame) -> None:
    """Shares in % with bars of their Wilson intervals, and axes for them.

    Args:
        axis: where to draw.
        style: how.
        x: where each share goes.
        shares: rows of `summary.pooled`.
    """
    error = [
        (shares["share"] - shares["low"]).clip(lower=0) * 100,
        (shares["high"] - shares["share"]).clip(lower=0) * 100,
    ]
    look: dict[str, Any] = {
        "color": style.colour,
        "marker": style.marker,
        "linestyle": style.line,
        "label": style.label,
    }
    face = style.colour if style.filled else "white"
    axis.errorbar(x, shares["share"] * 100, yerr=error, capsize=2, markersize=5, markerfacecolor=face, **look)
    axis.set_ylim(-4, 104)
    axis.grid(axis="y", color="0.85", linewidth=0.6)
    axis.spines[["top", "right"]].set_visible(False)


def add_legend(figure: Figure, *axes: Axes, across: int = 4) -> None:
    """A legend of what is in some axes, each name once, above all of them."""
    named: dict[str, Artist] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            named.setdefault(label, handle)
    look: dict[str, Any] = {"ncols": min(len(named), across), "frameon": False}
    figure.legend(list(named.values()), list(named), loc="outside upper center", **look)


def save(drawn: Drawn, file: Path) -> None:
    """Write an SVG that holds its title and caption; whole or not at all."""
    with style(), replacing(file) as part:
        metadata = {"Title": drawn.title, "Description": drawn.caption, "Date": None}
        drawn.figure.savefig(part, format="svg", metadata=metadata)

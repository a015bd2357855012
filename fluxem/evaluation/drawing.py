"""What the figures of every task share: styles, one kind of plot, and how they are saved."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fluxem.pipeline.files import replacing

#: Colours of Okabe and Ito, told apart by colour-blind readers; shapes tell them apart in print.
STYLES = {"token_only": ("#D55E00", "s", "token-only"), "hybrid": ("#0072B2", "o", "hybrid")}
#: Of what was trained on, behind the points.
SHADE = "0.92"


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


def plot_shares(axis: Axes, model: str, x: pd.Series, shares: pd.DataFrame) -> None:
    """Shares of a model in % with bars of their Wilson intervals, and axes for them.

    Args:
        axis: where to draw.
        model: a name in `STYLES`.
        x: where each share goes.
        shares: rows of `summary.pooled`.
    """
    colour, marker, label = STYLES[model]
    error = [
        (shares["share"] - shares["low"]).clip(lower=0) * 100,
        (shares["high"] - shares["share"]).clip(lower=0) * 100,
    ]
    axis.errorbar(x, shares["share"] * 100, yerr=error, color=colour, marker=marker, label=label, capsize=3)
    axis.set_ylim(-4, 104)
    axis.grid(axis="y", color="0.85", linewidth=0.6)
    axis.spines[["top", "right"]].set_visible(False)


def add_legend(figure: Figure, axis: Axes) -> None:
    """A legend of what is in an axis, below all of them."""
    handles, labels = axis.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)


def save(drawn: Drawn, file: Path) -> None:
    """Write an SVG that holds its title and caption; whole or not at all."""
    with style(), replacing(file) as part:
        metadata = {"Title": drawn.title, "Description": drawn.caption, "Date": None}
        drawn.figure.savefig(part, format="svg", metadata=metadata)

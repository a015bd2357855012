"""The figures of an experiment, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fluxem.evaluation.arithmetic_figures import accuracy_by_operations
from fluxem.evaluation.drawing import Drawn, save, style
from fluxem.evaluation.summary import tidy
from fluxem.evaluation.units_figures import accuracy_by_magnitude, conversions

#: By task, what draws each file, from the spec of the figures and the frame of `summary.tidy`.
DRAW: dict[str, dict[str, Callable[[dict[str, Any], pd.DataFrame], Drawn]]] = {
    "arithmetic": {"accuracy_by_operations.svg": accuracy_by_operations},
    "units": {"accuracy_by_magnitude.svg": accuracy_by_magnitude, "conversions.svg": conversions},
}


def draw(spec: dict[str, Any], files: Sequence[Path]) -> dict[str, Drawn]:
    """Every figure of the experiment's task, by file name.

    Args:
        spec: of the figures step.
        files: the metrics.json of every run.
    """
    frame, _ = tidy(files)
    task = spec["runs"][spec["models"][0]]["trained"]["dataset"]["task"]
    with style():
        return {name: function(spec, frame) for name, function in DRAW[task].items()}


def captions(spec: dict[str, Any], files: Sequence[Path]) -> dict[str, str]:
    """The caption of each figure of `draw`, by file name."""
    return {name: drawn.caption for name, drawn in draw(spec, files).items()}


def write_figures(spec: dict[str, Any], files: Sequence[Path], folder: Path) -> None:
    """Write each figure of `draw` into a folder, whole or not at all."""
    for name, drawn in draw(spec, files).items():
        save(drawn, folder / name)

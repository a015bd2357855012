"""The figures of an experiment, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fluxem.evaluation import arithmetic_figures, digit_figures, error_figures, units_figures
from fluxem.evaluation.drawing import Drawn, save, style
from fluxem.evaluation.learning_figures import learning_curves
from fluxem.evaluation.summary import histories, tidy

#: What draws each file, from the spec of the figures and the frame of `summary.tidy`.
DRAW: dict[str, Callable[[dict[str, Any], pd.DataFrame], Drawn]] = {
    "accuracy_by_operations.svg": arithmetic_figures.accuracy_by_operations,
    "accuracy_by_examples.svg": arithmetic_figures.accuracy_by_examples,
    "accuracy_by_digits.svg": digit_figures.accuracy_by_digits,
    "errors.svg": error_figures.errors,
    "accuracy_by_magnitude.svg": units_figures.accuracy_by_magnitude,
    "conversions.svg": units_figures.conversions,
}
#: The same, from the frame of `summary.histories`.
DRAW_HISTORY = {"learning_curves.svg": learning_curves}


def draw(spec: dict[str, Any], files: Sequence[Path]) -> dict[str, Drawn]:
    """Every figure that the spec names, by file name.

    Args:
        spec: of the figures step.
        files: the metrics.json of every run.
    """
    (frame, _), history = tidy(files), histories(files)
    with style():
        return {
            name: DRAW[name](spec, frame) if name in DRAW else DRAW_HISTORY[name](spec, history)
            for name in spec["files"]
        }


def write_figures(spec: dict[str, Any], files: Sequence[Path], folder: Path) -> None:
    """Write each figure of `draw` into a folder, whole or not at all."""
    for name, drawn in draw(spec, files).items():
        save(drawn, folder / name)

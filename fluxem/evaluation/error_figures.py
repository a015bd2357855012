"""What went wrong in the wrong answers of an arithmetic experiment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from fluxem.evaluation.drawing import Drawn, add_legend, panels, seeds
from fluxem.evaluation.errors import KINDS, ROUTED, SAID
from fluxem.evaluation.naming import labels
from fluxem.evaluation.summary import by_group, pooled

#: Blue, from dark to light, for errors of the way over vectors; orange for those of answers that the network says.
#: Hatches tell neighbours apart in print.
_BLUES = ("#08306B", "#2171B5", "#4292C6", "#9ECAE1", "#C6DBEF")
_ORANGES = ("#7F2704", "#D94801", "#FD8D3C", "#FDAE6B", "#FDD0A2")
COLOURS = dict(zip(KINDS, _BLUES + _ORANGES, strict=True))
HATCHES = dict(zip(KINDS, ("", "///", "", "...", "") * 2, strict=True))
NAMES = {kind: f"{kind} (vectors)" for kind in ROUTED} | {kind: f"{kind} (said)" for kind in SAID}


def errors(spec: dict[str, Any], frame: pd.DataFrame) -> Drawn:
    """Shares of all answers that are wrong in each way: a bar for each model, a panel for each split."""
    splits = [split for split in spec["runs"][spec["models"][0]]["splits"] if split != "test_digits"]
    shares = pooled(by_group(frame, "kind", "error"), ["model", "split", "kind"])
    found = {(row["model"], row["split"], row["kind"]): row["share"] for row in shares.to_dict("records")}
    kinds = [kind for kind in KINDS if any(found[model, split, kind] for model in spec["models"] for split in splits)]
    figure, axes = panels(len(splits), 4, 2.3, 0.9 + 0.2 * len(spec["models"]))
    places = np.arange(len(spec["models"]))
    for axis, split in zip(axes, splits, strict=True):
        left = np.zeros(len(places))
        for kind in kinds:
            width = np.array([found[model, split, kind] * 100 for model in spec["models"]])
            look: dict[str, Any] = {
                "color": COLOURS[kind],
                "hatch": HATCHES[kind],
                "edgecolor": "white",
                "linewidth": 0.3,
            }
            axis.barh(places, width, 0.8, left, label=NAMES[kind], **look)
            left += width
        axis.set(xlim=(0, 100))
        axis.set_title(split, fontsize=10)
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(axis="y", length=0)
    axes[0].set_yticks(places, list(labels(spec).values()))
    axes[0].set_ylim(len(places) - 0.5, -0.5)
    figure.supxlabel("wrong answers, % of all", fontsize=10)
    if kinds:
        add_legend(figure, axes[0], across=5)
    caption = (
        f"Wrong answers by the first thing that went wrong, in % of all answers of {seeds(spec)}: on the way over "
        f"vectors ({_listed(ROUTED, kinds)}) and in answers that the network itself says ({_listed(SAID, kinds)})."
    )
    return Drawn(figure, "Wrong answers by kind of error", caption)


def _listed(meanings: dict[str, str], kinds: list[str]) -> str:
    return "; ".join(f"{kind}: {what}" for kind, what in meanings.items() if kind in kinds) or "none"

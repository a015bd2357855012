"""What metrics of every task are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

#: value: the metric; n: what it is a mean over.
Metric = dict[str, float | int]
Metrics = dict[str, Metric]


def mean(values: Sequence[Any]) -> Metric:
    """The mean of numbers or truth values, of which there is at least one."""
    return {"value": math.fsum(values) / len(values), "n": len(values)}


def grouped(name: str, values: Sequence[Any], key: str, groups: Sequence[Any]) -> Metrics:
    """A metric by group, as `name/key=group` in the order of the groups.

    Args:
        name: of the metric, such as `exact_match`.
        values: one of each row.
        key: what the rows are grouped by.
        groups: the group of each row; all of one type that sorts.
    """
    by_group: dict[Any, list[Any]] = {}
    for value, group in zip(values, groups, strict=True):
        by_group.setdefault(group, []).append(value)
    return {f"{name}/{key}={group}": mean(by_group[group]) for group in sorted(by_group)}


def off_by(found: Fraction | int, wanted: Fraction | int) -> float:
    """|found - wanted| / |wanted|, at most 1; where 0 is wanted, 1 for anything else."""
    if not wanted:
        return float(found != wanted)
    error = abs(Fraction(found - wanted) / wanted)
    return float(error) if error < 1 else 1.0

"""The interval of a difference of two shares over the same questions."""

from __future__ import annotations

import math

from fluxem.evaluation.wilson import wilson


def paired_difference(both: int, first: int, second: int, neither: int) -> tuple[float, float, float]:
    """The share right by the first less that by the second, with its 95 % interval, as (difference, low, high).

    Newcombe's square-and-add interval from Wilson's, method 10 of Newcombe 1998
    (https://doi.org/10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C): it needs no large sample, and
    stays within -1 and 1 where one of the two is always right.

    Args:
        both: how many questions both have right.
        first: those that only the first has right.
        second: those that only the second has right.
        neither: those that neither has right.
    """
    n = both + first + second + neither
    share, other = (both + first) / n, (both + second) / n
    (low, high), (other_low, other_high) = wilson(both + first, n), wilson(both + second, n)
    correlation = _correlation(both, first, second, neither)

    def spread(one: float, two: float) -> float:
        return math.sqrt(max(one * one - 2 * correlation * one * two + two * two, 0.0))

    difference = (first - second) / n
    below, above = spread(share - low, other_high - other), spread(high - share, other - other_low)
    return difference, max(-1.0, difference - below), min(1.0, difference + above)


def _correlation(both: int, first: int, second: int, neither: int) -> float:
    """Of the two, corrected for continuity where it is positive; 0 where one of them never varies."""
    n = both + first + second + neither
    product = (both + first) * (second + neither) * (both + second) * (first + neither)
    if not product:
        return 0.0
    covariance = both * neither - first * second
    return (max(covariance - n / 2, 0.0) if covariance > 0 else covariance) / math.sqrt(product)

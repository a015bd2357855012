"""The interval of a share."""

from __future__ import annotations

import math


def wilson(hits: float, n: float) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953), as (low, high)."""
    z = 1.959963984540054
    share, width = hits / n, z * z / n
    spread = z * math.sqrt(share * (1 - share) / n + width / (4 * n))
    return max(0.0, (share + width / 2 - spread) / (1 + width)), min(1.0, (share + width / 2 + spread) / (1 + width))

"""The units task at full size."""

from __future__ import annotations

from typing import Any

TYPES = ["length", "mass", "time", "temperature", "velocity"]
UNITS_DATA: dict[str, Any] = {
    "train_size": 5000,
    "validation_size": 500,
    "test_size": 500,
    "unit_types": TYPES,
    "include_can_add": True,
    "id_range": [0.001, 1000],
    "ood_magnitude_range": [1.0e-6, 1.0e9],
    "held_out_pairs": 0.2,
}
SMALL = UNITS_DATA | {"train_size": 200, "validation_size": 40, "test_size": 40}

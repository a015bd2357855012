"""Data generators: one module per task."""

from __future__ import annotations

from typing import Any

from fluxem.errors import InputError
from fluxem.tasks import arithmetic

TASKS = {"arithmetic": arithmetic.generate}


def generate(task: str, data: dict[str, Any], seed: int) -> dict[str, list[dict[str, Any]]]:
    """Rows by split of a task (`TASKS`) from its `data` section; raises InputError for an unknown task."""
    if task not in TASKS:
        raise InputError(f"task: {task!r} is unknown; allowed: {', '.join(sorted(TASKS))}")
    return TASKS[task](data, seed)

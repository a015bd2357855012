"""Data generators: one module per task."""

from __future__ import annotations

from typing import Any

from fluxem.errors import InputError


def generate(task: str, data: dict[str, Any], seed: int) -> dict[str, list[dict[str, Any]]]:
    """Rows by split of a task from its `data` section; raises InputError for an unknown task.

    The task's module is imported here, not above, so that its questions depend on no other task's code.
    """
    match task:
        case "arithmetic":
            from fluxem.tasks import arithmetic

            return arithmetic.generate(data, seed)
        case "units":
            from fluxem.tasks import units

            return units.generate(data, seed)
        case _:
            raise InputError(f"task: {task!r} is unknown; allowed: arithmetic, units")

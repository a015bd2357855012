"""Which results were made of another plan, by their manifests alone.

Snakemake knows by its notes in `.snakemake/` what a job was given. Where these are gone, or never were, as of results that
were copied, it believes whatever is there; so it is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from fluxem.pipeline.manifest import DamagedError, read_manifest
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.spec import canonical


def outdated(plan: Plan) -> Iterator[str]:
    """The manifests, below the results folder, of jobs that were done by another spec or on another device.

    Those that are missing Snakemake sees itself; those that are damaged say nothing, and `status` names them.
    """
    for name, spec in plan.jobs().items():
        try:
            kept = read_manifest(plan.results, name)
        except (FileNotFoundError, DamagedError):
            continue
        if canonical(kept["spec"]) != canonical(spec) or kept.get("device") != plan.device(spec):
            yield name

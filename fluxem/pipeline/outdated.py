"""Which results were made of another plan, by their manifests alone.

Snakemake knows by its notes in `.snakemake/` what a job was given. Where these are gone, or never were, as of results
that were copied, it believes whatever is there; so it is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from fluxem.pipeline.plan import Plan
from fluxem.pipeline.spec import canonical


def outdated(plan: Plan) -> Iterator[str]:
    """The manifests, below the results folder, of jobs that were done by another spec or on another device.

    Those that are missing Snakemake sees itself; those that cannot be read say nothing. Whether one is as its job wrote
    it is not checked here, where every call of Snakemake waits for it: `status` and `verify` do that.
    """
    for name, spec in plan.jobs().items():
        try:
            kept = json.loads((plan.results / name).read_bytes())
            made, device = canonical(kept["spec"]), kept.get("device")
        except (FileNotFoundError, ValueError, LookupError, TypeError, AttributeError):
            continue
        if made != canonical(spec) or device != plan.device(spec):
            yield name

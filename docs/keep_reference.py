"""Keep results as reference: `python docs/keep_reference.py [EXPERIMENT ...]` (`make reference`).

Copies the table, metrics, times and figures of an experiment, with their manifests, from the results folder to
docs/reference/<experiment>/. Only of an experiment whose every step is fresh by its manifests: then the numbers are
those that configuration and code make.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from fluxem.errors import InputError
from fluxem.pipeline import layout
from fluxem.pipeline.__main__ import Configured
from fluxem.pipeline.audit import Audit

REFERENCE = Path(__file__).resolve().parent / "reference"
#: The steps whose outputs are kept; the rest are data, weights and answers: large, and made again by one command.
KEPT = ("table", "figures", "times")


def keep(audit: Audit, experiment: str, reference: Path) -> list[Path]:
    """Copy what an experiment ends in; the files written. What was kept of it before goes.

    InputError where a step is not fresh.
    """
    results = audit.plan.results
    wanted = {name: spec for name, spec in audit.jobs.items() if spec["experiment"] == experiment}
    ends = {name: spec for name, spec in wanted.items() if layout.kind(spec) in KEPT}
    for name, spec in ends.items():
        if found := audit.findings[name]:
            raise InputError(
                f"{layout.describe(spec)} is not fresh: {found[0].reason}: `snakemake {results / experiment}/table.md`"
            )
    files = [file for name, spec in ends.items() for file in (*layout.outputs(spec), name)]
    shutil.rmtree(reference / experiment, ignore_errors=True)
    for file in files:
        (reference / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(results / file, reference / file)
    return [reference / file for file in files]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status: 2 with one line for what cannot be kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiments", nargs="*", metavar="EXPERIMENT", help="default: every one whose steps are fresh")
    options = parser.parse_args(arguments)
    try:
        audit = Audit(Configured.read([]).plan)
        known = list(audit.plan.experiments)
        if unknown := [name for name in options.experiments if name not in known]:
            raise InputError(f"{unknown[0]}: no such experiment; allowed: {', '.join(known)}")
        for experiment in options.experiments or known:
            try:
                print(f"kept {len(keep(audit, experiment, REFERENCE))} files of {experiment}")
            except InputError as error:
                if options.experiments:
                    raise
                print(f"left {experiment}: {error}")
    except InputError as error:
        print(f"{Path(__file__).name}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

# The plan, and what every rule needs from it. A rule's only tracked parameters are its spec (see fluxem.pipeline.spec)
# and, where a network runs, its device.
import os
import sys
from pathlib import Path

from fluxem.errors import InputError
from fluxem.pipeline import plan as layout
from fluxem.pipeline.dataset import MANIFEST
from fluxem.pipeline.spec import canonical

try:
    plan = layout.Plan.load(
        config,
        list(map(Path, workflow.configfiles)),
        Path("config"),
        Path(workflow.basedir),
    )
except InputError as error:
    # WorkflowError would add the position in this file, which is not where the mistake is.
    print(error, file=sys.stderr)
    sys.exit(2)

# Steps run in the environment that runs Snakemake, activated or not; a conda environment still comes first.
os.environ.update(
    PATH=os.pathsep.join(
        [str(Path(sys.executable).parent), os.getenv("PATH", os.defpath)]
    )
)
shell.prefix("set -euo pipefail; export PYTHONPATH=$PWD; ")

RESULTS = plan.results.as_posix()
EXPERIMENT = f"{RESULTS}/{layout.EXPERIMENT}"
DATA = f"{RESULTS}/{layout.DATA}"
RUN = f"{RESULTS}/{layout.RUN}"


wildcard_constraints:
    experiment="|".join(plan.experiments),
    model="|".join(layout.MODELS),
    seed=r"\d+",


def metrics(wildcards):
    """metrics.json of every run of an experiment."""
    experiment = plan.experiments[wildcards.experiment]
    return expand(
        f"{RUN}/metrics.json",
        seed=experiment.seeds,
        model=experiment.models,
        **wildcards,
    )

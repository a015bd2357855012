# The plan, and what every rule needs from it. A rule's only tracked parameters are its spec (see fluxem.pipeline.spec)
# and, where a network runs, its device. Outputs cannot depend on wildcards, so a step whose files differ by experiment
# is made in a loop, `<step>_<experiment>`, in which only the outputs and the constraint of the wildcard differ.
import functools
import os
import sys
from pathlib import Path

from fluxem.errors import InputError
from fluxem.pipeline import layout
from fluxem.pipeline.dataset import MANIFEST
from fluxem.pipeline.frozen import freeze, thaw
from fluxem.pipeline.outdated import outdated
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.spec import canonical
from fluxem.pipeline.summary import Run

try:
    # A job on a cluster starts a Snakemake of its own, which must not see what was edited since.
    plan = (
        thaw(Path(workflow.basedir))
        if workflow.remote_exec
        else Plan.load(
            config,
            list(map(Path, workflow.configfiles)),
            layout.CONFIG,
            Path(workflow.basedir),
        )
    )
except InputError as error:
    # WorkflowError would add the position in this file, which is not where the mistake is.
    print(error, file=sys.stderr)
    sys.exit(2)

run_of_snakemake = Run(plan)

# Steps run in the environment that runs Snakemake, activated or not; a conda environment still comes first.
os.environ.update(
    PATH=os.pathsep.join(
        [str(Path(sys.executable).parent), os.getenv("PATH", os.defpath)]
    )
)
shell.prefix("set -euo pipefail; export PYTHONPATH=$PWD; ")


include: "resources.smk"


RESULTS = plan.results.as_posix()
EXPERIMENT = f"{RESULTS}/{layout.EXPERIMENT}"
DATA = f"{RESULTS}/{layout.DATA}"
RUN = f"{RESULTS}/{layout.RUN}"
MANIFESTS = f"{RESULTS}/{layout.MANIFESTS}"
TRAINED = [f"{RUN}/{file}" for file in layout.TRAINED]


wildcard_constraints:
    experiment="|".join({**plan.experiments, **plan.sources}),
    model="|".join(dict.fromkeys(sum(map(plan.rows, plan.experiments), ()))),
    seed=r"\d+",


@functools.cache
def renew():
    """Have jobs done again that were done by another plan, and keep this one for the jobs of a cluster.

    Every function of inputs calls it, so it is done while Snakemake gathers the jobs and before it decides which of them
    to do. `onstart` would be too late for the first, and a second `onstart` would replace it.
    """
    if workflow.is_main_process:
        workflow.dag.forcefiles.update(f"{RESULTS}/{file}" for file in outdated(plan))
        if not workflow.local_exec:
            freeze(plan)


def nothing(wildcards):
    """The inputs of a step that reads none."""
    renew()
    return []


def data(wildcards):
    """The data of one experiment and seed."""
    renew()
    splits = plan.sources[wildcards.experiment].data.splits
    files = [*(f"{split}.jsonl" for split in splits), MANIFEST]
    return expand(f"{DATA}/{{file}}", file=files, **wildcards)


def of_runs(pattern):
    """A file of every run that an experiment compares."""

    def files(wildcards):
        renew()
        compared = plan.experiments[wildcards.experiment]
        return expand(
            pattern,
            experiment=plan.source(wildcards.experiment),
            seed=compared.seeds,
            model=compared.models,
        )

    return files


metrics = of_runs(f"{RUN}/metrics.json")


def reads(planned):
    """The files that the job of an experiment reads, by what plans it."""
    return lambda w: [
        f"{RESULTS}/{file}" for file in layout.reads(planned(w.experiment))
    ]


def page(name, what):
    """A page that goes into the report, under its experiment."""
    return report(
        f"{EXPERIMENT}/{name}",
        caption=f"../report/{Path(name).stem}.rst",
        category="{experiment}",
        labels={"result": what},
    )

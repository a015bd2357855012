# What a job asks a cluster for; on one machine only what `--resources` limits counts. The amounts are the most that any job
# of `snakemake all` used, with head-room: docs/SCALING.md has the measurements. A job that was too large for its share is
# tried again with more: two shares the second time, three the third. A group is tried again whole, so a training and its
# test are in none.


def share(amount):
    """So much, times the attempt."""
    return lambda wildcards, attempt: amount * attempt


def gpu(wildcards):
    """Whether a network runs on one. Slurm's executor asks for `gpu`; `gpus` it would leave out of the request."""
    return int(plan.sources[wildcards.experiment].device.startswith("cuda"))

"""Tabulate how long each training and test took, as Snakemake measured it, in results/<experiment>/times.md."""

from pathlib import Path

from fluxem.pipeline.step import Job, main


def work(job: Job) -> Path:
    from fluxem.evaluation.times import write_times

    write_times(job.spec, job.training_times, job.test_times, job.histories, job.times)
    return job.times


if __name__ == "__main__":
    main("times", __doc__, work)

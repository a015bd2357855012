"""Draw the figures of the experiment's task, to results/<experiment>/figures/."""

from pathlib import Path

from fluxem.pipeline.step import Job, main


def work(job: Job) -> Path:
    from fluxem.evaluation.figures import write_figures

    write_figures(job.spec, job.records, job.figures)
    return job.figures


if __name__ == "__main__":
    main("figures", __doc__, work)

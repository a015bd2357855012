"""Train the hybrid, the model of the mixed stream, or a row of its family, to results/<experiment>/seed<seed>/<row>."""

from pathlib import Path

from fluxem.pipeline.step import Job, main


def work(job: Job) -> Path:
    from fluxem.training.hybrid import train

    train(job.spec, job.data, job.run, job.device)
    return job.run


if __name__ == "__main__":
    main("train_hybrid", __doc__, work)

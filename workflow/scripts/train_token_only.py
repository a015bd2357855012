"""Train token-only, a character transformer, or a row of its family, to results/<experiment>/seed<seed>/<row>."""

from pathlib import Path

from fluxem.pipeline.step import Job, main


def work(job: Job) -> Path:
    from fluxem.training.token_only import train

    train(job.spec, job.data, job.run, job.device)
    return job.run


if __name__ == "__main__":
    main("train_token_only", __doc__, work)

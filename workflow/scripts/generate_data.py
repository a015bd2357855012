"""Write the questions of one seed, one file for each split, to results/<experiment>/seed<seed>/data/."""

from pathlib import Path

from fluxem.pipeline.step import Job, main


def work(job: Job) -> Path:
    from fluxem.pipeline.dataset import write_dataset
    from fluxem.tasks import generate

    write_dataset(job.data, generate(job.spec["task"], job.spec["data"], job.spec["seed"]), job.spec)
    return job.data


if __name__ == "__main__":
    main("generate", __doc__, work)

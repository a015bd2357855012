"""Answer the test questions with a trained model; write its predictions/ and metrics.json."""

from pathlib import Path

from fluxem.pipeline.step import Job, main


def work(job: Job) -> Path:
    from fluxem.evaluation.run import evaluate

    evaluate(job.spec, job.data, job.run, job.device)
    return job.run / "metrics.json"


if __name__ == "__main__":
    main("eval", __doc__, work)

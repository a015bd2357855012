"""Report class balance and leakage of the questions of one seed, beside them in report.md."""

from pathlib import Path

from fluxem.pipeline.step import Job, main


def work(job: Job) -> Path:
    from fluxem.pipeline.dataset import read_dataset
    from fluxem.pipeline.files import write_text
    from fluxem.tasks.report import report

    write_text(job.report, report(read_dataset(job.data, job.spec["splits"])))
    return job.report


if __name__ == "__main__":
    main("report", __doc__, work)

"""Summarise the metrics of every model and seed in results/<experiment>/table.md and metrics.csv."""

from pathlib import Path

from fluxem.pipeline.step import Job, main


def work(job: Job) -> Path:
    from fluxem.evaluation.tables import write_table

    write_table(job.spec, job.records, job.table, job.metrics_csv)
    return job.table


if __name__ == "__main__":
    main("table", __doc__, work)

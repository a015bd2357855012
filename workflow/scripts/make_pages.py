"""Write the table, the figures and what their runs are of as pages: results/<experiment>/{table,figures,runs}.html."""

from pathlib import Path

from fluxem.pipeline.step import Job, main


def work(job: Job) -> Path:
    from fluxem.evaluation.pages import write_pages

    table, times, *others = job.reads
    count = len(job.spec["figures"])
    write_pages(job.spec, table, others[:count], others[count:], times, job.makes)
    return job.makes[0]


if __name__ == "__main__":
    main("pages", __doc__, work)

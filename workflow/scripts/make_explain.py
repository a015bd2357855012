"""Write how the hybrid came to its answers to 20 questions, as the page results/<experiment>/explain.html."""

from pathlib import Path

from fluxem.pipeline.step import Job, main


def work(job: Job) -> Path:
    from fluxem.evaluation.explain_page import write_page

    (page,), test = job.makes, job.evaluated
    metrics = test.run / "metrics.json"
    write_page(job.spec, metrics, test.data, test.run, test.spec["splits"], job.device, page)
    return page


if __name__ == "__main__":
    main("explain", __doc__, work)

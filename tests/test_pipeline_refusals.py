"""What Snakemake and the steps that it runs refuse in one line."""

from __future__ import annotations

import shutil
from pathlib import Path

from changes import edit
from miniature import run
from staleness_cases import EXPERIMENT


def test_a_wrong_configuration_stops_snakemake_in_one_line(repository: Path) -> None:
    edit(EXPERIMENT, "epochs", "epohcs")(repository)
    done = run(repository, "-m", "snakemake", "--dry-run")
    assert done.returncode == 2
    assert done.stdout == ""
    message = [line for line in done.stderr.splitlines() if "profile" not in line]
    assert message == [f"{EXPERIMENT}: training.epohcs is not a known key; did you mean epochs?"]


def test_results_of_another_configuration_are_refused(repository: Path) -> None:
    """Snakemake trusts a file it has no record of; the step that reads it does not."""
    folder = repository / "results/arithmetic_small/seed0/hybrid"
    edit("results/arithmetic_small/seed0/hybrid/run.json", '"epochs": 20', '"epochs": 3')(repository)
    (folder / "metrics.json").unlink()
    shutil.rmtree(repository / ".snakemake")
    done = run(repository, "-m", "snakemake", "--cores", "1", "results/arithmetic_small/seed0/hybrid/metrics.json")
    assert done.returncode == 1
    assert "run.json is stale: training.epochs is 3, expected 20: make it again with `python workflow/" in done.stderr
    assert not (folder / "metrics.json").exists()

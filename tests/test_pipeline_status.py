"""What `python -m fluxem.pipeline status` says after a change, and that it agrees with what Snakemake would run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from changes import remove
from commands import ask, plan_of
from miniature import planned_jobs, run
from staleness_cases import CASES, EACH

from fluxem.pipeline import layout
from fluxem.pipeline.audit import Audit

TABLE = "results/arithmetic_small/table.md"
#: What is planned, by what Snakemake is asked for: see `Plan.jobs`.
PAPER = {("all",): False, ("paper",): True, ("all", "paper"): None}


def not_fresh(folder: Path, paper: bool | None) -> list[str]:
    """The jobs that are not fresh, as `planned_jobs` writes them."""
    audit = Audit(plan_of(folder))
    specs = [spec for name, spec in audit.plan.jobs(paper).items() if audit.findings[name]]
    keys = ("experiment", "seed", "model")
    return sorted(" ".join([layout.kind(spec), *(str(spec[key]) for key in keys if key in spec)]) for spec in specs)


@pytest.mark.parametrize(("targets", "case"), EACH)
def test_what_snakemake_would_run_is_not_fresh(repository: Path, targets: tuple[str, ...], case: str) -> None:
    change, jobs = CASES[targets][case]
    change(repository)
    assert not_fresh(repository, PAPER[targets]) == sorted({*jobs})


def test_copied_results_are_fresh_in_a_fresh_clone(repository: Path) -> None:
    shutil.rmtree(repository / ".snakemake")
    for file in (repository / "results").rglob("*"):
        os.utime(file)
    told = ask(repository, "status")
    assert (told.returncode, told.stderr) == (0, "")
    assert "arithmetic_small  train     4 of 4 fresh\n" in told.stdout and "ablation" not in told.stdout
    assert "ablation          train     3 of 3 fresh\n" in ask(repository, "status", "--paper").stdout
    assert ask(repository, "why", TABLE).stdout.endswith("\nfresh\n")
    checked = ask(repository, "verify")
    assert checked.returncode == 0 and checked.stdout.endswith(" bytes checked: none damaged or missing\n")
    assert ask(repository, "clean-orphans", "--yes").stdout == "no orphans\n"


def test_nothing_heavy_is_loaded(finished: Path) -> None:
    code = "import fluxem.pipeline.__main__, sys; print({'torch', 'snakemake', 'numpy', 'tqdm'} & sys.modules.keys())"
    assert run(finished, "-c", code).stdout == "set()\n"


def test_an_overlay_has_its_own_results(repository: Path) -> None:
    (repository / "my.yaml").write_text("{results_dir: results/mine, experiments: {units: {seeds: [4]}}}")
    told = ask(repository, "status", "--configfile", "my.yaml")
    assert told.returncode == 1
    assert "missing: generate of experiment units, seed 4: nothing of it is there\n" in told.stdout
    assert "orphan" not in told.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("why", "results/units/tabel.md"), "no planned step makes it; did you mean results/units/table.md?"),
        (("why", "nowhere"), "no planned step makes it; allowed: a file that a step of the configuration makes"),
        (("verify", "--configfile", "nowhere.yaml"), "nowhere.yaml: cannot be read: No such file or directory"),
    ],
)
def test_wrong_input_is_one_line(finished: Path, arguments: tuple[str, ...], message: str) -> None:
    said = ask(finished, *arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"fluxem.pipeline {arguments[0]}: ") and said.stderr.endswith(f"{message}\n")
    assert said.stderr.count("\n") == 1


def test_a_deleted_file_is_made_again_with_what_follows_and_all_is_fresh(repository: Path) -> None:
    remove("results/units/seed0/hybrid/predictions/test_id.jsonl")(repository)
    made = run(repository, "-m", "snakemake", "--cores", "2")
    assert made.returncode == 0, made.stderr
    assert planned_jobs(repository) == [] and not_fresh(repository, paper=False) == []

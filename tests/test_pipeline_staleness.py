"""A change, and exactly the jobs that Snakemake would run after it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from miniature import CONFIGS, planned_jobs, run

MODELS = ("token_only", "hybrid")
PROJECT, ABLATION, EXPERIMENT, UNITS_EXPERIMENT = CONFIGS


class Of:
    """The jobs of an experiment, and of what follows from them: see the names."""

    def __init__(self, experiment: str, *seeds: int, models: tuple[str, ...] = MODELS) -> None:
        def runs(step: str) -> list[str]:
            return [f"{step} {experiment} {seed} {model}" for seed in seeds for model in models]

        self.pages = [f"pages {experiment}"]
        self.figures, self.table = [f"figures {experiment}", *self.pages], [f"table {experiment}", *self.pages]
        self.reports = [f"report {experiment} {seed}" for seed in seeds]
        self.times = [f"times {experiment}", *self.pages]
        self.summary = self.figures + self.table
        # of the first seed, which every experiment here has as 0
        self.explain = [f"explain {experiment}"] if 0 in seeds and "hybrid" in models else []
        self.evaluation = runs("eval") + self.times + self.summary + self.explain
        self.training = runs("train") + self.evaluation
        self.everything = [f"generate {experiment} {seed}" for seed in seeds] + self.reports + self.training


SMALL, UNITS = Of("arithmetic_small", 0, 1), Of("units", 0)
SMALL_HYBRID, UNITS_HYBRID = Of("arithmetic_small", 0, 1, models=("hybrid",)), Of("units", 0, models=("hybrid",))
NOTHING: list[str] = []


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return change


def keeping_the_time(change: Callable[[Path], None], name: str) -> Callable[[Path], None]:
    def keep(folder: Path) -> None:
        before = (folder / name).stat()
        change(folder)
        os.utime(folder / name, ns=(before.st_atime_ns, before.st_mtime_ns))

    return keep


def touch(*names: str) -> Callable[[Path], None]:
    return lambda folder: [os.utime(folder / name) for name in names] and None


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


CASES = {
    "nothing": (lambda folder: None, NOTHING),
    # configuration
    "training value": (edit(EXPERIMENT, "epochs: 20", "epochs: 21"), SMALL.training),
    "training value of one model": (edit(EXPERIMENT, "patience: 5", "patience: 6"), SMALL_HYBRID.training),
    "two values swapped": (
        edit(EXPERIMENT, "epochs: 20\n  batch_size: 32", "epochs: 32\n  batch_size: 20"),
        SMALL.training,
    ),
    "architecture of one model": (
        edit(EXPERIMENT, "training:", "model: {hybrid: {num_layers: 3}}\ntraining:"),
        SMALL_HYBRID.training,
    ),
    "size of the data": (edit(EXPERIMENT, "train_size: 1000", "train_size: 999"), SMALL.everything),
    "a default made explicit": (
        edit(EXPERIMENT, "epochs: 20", "epochs: 20\n  learning_rate: 1.0e-3"),
        NOTHING,
    ),
    "key order": (
        edit(EXPERIMENT, "train_size: 1000, test_size: 200", "test_size: 200, train_size: 1000"),
        NOTHING,
    ),
    "comment in the configuration": (edit(EXPERIMENT, "epochs", "# why\n  epochs"), NOTHING),
    "override in config.yaml": (
        edit("config/config.yaml", "small: {}\n", "small: {training: {epochs: 3}}\n"),
        SMALL.training,
    ),
    "device": (edit(EXPERIMENT, "task:", "device: cuda\ntask:"), SMALL.training),
    "model removed": (edit(EXPERIMENT, "task:", "models: [hybrid]\ntask:"), SMALL.summary + SMALL.times),
    "seed removed": (edit(EXPERIMENT, "seeds: [0, 1]", "seeds: [0]"), SMALL.summary + SMALL.times),
    "seed added": (
        edit(EXPERIMENT, "seeds: [0, 1]", "seeds: [0, 1, 2]"),
        Of("arithmetic_small", 2).everything,
    ),
    "training value of units": (
        edit(UNITS_EXPERIMENT, "learning_rate: 0.001", "learning_rate: 0.002"),
        UNITS.training,
    ),
    "training value of one model of units": (edit(UNITS_EXPERIMENT, "epochs: 20", "epochs: 21"), UNITS_HYBRID.training),
    "size of the data of units": (edit(UNITS_EXPERIMENT, "train_size: 5000", "train_size: 4999"), UNITS.everything),
    "magnitudes of units": (
        edit(UNITS_EXPERIMENT, "train_size: 5000", "train_size: 5000, id_range: [0.001, 500]"),
        UNITS.everything,
    ),
    "magnitudes of units, written otherwise": (
        edit(UNITS_EXPERIMENT, "train_size: 5000", "train_size: 5000, id_range: [1.0e-3, 1000.0]"),
        NOTHING,
    ),
    "splits of units": (
        edit(UNITS_EXPERIMENT, "train_size: 5000", "train_size: 5000, include_can_add: false"),
        UNITS.everything,
    ),
    "a written question": (edit("config/explain/units.tsv", "3.5 ft?", "3.5 feet?"), UNITS.explain),
    "a written question of another task": (edit("config/explain/arithmetic.tsv", "2^10", "2**10"), SMALL.explain),
    "file of units renamed": (
        lambda folder: (folder / UNITS_EXPERIMENT).rename(folder / "config/units.yaml") and None,
        NOTHING,
    ),
    "experiment removed": (edit("config/config.yaml", "  units: {}\n", ""), NOTHING),
    # code
    "comment in code": (edit("fluxem/tasks/words.py", "TEXT", "# why\nTEXT"), NOTHING),
    "layout of code": (edit("fluxem/tasks/words.py", '"what is"', '(\n    "what is"\n)'), NOTHING),
    "documentation of code": (
        edit("fluxem/training/hybrid.py", "    write_text(out", '    """Train."""\n    write_text(out'),
        NOTHING,
    ),
    "module that nothing imports": (edit("fluxem/unused.py", "1", "2"), NOTHING),
    "the planner": (edit("fluxem/pipeline/step.py", "import json\n", "import json\nimport math\n"), NOTHING),
    "code of the data": (edit("fluxem/tasks/words.py", "what is", "how much is"), SMALL.everything),
    "code of the data of units": (
        edit("fluxem/tasks/units.py", "FILE as TEXT\n", "FILE as TEXT\n\nMORE = 1\n"),
        UNITS.everything,
    ),
    "code of all data": (
        edit("fluxem/tasks/__init__.py", "raise Inp", "assert task\n            raise Inp"),
        SMALL.everything + UNITS.everything,
    ),
    "code of the report": (
        edit("fluxem/tasks/report.py", "join(rows)", "join([*rows])"),
        SMALL.reports + UNITS.reports,
    ),
    "a table that no domain reads here": (edit("fluxem/data/taxonomy.tsv", "\t", "\t\t"), NOTHING),
    "a table that the domains read": (
        edit("fluxem/data/units.tsv", "metre", "meter"),
        SMALL.training + UNITS.everything,
    ),
    "code of one model's training": (
        edit("fluxem/training/hybrid.py", '"spec": spec', '"spec": spec, "best": 1'),
        SMALL_HYBRID.training + UNITS_HYBRID.training,
    ),
    "code of evaluation": (
        edit("fluxem/evaluation/run.py", '"spec": spec', '"spec": spec, "n": 1'),
        SMALL.evaluation + UNITS.evaluation,
    ),
    "code of the table": (
        edit("fluxem/evaluation/tables.py", "runs", "models"),
        SMALL.table + UNITS.table,
    ),
    "code of the times": (
        edit("fluxem/evaluation/times.py", "lines = [", "lines = [*[]] + ["),
        SMALL.times + UNITS.times,
    ),
    "code of the pages": (
        edit("fluxem/evaluation/pages.py", "for file in to", "for file in [*to]"),
        SMALL.pages + UNITS.pages,
    ),
    "code of the explain page": (
        edit("fluxem/evaluation/explain_page.py", "exists()", "is_file()"),
        SMALL.explain + UNITS.explain,
    ),
    "the looks of pages": (edit("fluxem/data/page.css", "#1b1f24", "#000"), SMALL.explain + UNITS.explain),
    "code of a script": (
        edit("workflow/scripts/make_figures.py", "return job.figures", "return job.table"),
        SMALL.figures + UNITS.figures,
    ),
    "code changed, time kept": (
        keeping_the_time(edit("fluxem/tasks/words.py", "what is", "what was"), "fluxem/tasks/words.py"),
        SMALL.everything,
    ),
    "code touched": (
        touch("fluxem/tasks/words.py", "workflow/scripts/eval.py", "Snakefile", EXPERIMENT),
        NOTHING,
    ),
    # versions
    "torch": (edit("constraints.txt", "torch==", "torch==9."), SMALL.training + UNITS.training),
    "matplotlib": (
        edit("constraints.txt", "matplotlib==", "matplotlib==9."),
        SMALL.figures + UNITS.figures,
    ),
    "a library that computes nothing": (edit("constraints.txt", "tqdm==", "tqdm==9."), NOTHING),
    "the conda environment": (edit("envs/torch-cpu.yaml", "tqdm==", "tqdm==9."), NOTHING),
    # results
    "data touched": (touch("results/arithmetic_small/seed0/data/train.jsonl"), NOTHING),
    "an output of the data deleted": (remove("results/units/seed0/data/validation.jsonl"), UNITS.everything),
    "an output of a training deleted": (remove("results/units/seed0/hybrid/history.csv"), UNITS_HYBRID.training),
    "an output of a test deleted": (
        remove("results/units/seed0/hybrid/predictions/test_id.jsonl"),
        UNITS_HYBRID.evaluation,
    ),
    "a figure deleted": (remove("results/units/figures/conversions.svg"), UNITS.figures),
    "a manifest deleted": (remove("results/units/manifests/eval_hybrid_seed0.json"), UNITS_HYBRID.evaluation),
    "the explain page deleted": (remove("results/units/explain.html"), UNITS.explain),
    "a page deleted": (remove("results/units/figures.html"), UNITS.pages),
    "report deleted": (remove("results/units/seed0/data/report.md"), UNITS.reports),
    "table deleted": (remove("results/arithmetic_small/table.md"), SMALL.table),
}


@pytest.mark.parametrize("case", CASES)
def test_exactly_the_stale_jobs_run(repository: Path, case: str) -> None:
    change, jobs = CASES[case]
    change(repository)
    assert planned_jobs(repository) == sorted({*jobs, *(["all"] if jobs else [])})


def of_ablation(*models: str) -> Of:
    return Of("ablation", 0, models=models)


PAPER_CASES = {
    "nothing": (lambda folder: None, NOTHING),
    "another experiment": (edit(EXPERIMENT, "epochs: 20", "epochs: 21"), NOTHING),
    "key of a variant": (edit(ABLATION, "most_packed: 1", "most_packed: 2"), of_ablation("unpacked").training),
    "key of a variant that is not compared": (edit(ABLATION, "idle: {of: hybrid", "idle: {of: xval"), NOTHING),
    "a variant of another row": (
        edit(ABLATION, "unpacked: {of: hybrid", "unpacked: {of: hybrid_blind"),
        of_ablation("unpacked").training,
    ),
    "key of a row": (edit(ABLATION, "epochs: 7", "epochs: 8"), of_ablation("fone").training),
    "key of a row that is not compared": (
        edit(ABLATION, "fone: {epochs: 7}", "fone: {epochs: 7}, xval: {epochs: 8}"),
        NOTHING,
    ),
    "key of a row that a variant has too": (
        edit(ABLATION, "fone: {epochs: 7}", "fone: {epochs: 7}, hybrid: {follow: any}"),
        of_ablation("hybrid", "unpacked").training,
    ),
    "key of a row that a variant overrides": (
        edit(ABLATION, "fone: {epochs: 7}", "fone: {epochs: 7}, hybrid: {most_packed: 3}"),
        of_ablation("hybrid").training,
    ),
    "a variant added": (edit(ABLATION, "unpacked, fone]", "unpacked, fone, idle]"), of_ablation("idle").training),
    "code of one family's training": (
        edit("fluxem/training/token_only.py", '"spec": spec', '"spec": spec, "best": 1'),
        of_ablation("fone").training,
    ),
}


@pytest.mark.parametrize("case", PAPER_CASES)
def test_exactly_the_stale_jobs_of_rows_and_variants_run(repository: Path, case: str) -> None:
    change, jobs = PAPER_CASES[case]
    change(repository)
    assert planned_jobs(repository, target="paper") == sorted({*jobs, *(["paper"] if jobs else [])})


def test_an_overlay_merges_with_the_experiment(repository: Path) -> None:
    overlay = repository / "my.yaml"
    overlay.write_text("experiments: {arithmetic_small: {training: {epochs: 5, hybrid: {patience: 5}}}}")
    assert planned_jobs(repository, overlay) == ["all", *sorted({*SMALL.training})]


def test_results_may_go_elsewhere(repository: Path, tmp_path: Path) -> None:
    overlay = repository / "my.yaml"
    overlay.write_text(f"results_dir: {tmp_path / 'elsewhere'}")
    assert planned_jobs(repository, overlay) == ["all", *sorted({*SMALL.everything, *UNITS.everything})]


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
    run_json = folder / "run.json"
    run_json.write_text(run_json.read_text().replace('"epochs": 20', '"epochs": 3'))
    (folder / "metrics.json").unlink()
    shutil.rmtree(repository / ".snakemake")
    done = run(repository, "-m", "snakemake", "--cores", "1", "results/arithmetic_small/seed0/hybrid/metrics.json")
    assert done.returncode == 1
    assert "run.json is stale: training.epochs is 3, expected 20: make it again with `python workflow/" in done.stderr
    assert not (folder / "metrics.json").exists()

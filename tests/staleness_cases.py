"""Changes to the finished miniature, and exactly the jobs that are stale after each.

What cannot happen here has no case. Parameters of types that Snakemake does not compare, sets whose order differs from
run to run, functions of parameters that look at inputs: a rule's parameters are texts and come from its wildcards.
Configuration that a step reads by another way: it is given its spec and no file. Software environments: no profile lets
them count.
"""

from __future__ import annotations

from changes import Change, add, both, edit, keeping_the_time, remove, rename, rewrite, there_and_back, touch
from miniature import CONFIGS

PROJECT, ABLATION, EXPERIMENT, UNITS_EXPERIMENT, COMPARISON = CONFIGS
MODELS = ("token_only", "hybrid")


class Of:
    """The jobs of an experiment, and of what follows from them: see the names.

    `source` has its data and runs, `first` is the first of its seeds, whose hybrid is explained.
    """

    def __init__(
        self, experiment: str, *seeds: int, models: tuple[str, ...] = MODELS, source: str = "", first: int = 0
    ) -> None:
        source = source or experiment

        def runs(step: str) -> list[str]:
            return [f"{step} {source} {seed} {model}" for seed in seeds for model in models]

        self.pages = [f"pages {experiment}"]
        self.figures, self.table = [f"figures {experiment}", *self.pages], [f"table {experiment}", *self.pages]
        self.reports = [f"report {source} {seed}" for seed in seeds]
        self.times = [f"times {experiment}", *self.pages]
        self.summary = self.figures + self.table
        explained = first in seeds and "hybrid" in models and source == experiment
        self.explain = [f"explain {experiment}"] if explained else []
        self.evaluation = runs("eval") + self.times + self.summary + self.explain
        self.training = runs("train") + self.evaluation
        self.everything = [f"generate {source} {seed}" for seed in seeds] + self.reports + self.training


SMALL, UNITS = Of("arithmetic_small", 0, 1), Of("units", 0)
SMALL_HYBRID, UNITS_HYBRID = Of("arithmetic_small", 0, 1, models=("hybrid",)), Of("units", 0, models=("hybrid",))
NOTHING: list[str] = []

#: By a name, what is changed and what is stale then.
Cases = dict[str, tuple[Change, list[str]]]

CONFIGURATION: Cases = {
    "nothing": (lambda folder: None, NOTHING),
    "training value": (edit(EXPERIMENT, "epochs: 20", "epochs: 21"), SMALL.training),
    "training value of one model": (edit(EXPERIMENT, "patience: 5", "patience: 6"), SMALL_HYBRID.training),
    "learning rate of units": (edit(UNITS_EXPERIMENT, "learning_rate: 0.001", "learning_rate: 0.002"), UNITS.training),
    "two values swapped": (
        edit(EXPERIMENT, "epochs: 20\n  batch_size: 32", "epochs: 32\n  batch_size: 20"),
        SMALL.training,
    ),
    "architecture of one model": (
        edit(EXPERIMENT, "training:", "model: {hybrid: {num_layers: 3}}\ntraining:"),
        SMALL_HYBRID.training,
    ),
    "size of the data": (edit(EXPERIMENT, "train_size: 1000", "train_size: 999"), SMALL.everything),
    "a default made explicit": (edit(EXPERIMENT, "epochs: 20", "epochs: 20\n  learning_rate: 1.0e-3"), NOTHING),
    "key order": (
        edit(EXPERIMENT, "train_size: 1000, test_size: 200", "test_size: 200, train_size: 1000"),
        NOTHING,
    ),
    "comment in the configuration": (edit(EXPERIMENT, "epochs", "# why\n  epochs"), NOTHING),
    "edited and back": (there_and_back(EXPERIMENT, "epochs: 20", "epochs: 21"), NOTHING),
    "edited, time kept": (
        keeping_the_time(edit(EXPERIMENT, "epochs: 20", "epochs: 21"), EXPERIMENT),
        SMALL.training,
    ),
    "override in config.yaml": (edit(PROJECT, "small: {}\n", "small: {training: {epochs: 3}}\n"), SMALL.training),
    "device": (edit(EXPERIMENT, "task:", "device: cuda\ntask:"), SMALL.training),
    "order of the models": (
        edit(EXPERIMENT, "task:", "models: [hybrid, token_only]\ntask:"),
        SMALL.summary + SMALL.times,
    ),
    "model removed": (edit(EXPERIMENT, "task:", "models: [hybrid]\ntask:"), SMALL.summary + SMALL.times),
    "seed removed": (edit(EXPERIMENT, "seeds: [0, 1]", "seeds: [0]"), SMALL.summary + SMALL.times),
    "seed added": (edit(EXPERIMENT, "seeds: [0, 1]", "seeds: [0, 1, 2]"), Of("arithmetic_small", 2).everything),
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
    "file of units renamed": (rename(UNITS_EXPERIMENT, "config/units.yaml"), NOTHING),
    "experiment removed": (edit(PROJECT, "  units: {}\n", ""), NOTHING),
    "experiment added": (
        both(add("config/new.yaml", "{task: units, seeds: [4]}"), edit(PROJECT, "{}\npaper", "{}\n  new: {}\npaper")),
        Of("new", 4, first=4).everything,
    ),
    "comparison added": (
        both(
            add("config/new.yaml", "{of: arithmetic_small, models: [hybrid], seeds: [1]}"),
            edit(PROJECT, "{}\npaper", "{}\n  new: {}\npaper"),
        ),
        Of("new").summary + Of("new").times,
    ),
}
CODE: Cases = {
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
    "code of the table": (edit("fluxem/evaluation/tables.py", "runs", "models"), SMALL.table + UNITS.table),
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
    "code edited and back": (there_and_back("workflow/scripts/eval.py", "return", "yield"), NOTHING),
    "code touched": (
        touch("fluxem/tasks/words.py", "workflow/scripts/eval.py", "Snakefile", EXPERIMENT, PROJECT),
        NOTHING,
    ),
    "torch": (edit("constraints.txt", "torch==", "torch==9."), SMALL.training + UNITS.training),
    "matplotlib": (edit("constraints.txt", "matplotlib==", "matplotlib==9."), SMALL.figures + UNITS.figures),
    "a library that computes nothing": (edit("constraints.txt", "tqdm==", "tqdm==9."), NOTHING),
    "the conda environment": (edit("envs/torch-cpu.yaml", "tqdm==", "tqdm==9."), NOTHING),
    "what a rule asks for": (edit("workflow/rules/resources.smk", "amount * attempt", "2 * amount * attempt"), NOTHING),
}
RESULTS: Cases = {
    "data touched": (touch("results/arithmetic_small/seed0/data/train.jsonl"), NOTHING),
    "data written again": (rewrite("results/arithmetic_small/seed0/data/train.jsonl", b""), NOTHING),
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


def of_ablation(*models: str) -> Of:
    """Jobs of the experiment that only `snakemake paper` makes."""
    return Of("ablation", 0, models=models)


def of_comparison(*models: str) -> Of:
    """Jobs of the comparison, and those that it needs of its source."""
    return Of("comparison", 0, models=models, source="arithmetic_small")


#: Of what `snakemake paper` makes.
PAPER: Cases = {
    "nothing": (lambda folder: None, NOTHING),
    "an experiment that is not compared": (edit(UNITS_EXPERIMENT, "epochs: 20", "epochs: 21"), NOTHING),
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
    "key of a variant of a comparison": (edit(COMPARISON, "epochs: 2", "epochs: 3"), of_comparison("short").training),
    "a row added to a comparison": (
        edit(COMPARISON, "[hybrid, short]", "[hybrid, short, fone]"),
        of_comparison("fone").training,
    ),
    "a seed added to a comparison": (
        edit(COMPARISON, "seeds: [0]", "seeds: [0, 1]"),
        ["train arithmetic_small 1 short", "eval arithmetic_small 1 short"]
        + of_comparison().summary
        + of_comparison().times,
    ),
}
#: Of what both make together: the runs of a comparison are those of its source.
ALL_AND_PAPER: Cases = {
    "training value that a variant overrides": (
        edit(EXPERIMENT, "epochs: 20", "epochs: 21"),
        SMALL.training + of_comparison().summary + of_comparison().times,
    ),
    "training value of a row and its variant": (
        edit(EXPERIMENT, "patience: 5", "patience: 6"),
        SMALL_HYBRID.training + of_comparison("short").training,
    ),
    "size of the data of a source": (
        edit(EXPERIMENT, "train_size: 1000", "train_size: 999"),
        SMALL.everything + of_comparison("short").training,
    ),
    "override of a source in config.yaml": (
        edit(PROJECT, "small: {}\n", "small: {training: {hybrid: {value_jitter: 0}}}\n"),
        SMALL_HYBRID.training + of_comparison("short").training,
    ),
}

#: Every case, by what Snakemake is asked for.
CASES: dict[tuple[str, ...], Cases] = {
    ("all",): CONFIGURATION | CODE | RESULTS,
    ("paper",): PAPER,
    ("all", "paper"): ALL_AND_PAPER,
}
EACH = [(targets, case) for targets, cases in CASES.items() for case in cases]

"""Where everything is below the results folder: what a job makes and reads, worked out from its spec alone."""

from __future__ import annotations

from pathlib import Path

from fluxem.pipeline.config_data import OF_TASK, Data
from fluxem.pipeline.dataset import MANIFEST
from fluxem.pipeline.environment import SCRIPTS, STEPS
from fluxem.pipeline.load import parse, possible_files
from fluxem.pipeline.spec import Spec, with_seed

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path("config")

# Folders below the results folder, as patterns of the values in a spec.
EXPERIMENT = "{experiment}"
DATA = f"{EXPERIMENT}/seed{{seed}}/data"
RUN = f"{EXPERIMENT}/seed{{seed}}/{{model}}"
MANIFESTS = f"{EXPERIMENT}/manifests"
# What the data's report is called, in its folder.
REPORT = "report.md"
# What a training leaves in the folder of its run.
TRAINED = ("model.safetensors", "run.json", "history.csv")
# What an experiment ends in, in its folder.
TABLE, METRICS_CSV, TIMES, FIGURE_FOLDER = "table.md", "metrics.csv", "times.md", "figures"
# The same for a browser: the table, the figures, what its runs are of; and how the hybrid came to its answers.
PAGES, EXPLAIN_PAGE = ("table.html", "figures.html", "runs.html"), "explain.html"
# The questions that people wrote for the last, below the folder of the configuration.
WRITTEN = "explain/{task}.tsv"
# How long a training and a test took, as Snakemake measures it.
TRAINING_TIME, TEST_TIME = (f"{EXPERIMENT}/benchmarks/{step}_{{model}}_seed{{seed}}.tsv" for step in ("train", "eval"))
HISTORY = f"{RUN}/history.csv"
# What the table of times reads of each run.
TIMED = (TRAINING_TIME, TEST_TIME, HISTORY)


def inputs(spec: Spec) -> list[Spec]:
    """The specs of the outputs that a step reads, those made first in front."""
    if "runs" in spec:
        return [with_seed(spec["runs"][model], seed) for seed in spec["seeds"] for model in spec["models"]]
    if "evaluated" in spec:
        return [*inputs(spec["evaluated"]), spec["evaluated"]]
    if "trained" in spec:
        return [spec["trained"]["dataset"], spec["trained"]]
    return [spec["dataset"]] if "dataset" in spec else []


def record(results: Path, spec: Spec) -> Path:
    """The file of a step's output that embeds its spec."""
    files = {"generate": f"{DATA}/{MANIFEST}", "eval": f"{RUN}/metrics.json"}
    return results / files.get(spec["step"], f"{RUN}/run.json").format_map(spec)


def outputs(spec: Spec) -> tuple[str, ...]:
    """The files that a job makes, below the results folder, without its manifest."""
    match kind(spec):
        case "generate":
            files = [f"{DATA}/{split}.jsonl" for split in _data(spec).splits] + [f"{DATA}/{MANIFEST}"]
        case "report":
            files = [f"{DATA}/{REPORT}"]
        case "train":
            files = [f"{RUN}/{file}" for file in TRAINED]
        case "eval":
            files = [f"{RUN}/predictions/{split}.jsonl" for split in spec["splits"]] + [f"{RUN}/metrics.json"]
        case "table":
            files = [f"{EXPERIMENT}/{file}" for file in (TABLE, METRICS_CSV)]
        case "figures":
            files = [f"{EXPERIMENT}/{FIGURE_FOLDER}/{file}" for file in spec["files"]]
        case "pages":
            files = [f"{EXPERIMENT}/{file}" for file in PAGES]
        case "explain":
            files = [f"{EXPERIMENT}/{EXPLAIN_PAGE}"]
        case _:
            files = [f"{EXPERIMENT}/{TIMES}"]
    return tuple(file.format_map(spec) for file in files)


def reads(spec: Spec) -> tuple[str, ...]:
    """The files that a job reads, below the results folder."""
    if kind(spec) == "pages":
        own = (TABLE, TIMES, *(f"{FIGURE_FOLDER}/{figure}" for figure in spec["figures"]))
        return *(f"{EXPERIMENT.format_map(spec)}/{file}" for file in own), *_told(spec)
    if "evaluated" in spec:
        *before, evaluated = inputs(spec)
        return *(file for each in before for file in outputs(each)), record(Path(), evaluated).as_posix()
    if "runs_of" in spec:
        return tuple(file for pattern in TIMED for file in timed(spec, pattern).values())
    if "runs" in spec:
        return tuple(record(Path(), each).as_posix() for each in inputs(spec))
    return tuple(file for each in inputs(spec) for file in outputs(each))


def timed(spec: Spec, pattern: str) -> dict[tuple[str, int], str]:
    """Of a table of times: the files of a pattern, one for each run, by model and seed."""
    runs = [(model, seed) for model in spec["models"] for seed in spec["seeds"]]
    return {(model, seed): pattern.format(experiment=spec["runs_of"], model=model, seed=seed) for model, seed in runs}


def kind(spec: Spec) -> str:
    """The step of a spec, the same for every family of rows."""
    return str(spec["step"]).partition("_")[0]


def manifest(spec: Spec) -> str:
    """The file that says what a job made, below the results folder."""
    return f"{MANIFESTS.format_map(spec)}/{_stem(spec)}.json"


def notes(spec: Spec) -> tuple[str, str]:
    """What Snakemake notes of a job below the results folder: what it printed, and its time."""
    folder, stem = EXPERIMENT.format_map(spec), _stem(spec)
    return f"{folder}/logs/{stem}.log", f"{folder}/benchmarks/{stem}.tsv"


def describe(spec: Spec) -> str:
    """A job in words."""
    words = ", ".join(f"{key} {spec[key]}" for key in ("experiment", "seed", "model") if key in spec)
    return f"{spec['step']} of {words}"


def command(spec: Spec) -> str:
    """The command line that does a step by hand."""
    flags = f" --seed {spec['seed']}" if "seed" in spec else ""
    if spec["step"] == "eval":
        flags += f" --model {spec['model']}"
    elif "model" in spec and spec["step"] != f"train_{spec['model']}":
        flags += f" --variant {spec['model']}"
    script = SCRIPTS / STEPS[spec["step"]].script
    usual, full = possible_files(CONFIG, spec["experiment"])
    file = full if (ROOT / full).exists() else usual
    return f"python {script.as_posix()} --config {file.as_posix()}{flags}"


def _told(spec: Spec) -> tuple[str, ...]:
    """Of pages: the manifests of the data, trainings and tests that they tell of, by seed."""
    folder = MANIFESTS.format(experiment=spec["runs_of"])
    runs = [f"{step}_{model}" for model in spec["models"] for step in ("train", "eval")]
    return tuple(f"{folder}/{each}_seed{seed}.json" for seed in spec["seeds"] for each in ("generate", *runs))


def _stem(spec: Spec) -> str:
    """What the files about a job are called."""
    model = f"_{spec['model']}" if "model" in spec else ""
    seed = f"_seed{spec['seed']}" if "seed" in spec else ""
    return f"{kind(spec)}{model}{seed}"


def _data(spec: Spec) -> Data:
    """The configuration of the data of a `generate` step."""
    return parse(OF_TASK[spec["task"]], spec["data"], lambda keys: ("spec", ("data", *keys)))

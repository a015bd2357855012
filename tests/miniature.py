"""A copy of the repository's pipeline around a package that does no work, to see which steps would run."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml
from snakemake.api import SnakemakeApi
from snakemake.cli import parse_config
from snakemake.logging import logger
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    OutputSettings,
    Quietness,
    RerunTrigger,
    ResourceSettings,
)

from fluxem.pipeline.config_data import ArithmeticData, UnitsData

ROOT = Path(__file__).resolve().parents[1]

# What stands for the modules that the scripts import. Arithmetic imports `words`, nothing imports `unused`; what reads
# units, questions or texts, runs `unit_table`.
TASK = """
def generate(data, seed):
    return {{split: [{{"id": "0", "text": f"{{TEXT}} {{seed}}"}}] for split in {splits}}}
"""
TRAINING = """
import fluxem.domains.unit_table
from fluxem.pipeline.files import write_json, write_text


def train(spec, data, out, device):
    write_text(out / "model.safetensors", "")
    write_text(out / "history.csv", "epoch,validation_exact_match\\n")
    write_json(out / "run.json", {"spec": spec})
"""
STANDINS = {
    "domains/__init__.py": "",
    "domains/unit_table.py": 'FILE = "units.tsv"\n',
    "tasks/arithmetic.py": "from fluxem.tasks.words import TEXT\n" + TASK.format(splits=ArithmeticData().splits),
    "tasks/units.py": "from fluxem.domains.unit_table import FILE as TEXT\n" + TASK.format(splits=UnitsData().splits),
    "tasks/words.py": 'TEXT = "what is"\n',
    "tasks/report.py": 'def report(rows):\n    return "\\n".join(rows)\n',
    "models/__init__.py": "",
    "models/token_only.py": "",
    "models/hybrid.py": "",
    "training/__init__.py": "",
    "training/token_only.py": TRAINING,
    "training/hybrid.py": TRAINING,
    "evaluation/__init__.py": "",
    "evaluation/run.py": """
from fluxem.pipeline.files import write_json, write_jsonl


def evaluate(spec, data, out, device):
    for split in spec["splits"]:
        write_jsonl(out / "predictions" / f"{split}.jsonl", [])
    write_json(out / "metrics.json", {"spec": spec})
""",
    "evaluation/tables.py": """
from fluxem.pipeline.files import write_text


def write_table(spec, metrics, table, csv):
    write_text(table, f"{len(metrics)} runs")
    write_text(csv, "")
""",
    "evaluation/figures.py": """
from fluxem.pipeline.files import write_text


def write_figures(spec, metrics, folder):
    for name in spec["files"]:
        write_text(folder / name, "<svg/>")
""",
    "evaluation/pages.py": """
from fluxem.pipeline.files import write_text


def write_pages(spec, table, figures, manifests, times, to):
    for file in to:
        write_text(file, f"{len(figures)} figures, {len(manifests)} manifests")
""",
    "evaluation/explain_page.py": """
import fluxem.models.hybrid
from fluxem.pipeline.files import write_text

LOOKS = "page.css"


def write_page(spec, metrics, data, run, splits, device, file):
    write_text(file, f"{len(spec['written'])} questions {metrics.exists()}")
""",
    "unused.py": "VALUE = 1\n",
}

# What the finished miniature is configured as: two experiments, and two that only `snakemake paper` makes, one of them
# a comparison of more rows of the first.
CONFIGS = {
    "config/config.yaml": """
results_dir: results
experiments:
  arithmetic_small: {}
  units: {}
paper:
  ablation: {}
  comparison: {}
""",
    "config/ablation.yaml": """
task: arithmetic
seeds: [0]
models: [hybrid, unpacked, fone]
training: {fone: {epochs: 7}}
variants:
  unpacked: {of: hybrid, training: {most_packed: 1}}
  idle: {of: hybrid}
""",
    "config/arithmetic_small.yaml": """
task: arithmetic
seeds: [0, 1]
data: {train_size: 1000, test_size: 200}
training:
  epochs: 20
  batch_size: 32
  hybrid: {patience: 5}
""",
    "config/units_full.yaml": """
task: units
seeds: [0]
data: {train_size: 5000}
training: {learning_rate: 0.001, hybrid: {epochs: 20}}
""",
    "config/comparison.yaml": """
of: arithmetic_small
seeds: [0]
models: [hybrid, short]
variants:
  short: {of: hybrid, training: {epochs: 2}}
""",
}
#: Parts of the paths of what only `snakemake paper` makes.
PAPER = ("/ablation/", "/comparison/", "/short/", "_short_")


def make_repository(folder: Path) -> Path:
    """A repository with the real pipeline and configuration, and stand-ins for what the steps do."""
    for name in ("workflow", "config", "profiles", "envs", "fluxem/data", "fluxem/pipeline"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (
        *("Snakefile", "constraints.txt", "fluxem/__init__.py", "fluxem/errors.py", "fluxem/tasks/__init__.py"),
        *("fluxem/evaluation/times.py", "fluxem/evaluation/markdown.py"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / "config/config.yaml").write_text(
        "results_dir: results\nexperiments:\n  arithmetic_small: {}\n  units: {}\n"
    )
    for name, source in STANDINS.items():
        file = folder / "fluxem" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(source)
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run `python <command>` in a repository, without activating any environment."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def planned_jobs(folder: Path, *configfiles: Path, targets: Sequence[str] = ("all",), config: str = "") -> list[str]:
    """What Snakemake would run, as "step wildcards", such as `train arithmetic_small 0 hybrid`, without the targets.

    Args:
        folder: the repository.
        configfiles: given with `--configfile`.
        targets: given as they are.
        config: given with `--config`, if anything.
    """
    jobs: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if str(getattr(record, "event", "")).endswith(("JOB_INFO", "job_info")):
                wildcards = record.wildcards or {}  # type: ignore[attr-defined]
                step = record.rule_name.removesuffix(f"_{wildcards.get('experiment')}")  # type: ignore[attr-defined]
                jobs.append(" ".join([step, *map(str, wildcards.values())]))

    profile = yaml.safe_load((folder / "profiles/default/config.yaml").read_text())
    handler = Collect()
    with SnakemakeApi(OutputSettings(dryrun=True, quiet={Quietness.ALL})) as api:
        workflow = api.workflow(
            resource_settings=ResourceSettings(cores=1),
            config_settings=ConfigSettings(parse_config([config] if config else []), list(configfiles)),
            snakefile=folder / "Snakefile",
            workdir=folder,
        )
        triggers = RerunTrigger.parse_choices_set(profile["rerun-triggers"])
        logger.addHandler(handler)
        try:
            dag = workflow.dag(DAGSettings(targets=set(targets), rerun_triggers=triggers))
            dag.execute_workflow(executor="dryrun")
        finally:
            logger.removeHandler(handler)
    return sorted(job for job in jobs if job not in targets)

"""The plan: which files, and what each step's spec holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fluxem.pipeline.plan import MODELS, SPLITS, STEPS, TEST_SPLITS, Plan, command, inputs, record
from fluxem.pipeline.spec import Spec
from fluxem.tasks import generate

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path("results")
NAME = "arithmetic_small"


def plan(**over: Any) -> Plan:
    values = {"experiments": {NAME: {"seeds": [0, 4], "models": list(MODELS), **over}}}
    return Plan.load(values, [], ROOT / "config")


def test_targets_end_every_experiment() -> None:
    assert plan().targets() == [
        "results/arithmetic_small/table.md",
        "results/arithmetic_small/metrics.csv",
        "results/arithmetic_small/figures/accuracy_by_operations.svg",
    ]


def test_specs_nest_what_a_step_reads() -> None:
    evaluated = plan().eval(NAME, 4, "hybrid")
    assert evaluated["trained"] == plan().train(NAME, 4, "hybrid")
    assert evaluated["trained"]["dataset"] == plan().generate(NAME, 4)
    assert inputs(plan().generate(NAME, 4)) == []
    assert inputs(evaluated["trained"]) == [evaluated["trained"]["dataset"]]
    assert inputs(evaluated) == [evaluated["trained"]["dataset"], evaluated["trained"]]


@pytest.mark.parametrize("spec", [plan().table(NAME), plan().figures(NAME)], ids=["table", "figures"])
def test_a_summary_expects_every_run_by_seed_then_model(spec: Spec) -> None:
    assert inputs(spec) == [plan().eval(NAME, seed, model) for seed in (0, 4) for model in MODELS]
    assert [str(record(RESULTS, each)) for each in inputs(spec)] == [
        f"results/arithmetic_small/seed{seed}/{model}/metrics.json" for seed in (0, 4) for model in MODELS
    ]


def test_a_step_gets_its_slice_of_the_configuration_and_no_more() -> None:
    before, after = plan(), plan(training={"hybrid": {"epochs": 9}}, models=["hybrid"], device="cuda")
    assert after.generate(NAME, 0) == before.generate(NAME, 0)
    assert after.train(NAME, 0, "token_only") == before.train(NAME, 0, "token_only")
    assert after.train(NAME, 0, "hybrid") == before.train(NAME, 0, "hybrid") | {
        "training": before.train(NAME, 0, "hybrid")["training"] | {"epochs": 9}
    }


def test_records_and_commands_of_a_seed() -> None:
    chain = [plan().generate(NAME, 4), plan().train(NAME, 4, "hybrid"), plan().eval(NAME, 4, "hybrid")]
    assert [str(record(RESULTS, spec)) for spec in chain] == [
        "results/arithmetic_small/seed4/data/manifest.json",
        "results/arithmetic_small/seed4/hybrid/run.json",
        "results/arithmetic_small/seed4/hybrid/metrics.json",
    ]
    assert [command(spec) for spec in chain] == [
        "python workflow/scripts/generate_data.py --config config/arithmetic_small.yaml --seed 4",
        "python workflow/scripts/train_hybrid.py --config config/arithmetic_small.yaml --seed 4",
        "python workflow/scripts/eval.py --config config/arithmetic_small.yaml --seed 4 --model hybrid",
    ]


def test_every_step_has_its_script_and_every_script_its_step() -> None:
    scripts = {file.name for file in (ROOT / "workflow" / "scripts").glob("*.py")}
    assert scripts == {step.script for step in STEPS.values()}


def test_the_data_of_the_task_has_the_splits_that_the_rules_declare() -> None:
    spec = plan(data={"train_size": 3, "validation_size": 2, "test_size": 2}).generate(NAME, 0)
    assert tuple(generate(spec["task"], spec["data"], spec["seed"])) == SPLITS
    assert set(SPLITS) - set(TEST_SPLITS) == {"train", "validation"}


def test_the_plan_loads_neither_snakemake_nor_torch() -> None:
    code = "import fluxem.pipeline.step, sys; print({'torch', 'snakemake', 'numpy'} & sys.modules.keys())"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True) == "set()\n"

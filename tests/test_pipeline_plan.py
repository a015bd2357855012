"""The plan: which files, and what each step's spec holds."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fluxem.pipeline.config import EXPERIMENTS
from fluxem.pipeline.digest import closure, code_digest
from fluxem.pipeline.environment import DOMAIN_DATA, FAMILIES, SCRIPTS, STEPS, TASKS, environment, never_run
from fluxem.pipeline.layout import command, inputs, record
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.rows import ROWS
from fluxem.pipeline.spec import Spec
from fluxem.tasks import generate

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path("results")
NAME = "arithmetic_small"


def plan(name: str = NAME, **over: Any) -> Plan:
    values = {"experiments": {name: {"seeds": [0, 4], **over}}}
    return Plan.load(values, [], ROOT / "config")


MODELS = ("token_only", "hybrid")
PLAN = plan()


def test_targets_are_all_files_of_all_jobs() -> None:
    values = {"experiments": {NAME: {"seeds": [0, 4]}, "units": {"seeds": [1]}}, "paper": {"sizes": {"seeds": [2]}}}
    found = Plan.load(values, [], ROOT / "config")
    paper = found.targets(paper=True)
    assert {f"results/sizes/{file}" for file in ("table.md", "metrics.csv", "times.md", "manifests/times.json")} < {
        *paper
    }
    assert {file.split("/")[1] for file in paper} == {"sizes", "arithmetic"}
    assert {file.split("/")[2] for file in paper if "arithmetic/" in file} == {"manifests", "seed2"}
    assert {
        "results/arithmetic_small/figures/errors.svg",
        "results/arithmetic_small/explain.html",
        "results/arithmetic_small/table.html",
        "results/units/manifests/explain.json",
        "results/arithmetic_small/seed4/data/report.md",
        "results/arithmetic_small/seed4/data/test_id.jsonl",
        "results/arithmetic_small/seed4/hybrid/run.json",
        "results/arithmetic_small/seed4/hybrid/predictions/test_id.jsonl",
        "results/arithmetic_small/manifests/eval_hybrid_seed4.json",
        "results/units/seed1/data/manifest.json",
    } < set(found.targets())
    assert len({*found.targets(), *paper}) == len([*found.targets(), *paper])
    assert found.jobs() == found.jobs(False) | found.jobs(True)


@pytest.mark.parametrize(
    ("over", "figure"),
    [
        ({"data": {"most_digits": 9}}, "accuracy_by_digits.svg"),
        ({"training": {"fone": {"examples": 9}}, "models": ["fone"]}, "accuracy_by_examples.svg"),
        ({"models": ["x"], "variants": {"x": {"of": "xval", "training": {"examples": 9}}}}, "accuracy_by_examples.svg"),
    ],
    ids=str,
)
def test_a_figure_is_drawn_where_there_is_something_to_draw(over: dict[str, Any], figure: str) -> None:
    varied = plan(**over)
    assert set(varied.figure_files(NAME)) - set(PLAN.figure_files(NAME)) == {figure}
    assert varied.figures(NAME)["files"] == list(varied.figure_files(NAME))


def test_specs_nest_what_a_step_reads() -> None:
    evaluated = PLAN.eval(NAME, 4, "hybrid")
    assert evaluated["trained"] == PLAN.train(NAME, 4, "hybrid")
    assert evaluated["trained"]["dataset"] == PLAN.generate(NAME, 4)
    assert inputs(PLAN.generate(NAME, 4)) == []
    assert inputs(PLAN.report(NAME, 4)) == [PLAN.generate(NAME, 4)]
    assert inputs(evaluated["trained"]) == [evaluated["trained"]["dataset"]]
    assert inputs(evaluated) == [evaluated["trained"]["dataset"], evaluated["trained"]]


@pytest.mark.parametrize("spec", [PLAN.table(NAME), PLAN.figures(NAME)], ids=["table", "figures"])
def test_a_summary_expects_every_run_by_seed_then_model(spec: Spec) -> None:
    assert inputs(spec) == [PLAN.eval(NAME, seed, model) for seed in (0, 4) for model in MODELS]
    assert [str(record(RESULTS, each)) for each in inputs(spec)] == [
        f"results/arithmetic_small/seed{seed}/{model}/metrics.json" for seed in (0, 4) for model in MODELS
    ]


def test_a_step_gets_its_slice_of_the_configuration_and_no_more() -> None:
    before, after = PLAN, plan(training={"hybrid": {"epochs": 9}}, models=["hybrid"], device="cuda")
    assert after.generate(NAME, 0) == before.generate(NAME, 0)
    assert after.train(NAME, 0, "token_only") == before.train(NAME, 0, "token_only")
    assert after.train(NAME, 0, "hybrid") == before.train(NAME, 0, "hybrid") | {
        "training": before.train(NAME, 0, "hybrid")["training"] | {"epochs": 9}
    }


VARIED = plan(
    models=["hybrid", "fone", "unpacked"],
    variants={
        "unpacked": {"of": "hybrid", "training": {"most_packed": 1}},
        "other": {"of": "hybrid", "training": {"most_packed": 2}},
    },
)


def test_a_row_has_its_own_name_and_the_script_of_its_family() -> None:
    plain, varied = VARIED.train(NAME, 4, "hybrid"), VARIED.train(NAME, 4, "unpacked")
    assert varied == plain | {"model": "unpacked", "training": plain["training"] | {"most_packed": 1}}
    assert (varied["step"], varied["variant"]) == ("train_hybrid", "hybrid")
    assert plain == PLAN.train(NAME, 4, "hybrid")
    fone = VARIED.train(NAME, 4, "fone")
    assert (fone["step"], fone["model"], fone["variant"]) == ("train_token_only", "fone", "fone")
    assert VARIED.script(NAME, "fone") == "workflow/scripts/train_token_only.py"
    assert VARIED.script(NAME, "unpacked") == "workflow/scripts/train_hybrid.py"
    assert str(record(RESULTS, varied)) == "results/arithmetic_small/seed4/unpacked/run.json"
    assert command(varied).endswith("train_hybrid.py --config config/arithmetic_small.yaml --seed 4 --variant unpacked")
    assert command(VARIED.eval(NAME, 4, "unpacked")).endswith(" --seed 4 --model unpacked")


def test_the_table_says_what_varies_in_its_own_rows() -> None:
    assert VARIED.table(NAME)["variants"] == {"unpacked": {"of": "hybrid", "model": {}, "training": {"most_packed": 1}}}
    assert "variants" not in VARIED.eval(NAME, 4, "unpacked") and PLAN.table(NAME)["variants"] == {}


def test_records_and_commands_of_a_seed() -> None:
    chain = [PLAN.generate(NAME, 4), PLAN.train(NAME, 4, "hybrid"), PLAN.eval(NAME, 4, "hybrid")]
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


def test_every_family_has_a_plain_row_of_its_name() -> None:
    assert {row.family for row in ROWS.values()} == set(FAMILIES) <= ROWS.keys()
    assert [name for name, row in ROWS.items() if not row.learned] == ["oracle", "random_router"]


def test_the_shipped_papers_experiments_are_whole() -> None:
    """Every row is compared in paper.yaml; what varies the number of examples varies nothing else."""
    values = {"experiments": {NAME: {}}, "paper": {name: {} for name in ("paper", "recipe", "sizes", "addition_sizes")}}
    shipped = Plan.load(values, [], ROOT / "config").experiments
    assert set(shipped["paper"].models) == {*ROWS} and not shipped["paper"].variants
    recipe = shipped["recipe"]
    assert recipe.models == ("hybrid", *recipe.variants) and recipe.seeds == shipped["paper"].seeds
    for sizes in (shipped["sizes"], shipped["addition_sizes"]):
        assert sizes.variants.keys() < set(sizes.models)
        for name, variant in sizes.variants.items():
            plain = sizes.schedule(variant.of)
            assert sizes.schedule(name) == plain.model_copy(update={"examples": int(name.split("_")[-1])})


def test_a_comparison_shares_the_data_and_runs_of_its_experiment() -> None:
    values = {
        "experiments": {"arithmetic": {"training": {"hybrid": {"epochs": 3}}}},
        "paper": {"paper": {}, "recipe": {}, "sizes": {}},
    }
    shared = Plan.load(values, [], ROOT / "config")
    assert list(shared.sources) == ["arithmetic"] and shared.source("paper") == "arithmetic"
    for compared, model in (("paper", "hybrid"), ("recipe", "hybrid_unpacked"), ("sizes", "hybrid_30")):
        spec = shared.eval(compared, 4, model)
        assert spec == shared.eval("arithmetic", 4, model)
        assert (spec["experiment"], spec["trained"]["training"]["epochs"]) == ("arithmetic", 3)
        assert shared.table(compared)["runs"][model] == shared.eval("arithmetic", None, model)
    assert shared.table("paper")["experiment"] == "paper"
    assert shared.times_of("sizes")["runs_of"] == "arithmetic"
    assert {"hybrid_30", "hybrid_unpacked", "hybrid"} < set(shared.rows("arithmetic")) == set(shared.rows("sizes"))
    assert "results/arithmetic/seed4/data/report.md" in shared.targets(paper=True)


def test_every_step_has_its_script_and_every_script_its_step() -> None:
    scripts = {file.name for file in (ROOT / "workflow" / "scripts").glob("*.py")}
    assert scripts == {step.script for step in STEPS.values()}


def test_commands_name_the_file_that_exists() -> None:
    assert command(plan("units").report("units", 4)) == (
        "python workflow/scripts/make_report.py --config config/units_full.yaml --seed 4"
    )


@pytest.mark.parametrize(
    ("name", "over"),
    [
        (NAME, {}),
        (NAME, {"ood_lengths": [10, 20], "huge_range": [10**17, 10**18], "most_digits": 18, "even_digits": True}),
        ("units", {}),
        ("units", {"include_can_add": False}),
        ("units", {"include_can_add": False, "unit_types": ["length"], "held_out_pairs": 0}),
    ],
    ids=str,
)
def test_the_data_has_the_splits_that_the_rules_declare(name: str, over: dict[str, Any]) -> None:
    small = plan(name, data={"train_size": 3, "validation_size": 2, "test_size": 4, **over})
    spec, splits = small.generate(name, 0), small.experiments[name].data.splits
    rows = generate(spec["task"], spec["data"], spec["seed"])
    assert {split: len(each) for split, each in rows.items()} == dict(
        zip(splits, [3, 2] + [4] * len(splits[2:]), strict=True)
    )
    assert small.report(name, 0)["splits"] == list(splits)
    assert small.eval(name, 0, "hybrid")["splits"] == [split for split in splits if split.startswith("test_")]


def test_without_addition_checks_there_are_none_of_compound_units() -> None:
    with_checks, without = (
        plan("units", data={"include_can_add": each}).experiments["units"].data.splits for each in (True, False)
    )
    assert set(with_checks) - set(without) == {"test_ood_compound"}


def test_every_task_is_known_everywhere() -> None:
    assert set(TASKS) == EXPERIMENTS.keys()
    assert all((ROOT / "fluxem" / "tasks" / f"{task}.py").is_file() for task in TASKS)


@pytest.mark.parametrize("step", ["generate", "train_token_only", "train_hybrid", "eval"])
@pytest.mark.parametrize("table", DOMAIN_DATA)
def test_a_table_of_the_domains_counts_where_texts_are_read(step: str, table: str) -> None:
    script, without = ROOT / SCRIPTS / STEPS[step].script, never_run(ROOT, "arithmetic", "hybrid")
    counts = code_digest(ROOT, script, [table], without) != code_digest(ROOT, script, [], without)
    assert counts == (step != "generate")


def test_what_makes_units_questions_counts_for_units_alone() -> None:
    script = ROOT / SCRIPTS / STEPS["generate"].script
    arithmetic, units = (closure(ROOT, script, never_run(ROOT, task, None)).keys() for task in ("arithmetic", "units"))
    assert "fluxem.tasks.arithmetic" in arithmetic - units
    assert {"fluxem.tasks.units", "fluxem.domains.units"} < units - arithmetic


def test_the_plan_loads_neither_snakemake_nor_torch() -> None:
    code = "import fluxem.pipeline.step, sys; print({'torch', 'snakemake', 'numpy'} & sys.modules.keys())"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True) == "set()\n"


def test_the_code_of_a_row_counts_for_the_rows_that_are_made_of_it(tmp_path: Path) -> None:
    root = tmp_path / "copy"
    for part in ("fluxem", "workflow"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "constraints.txt", root)

    def digests() -> dict[tuple[str, str], str]:
        asked = {(f"train_{of.family}", row) for row, of in ROWS.items()} | {("eval", row) for row in ROWS}
        return {(step, row): environment(root, step, "arithmetic", row)["code"] for step, row in asked}

    def stale_after_an_edit_of(module: str) -> set[str]:
        before, file = digests(), root / "fluxem" / "models" / f"{module}.py"
        file.write_text(file.read_text(encoding="utf-8") + "\nX = 1\n", encoding="utf-8")
        after = digests()
        trained, asked = (
            {row for (step, row) in after if (step == "eval") is evals and after[step, row] != before[step, row]}
            for evals in (False, True)
        )
        assert trained == asked
        return trained

    assert stale_after_an_edit_of("fone") == {"fone"}
    assert stale_after_an_edit_of("number_tokens") == {"fone", "xval"}
    assert stale_after_an_edit_of("hybrid_text") == {"hybrid_text", "learned_projection"}
    assert stale_after_an_edit_of("backbone") == set(ROWS)
    of_hybrids = {row for row, of in ROWS.items() if of.family == "hybrid"} - {"hybrid_text", "learned_projection"}
    assert stale_after_an_edit_of("hybrid") == of_hybrids


#: Imports what the steps of every row import, each row as if in a process of its own; prints what no digest covers.
IMPORT_ROWS = """
import importlib, sys
from pathlib import Path
from fluxem.pipeline import environment as plan
from fluxem.pipeline.digest import PLANNING, closure, module_file
from fluxem.pipeline.rows import ROWS
covered, root = {}, Path.cwd()
for row, of in ROWS.items():
    for step in (f"train_{of.family}", "eval"):
        unused = plan.never_run(root, "arithmetic", row)
        covered[row, step] = closure(root, root / plan.SCRIPTS / plan.STEPS[step].script, unused).keys()
planning = closure(root, module_file(root, PLANNING)).keys() | {PLANNING}
for (row, step), found in covered.items():
    for name in [name for name in sys.modules if name.split(".")[0] == "fluxem"]:
        del sys.modules[name]
    module = "fluxem.evaluation.run" if step == "eval" else f"fluxem.training.{step.removeprefix('train_')}"
    importlib.import_module(module)
    kind = importlib.import_module("fluxem.models.kinds").kind_of(row)
    assert kind.__module__ in found, kind
    hidden = {name for name in sys.modules if name.split(".")[0] == "fluxem"} - found - planning
    if hidden:
        print(row, step, sorted(hidden))
"""


def test_no_row_imports_what_its_digest_leaves_out() -> None:
    assert subprocess.check_output([sys.executable, "-c", IMPORT_ROWS], cwd=ROOT, text=True) == ""

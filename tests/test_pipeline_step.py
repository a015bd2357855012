"""The scripts by hand: the pipeline's own files, and one line with exit code 2 where something is wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from miniature import make_repository, run

from fluxem.pipeline.environment import FAMILIES, SCRIPTS, STEPS
from fluxem.pipeline.layout import PAGES
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.spec import canonical

CONFIG, UNITS = "config/arithmetic_small.yaml", "config/units_full.yaml"
EXPERIMENTS = {"arithmetic_small": CONFIG, "units": UNITS}
EVERYTHING = (
    "generate_data",
    "make_report",
    *(f"train_{family}" for family in FAMILIES),
    "eval",
    "make_table",
    "make_figures",
    "make_explain",
)


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which every script was run by hand for the one seed of each experiment."""
    folder = make_repository(tmp_path_factory.mktemp("by_hand") / "repository")
    (folder / CONFIG).write_text("{task: arithmetic, seeds: [3]}")
    (folder / UNITS).write_text("{task: units, seeds: [3]}")
    for experiment, file in EXPERIMENTS.items():
        for script in EVERYTHING:
            done = run(folder, f"{SCRIPTS}/{script}.py", "--config", file)
            assert (done.returncode, done.stderr) == (0, ""), script
            assert f" of experiment {experiment}" in done.stdout and f"\nwrote results/{experiment}/" in done.stdout
    return folder


@pytest.fixture
def repository(by_hand: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(by_hand, tmp_path / "repository"))


def refusal(folder: Path, script: str, *arguments: str) -> str:
    """What a script says, less its name, where it must exit with 2 and one line."""
    done = run(folder, f"{SCRIPTS}/{script}.py", *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix(f"{script}.py: ").rstrip()


def test_by_hand_and_by_snakemake_make_the_same_files(repository: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "elsewhere.yaml"
    overlay.write_text(f"results_dir: {tmp_path / 'results'}")
    assert run(repository, "-m", "snakemake", "--cores", "2", "--configfile", str(overlay)).returncode == 0
    made = repository / "results"
    files = sorted(str(file.relative_to(made)) for file in made.rglob("*") if file.is_file())
    # times differ from run to run, and are not made by hand, nor is what shows them
    by_snakemake = {f"{name}/{file}" for name in EXPERIMENTS for file in ("times.md", *PAGES)}
    by_snakemake |= {f"{name}/manifests/{step}.json" for name in EXPERIMENTS for step in ("times", "pages")}
    assert all((tmp_path / "results" / file).exists() for file in by_snakemake)
    targets = Plan.load({"experiments": dict.fromkeys(EXPERIMENTS)}, [], repository / "config", repository).targets()
    assert {target.removeprefix("results/") for target in targets} - by_snakemake == set(files)
    for file in files:
        assert (tmp_path / "results" / file).read_bytes() == (made / file).read_bytes()


@pytest.mark.parametrize(("experiment", "script"), [("arithmetic_small", "train_hybrid"), ("units", "make_report")])
def test_a_missing_input_is_named_with_the_command_that_makes_it(
    repository: Path, experiment: str, script: str
) -> None:
    by_hand = ("--config", EXPERIMENTS[experiment], "--seed", "7")
    said = refusal(repository, script, *by_hand)
    data, remedy = said.split(" is missing: make it with ")
    assert data == f"results/{experiment}/seed7/data/manifest.json"
    assert run(repository, *remedy.strip("`").split()[1:]).returncode == 0
    assert run(repository, f"{SCRIPTS}/{script}.py", *by_hand).returncode == 0


def test_a_run_with_other_epochs_is_refused_until_they_are_given(repository: Path) -> None:
    by_hand = ("--config", CONFIG, "--epochs", "2")
    assert run(repository, f"{SCRIPTS}/train_hybrid.py", *by_hand).returncode == 0
    said = refusal(repository, "eval", "--config", CONFIG, "--model", "hybrid")
    assert said.startswith("results/arithmetic_small/seed3/hybrid/run.json is stale: training.epochs is 2, expected 20")
    assert run(repository, f"{SCRIPTS}/eval.py", *by_hand, "--model", "hybrid").returncode == 0
    said = refusal(repository, "make_table", "--config", CONFIG)
    assert "hybrid/metrics.json is stale: trained.training.epochs is 2, expected 20" in said


def test_a_row_of_a_family_is_trained_and_evaluated_by_its_name(repository: Path) -> None:
    (repository / CONFIG).write_text(
        "{task: arithmetic, seeds: [3], variants: {unpacked: {of: hybrid, training: {most_packed: 1}}}}"
    )
    for script, row, epochs in (("train_token_only", "fone", 20), ("train_hybrid", "unpacked", 2)):
        by_hand = ("--config", CONFIG, *(("--epochs", "2") if epochs == 2 else ()))
        done = run(repository, f"{SCRIPTS}/{script}.py", *by_hand, "--variant", row)
        assert done.stdout.endswith(f"wrote results/arithmetic_small/seed3/{row}\n"), done
        done = run(repository, f"{SCRIPTS}/eval.py", *by_hand, "--model", row)
        assert done.stdout.endswith(f"wrote results/arithmetic_small/seed3/{row}/metrics.json\n"), done
        trained = json.loads((repository / f"results/arithmetic_small/seed3/{row}/run.json").read_text())["spec"]
        assert trained["training"]["epochs"] == epochs
        assert trained["training"].get("most_packed") == (1 if row == "unpacked" else None)


@pytest.mark.parametrize(
    ("script", "flag", "row"),
    [("train_hybrid", "variant", "fone"), ("train_token_only", "variant", "hybrid"), ("eval", "model", "hybird")],
)
def test_a_row_of_another_script_or_of_none_is_refused(repository: Path, script: str, flag: str, row: str) -> None:
    said = refusal(repository, script, "--config", CONFIG, f"--{flag}", row)
    assert said.startswith(f"--{flag} {row}: is no row here; allowed: ") and f" {row}," not in said


def test_times_are_those_that_snakemake_noted(repository: Path) -> None:
    done = run(repository, f"{SCRIPTS}/make_times.py", "--config", CONFIG)
    assert done.returncode == 2
    said = "train_token_only_seed3.tsv is missing: Snakemake writes it when it trains or tests the model\n"
    assert done.stderr.endswith(said) and done.stderr.count("\n") == 1


def test_overrides_of_the_project_hold_by_hand(repository: Path) -> None:
    (repository / "config/config.yaml").write_text(
        "{results_dir: out, experiments: {arithmetic_small: {seeds: [5]}, broken: {seeds: none}}}"
    )
    done = run(repository, f"{SCRIPTS}/generate_data.py", "--config", CONFIG)
    assert done.stdout.endswith("wrote out/arithmetic_small/seed5/data\n")


def test_code_that_changed_after_planning_is_refused(repository: Path) -> None:
    spec = Plan.load({"experiments": dict.fromkeys(EXPERIMENTS)}, [], repository / "config", repository)
    planned = canonical(spec.generate("arithmetic_small", 3))
    assert run(repository, f"{SCRIPTS}/generate_data.py", "--spec", planned).returncode == 0
    words = repository / "fluxem/tasks/words.py"
    words.write_text(words.read_text().replace("what", "how"))
    of_units = canonical(spec.generate("units", 3))
    assert run(repository, f"{SCRIPTS}/generate_data.py", "--spec", of_units).returncode == 0
    said = refusal(repository, "generate_data", "--spec", planned)
    assert said == "code of step generate changed since this run was planned: run the command again"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("python", "2.7", "planned for Python 2.7, run by Python"),
        ("libraries", {"numpy": "0.9"}, "results are made with 0.9: run `pip install -c constraints.txt"),
        ("libraries", {"nosuchlibrary": "1.0"}, "nosuchlibrary is not installed, results are made with 1.0"),
    ],
)
def test_another_environment_is_refused(repository: Path, field: str, value: object, message: str) -> None:
    manifest = json.loads((repository / "results/arithmetic_small/seed3/data/manifest.json").read_text())
    assert message in refusal(repository, "generate_data", "--spec", json.dumps(manifest["spec"] | {field: value}))


def test_an_import_that_the_digest_cannot_see_fails(repository: Path) -> None:
    tasks = repository / "fluxem/tasks/__init__.py"
    tasks.write_text(f"{tasks.read_text()}\nimport importlib\n\nimportlib.import_module('fluxem.' + 'unused')\n")
    done = run(repository, f"{SCRIPTS}/generate_data.py", "--config", CONFIG)
    assert done.returncode == 1
    assert "generate_data.py: ran fluxem.unused, which the digest of its code does not cover" in done.stderr


def test_running_the_questions_of_another_task_fails(repository: Path) -> None:
    tasks = repository / "fluxem/tasks/__init__.py"
    tasks.write_text(f"{tasks.read_text()}\nimport fluxem.tasks.units\n")
    done = run(repository, f"{SCRIPTS}/generate_data.py", "--config", CONFIG)
    assert done.returncode == 1
    assert "fluxem.tasks.units, which the digest of its code does not cover" in done.stderr


def test_another_checkouts_script_is_refused(repository: Path, by_hand: Path) -> None:
    done = run(repository, str(by_hand / SCRIPTS / "generate_data.py"), "--config", CONFIG)
    assert done.returncode == 2
    assert f"the installed fluxem is that of {repository}" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--config", "config/smoke.yaml"),
            "config/smoke.yaml: has the key experiments, so it is an overlay",
        ),
        (
            ("--config", "config/nowhere.yaml"),
            "config/nowhere.yaml: cannot be read: No such file or directory, nor is there config/nowhere_full.yaml",
        ),
        (
            ("--config", "config/nowhere_full.yaml"),
            "config/nowhere.yaml: cannot be read: No such file or directory, nor is there config/nowhere_full.yaml",
        ),
        (("--config", "config/nowhere.yml"), "config/nowhere.yml: cannot be read: No such file or directory"),
        (
            ("--config", "config/units.yaml"),
            "config/units.yaml: cannot be read: No such file or directory; did you mean config/units_full.yaml?",
        ),
        (("--config", UNITS, "--epochs", "0"), "command line: experiments.units.training.epochs = 0"),
        (
            ("--config", CONFIG, "--epochs", "0"),
            "command line: experiments.arithmetic_small.training.epochs = 0",
        ),
        (
            ("--config", CONFIG, "--device", "gpu"),
            'command line: experiments.arithmetic_small.device = "gpu" is not',
        ),
    ],
)
def test_a_wrong_configuration_by_hand(repository: Path, arguments: tuple[str, ...], message: str) -> None:
    assert refusal(repository, "train_hybrid", *arguments).startswith(message)


def test_two_files_of_one_experiment_are_refused_by_hand(repository: Path) -> None:
    shutil.copy(repository / UNITS, repository / "config/units.yaml")
    for file in ("units", "units_full"):
        said = refusal(repository, "generate_data", "--config", f"config/{file}.yaml")
        assert said == f"{UNITS}: config/units.yaml is there too; allowed: one file for experiment units"


@pytest.mark.parametrize("arguments", [(), ("--seed", "-1"), ("--seed", "x"), ("--spec", "{}", "--seed", "1")])
def test_wrong_arguments_exit_with_2(by_hand: Path, arguments: tuple[str, ...]) -> None:
    config = () if not arguments or "--spec" in arguments else ("--config", CONFIG)
    done = run(by_hand, f"{SCRIPTS}/generate_data.py", *config, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("script", [step.script for step in STEPS.values()])
def test_help_shows_an_example(by_hand: Path, script: str) -> None:
    shown = run(by_hand, f"{SCRIPTS}/{script}", "--help").stdout
    assert f"example: python {SCRIPTS}/{script} --config config/arithmetic_small.yaml" in " ".join(shown.split())

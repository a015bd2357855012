"""Profiles: what Snakemake does by default, here and on a cluster, and what each job asks a cluster for."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from miniature import make_repository, run
from snakemake.cli import parse_args
from snakemake_executor_plugin_slurm.utils import set_gres_string

ROOT = Path(__file__).resolve().parents[1]
DEFAULT, SLURM, SITE = (
    ROOT / each / "config.yaml" for each in ("profiles/default", "profiles/slurm", "tests/slurm/site")
)
#: Seconds of work at most, on the machine that runs Snakemake.
LOCAL = {"all", "table", "times", "pages", "figures_arithmetic_small", "figures_units"}

Jobs = dict[str, dict[str, int]]


def settings(profile: Path) -> dict[str, object]:
    return yaml.safe_load(profile.read_text())


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which one experiment is on a GPU."""
    folder = make_repository(tmp_path_factory.mktemp("profiles") / "repository")
    file = folder / "config/units_full.yaml"
    file.write_text(file.read_text().replace("device: cpu", "device: cuda"))
    return folder


def dry_run(repository: Path, *options: str) -> str:
    done = run(repository, "-m", "snakemake", "--dry-run", "--workflow-profile", "slurm", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def jobs(text: str) -> Jobs:
    """The resources of a job of each rule and experiment; those of one rule and experiment must ask for the same."""
    found: Jobs = {}
    for rule, experiment, listed in re.findall(
        r"rule (\w+):(?:\n.*?)*?(?:\n +wildcards: experiment=(\w+).*)?\n +resources: (.*)", text
    ):
        asked = {name: int(amount) for name, amount in re.findall(r"(\w+)=(\d+)(?:,|$)", listed)}
        assert found.setdefault(f"{rule} {experiment}".strip(), asked) == asked
    return found


@pytest.fixture(scope="module")
def planned(repository: Path) -> str:
    return dry_run(repository)


@pytest.mark.parametrize("profile", ["default", "slurm"])
def test_snakemake_finds_and_understands_a_profile_by_its_name(profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    _, given = parse_args(["--workflow-profile", profile])
    assert vars(given).items() >= {"keep_going": True, "rerun_incomplete": True}.items()
    assert given.executor == {"slurm": "slurm"}.get(profile)


def test_a_site_adds_to_the_cluster_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    _, given = parse_args(["--profile", str(SITE.parent), "--workflow-profile", "slurm"])
    assert (given.executor, given.slurm_status_command) == ("slurm", "squeue")
    assert not settings(SITE).keys() & settings(SLURM).keys()


def test_the_cluster_profile_has_the_settings_of_the_default_but_no_number_of_cores() -> None:
    here, there = settings(DEFAULT), settings(SLURM)
    del here["cores"]
    assert there.items() >= here.items()
    assert "cores" not in there


def test_every_job_on_the_cluster_asks_for_memory_and_time(planned: str) -> None:
    submitted = {name: asked for name, asked in jobs(planned).items() if name.split()[0] not in LOCAL}
    assert {name.split()[0] for name in submitted} == {
        *(
            "generate_arithmetic_small",
            "generate_units",
            "report",
            "train",
            "eval_arithmetic_small",
            "eval_units",
            "explain",
        ),
    }
    for asked in submitted.values():
        assert {"mem_mb", "runtime"} <= asked.keys()


@pytest.mark.parametrize(("experiment", "gpus", "option"), [("arithmetic_small", 0, ""), ("units", 1, "--gpus=1")])
@pytest.mark.parametrize("rule", ["train", "eval"])
def test_networks_ask_for_a_gpu_where_the_device_is_one(
    planned: str, rule: str, experiment: str, gpus: int, option: str
) -> None:
    name = f"{rule} {experiment}" if rule == "train" else f"{rule}_{experiment} {experiment}"
    asked = jobs(planned)[name]
    assert asked["gpu"] == gpus
    assert set_gres_string(SimpleNamespace(resources=asked)).strip() == option


def test_another_attempt_gets_more(repository: Path, planned: str) -> None:
    first, third = jobs(planned), jobs(dry_run(repository, "--attempt", "3"))
    assert first.keys() == third.keys()
    for name in first.keys() - {each for each in first if each.split()[0] in LOCAL}:
        for resource in ("mem_mb", "runtime"):
            assert third[name][resource] == 3 * first[name][resource]


def test_the_short_jobs_of_a_seed_are_one_job(planned: str) -> None:
    groups = re.findall(r"Group job (\w+) .*((?:\n(?: .*)?)+)", planned)
    assert [name for name, _ in groups] == ["data"] * 2 * 3
    for _, part in groups:
        experiment, seed = re.findall(r"wildcards: experiment=(\w+), seed=(\d+)\n", part)[0]
        assert re.findall(r"rule (\w+):", part) == [f"generate_{experiment}", "report"]
        assert part.count(f"experiment={experiment}, seed={seed}\n") == 2

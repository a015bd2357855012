"""What happens when the machine fails: full and read-only disks, killed and interrupted jobs, two runs at once.

Disks are made in namespaces of their own, which need no rights.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from miniature import CONFIGS, PAPER, make_repository, planned_jobs, run

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = "workflow/scripts"
TINY = """
task: arithmetic
seeds: [3]
data: {train_size: 60, validation_size: 12, test_size: 12}
model: {hidden_dim: 32}
training: {epochs: 6}
"""
NAMESPACE = ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--user", "--map-root-user")))
KILLS = 20


def environment(folder: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "PYTHONPATH": str(folder), "HOME": str(folder)}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real pipeline with a tiny experiment, its data and its trained hybrid made; nobody writes into it."""
    folder = tmp_path_factory.mktemp("real") / "repository"
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("fluxem", "workflow", "config"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "constraints.txt", folder)
    (folder / "config/arithmetic_small.yaml").write_text(TINY)
    for script in ("generate_data", "train_hybrid"):
        done = run(folder, f"{SCRIPTS}/{script}.py", "--config", "config/arithmetic_small.yaml")
        assert done.returncode == 0, done.stderr
    return folder


def copy(real: Path, tmp_path: Path, *made: str) -> Path:
    """A copy of the repository in which only these results are made."""
    folder = tmp_path / "repository"
    shutil.copytree(real, folder, ignore=shutil.ignore_patterns("results", "__pycache__"))
    for name in made:
        shutil.copytree(real / "results" / name, folder / "results" / name)
    return folder


def made(folder: Path) -> dict[str, bytes]:
    """The results, less what is measured anew each time and what killed processes leave (`clean-orphans` finds it)."""
    files = (file for file in (folder / "results").rglob("*") if file.is_file())
    below = {file.relative_to(folder).as_posix(): file for file in files}
    measured = ("/benchmarks/", "/logs/", "/manifests/", "times.md", ".part-")
    return {name: file.read_bytes() for name, file in below.items() if not any(each in name for each in measured)}


def made_by_all(folder: Path) -> dict[str, bytes]:
    """Of these what `snakemake all` makes."""
    return {name: content for name, content in made(folder).items() if not any(each in name for each in PAPER)}


DATA = "arithmetic_small/seed3/data"


@pytest.mark.parametrize("options, says", [("size=64k", "disk"), ("size=16m,ro", "Read-only file system")])
@pytest.mark.parametrize("script", ["generate_data", "train_hybrid"])
def test_a_disk_that_takes_no_files_is_one_clear_line(
    real: Path, tmp_path: Path, script: str, options: str, says: str
) -> None:
    folder = copy(real, tmp_path, *([DATA] if script == "train_hybrid" else []))
    run_folder = folder / "results/arithmetic_small/seed3" / ("hybrid" if script == "train_hybrid" else "data")
    run_folder.mkdir(parents=True, exist_ok=True)
    command = f"{sys.executable} {SCRIPTS}/{script}.py --config config/arithmetic_small.yaml"
    size = options.replace("64k", "8k") if script == "generate_data" else options
    mount = f"mount -t tmpfs -o {size} none {run_folder}"
    done = subprocess.run(
        [*NAMESPACE, "bash", "-c", f"{mount} && {command}; code=$?; find {run_folder} -type f; exit $code"],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done
    assert done.stderr.count("\n") == 1 and "cannot be written: " in done.stderr and "Traceback" not in done.stderr
    assert says in done.stderr or "No space left on device" in done.stderr
    left = [line for line in done.stdout.splitlines() if line.startswith(str(run_folder))]
    whole = real / run_folder.relative_to(folder)
    assert all((whole / Path(name).name).exists() for name in left), left  # each whole under its name, or not there
    again = run(folder, f"{SCRIPTS}/{script}.py", "--config", "config/arithmetic_small.yaml")
    assert again.returncode == 0, again.stderr
    assert {name: made(real)[name] for name in made(folder)} == made(folder)


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.4])
def test_a_killed_training_goes_on_to_the_same_bytes(real: Path, tmp_path: Path, seconds: float) -> None:
    folder = copy(real, tmp_path, DATA)
    command = [sys.executable, f"{SCRIPTS}/train_hybrid.py", "--config", "config/arithmetic_small.yaml"]
    checkpoint = folder / "results/arithmetic_small/seed3/hybrid/checkpoint.pt"
    training = subprocess.Popen(command, cwd=folder, env=environment(folder), stdout=subprocess.DEVNULL)
    while not checkpoint.exists():
        assert training.poll() is None
        time.sleep(0.01)
    time.sleep(seconds)
    training.kill()
    training.wait()
    again = run(folder, *command[1:])
    assert again.returncode == 0, again.stderr
    assert made(folder) == made(real)


def test_an_interrupted_step_says_so_in_one_line(real: Path, tmp_path: Path) -> None:
    folder = copy(real, tmp_path, DATA)
    command = [sys.executable, f"{SCRIPTS}/train_hybrid.py", "--config", "config/arithmetic_small.yaml"]
    training = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # what a shell starts in the background does not hear it, and neither does what that starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert training.stdout is not None
    while not training.stdout.readline().startswith("epoch 1"):
        assert training.poll() is None
    training.send_signal(signal.SIGINT)
    _, said = training.communicate()
    assert (training.returncode, said) == (130, "train_hybrid.py: stopped; the same command goes on\n")


def test_code_edited_after_planning_is_refused(real: Path, tmp_path: Path) -> None:
    folder = copy(real, tmp_path, DATA)
    plan = "Plan.load_one(Path('config/arithmetic_small.yaml'), {}).train('arithmetic_small', 3, 'hybrid')"
    imports = "import json; from fluxem.pipeline.plan import Plan; from pathlib import Path"
    spec = run(folder, "-c", f"{imports}; print(json.dumps({plan}))").stdout
    module = folder / "fluxem/models/backbone.py"
    module.write_text(module.read_text(encoding="utf-8") + "\nX = 1\n", encoding="utf-8")
    done = run(folder, f"{SCRIPTS}/train_hybrid.py", "--spec", spec)
    assert done.returncode == 2
    said = "code of step train_hybrid changed since this run was planned: run the command again"
    assert done.stderr == f"train_hybrid.py: {said}\n"
    assert not (folder / "results/arithmetic_small/seed3/hybrid").exists()


# --- Snakemake ---


def snakemake(folder: Path, *options: str) -> subprocess.Popen[str]:
    """A run of everything, in a process group of its own."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *options]
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=folder, env=environment(folder), text=True, start_new_session=True, **streams)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A miniature repository in which nothing was run."""
    folder = make_repository(tmp_path / "empty")
    for name, text in CONFIGS.items():
        (folder / name).write_text(text)
    return folder


def test_killed_at_random_everything_ends_in_the_same_bytes(finished: Path, empty: Path) -> None:
    """Main process and jobs at once, or the main process alone, whose jobs go on writing."""
    rng, expected = random.Random(0), made_by_all(finished)
    for kill in range(KILLS):
        if kill % 5 == 0:
            shutil.rmtree(empty / "results", ignore_errors=True)
            shutil.rmtree(empty / ".snakemake", ignore_errors=True)
        running = snakemake(empty, "--nolock")
        time.sleep(rng.uniform(0.5, 4))
        with contextlib.suppress(ProcessLookupError):  # it was done
            (os.killpg if kill % 2 else os.kill)(running.pid, signal.SIGKILL)
        running.communicate()
        if kill % 5 == 4:
            done = run(empty, "-m", "snakemake", "--cores", "2", "--nolock")
            assert done.returncode == 0, done.stderr
            assert made(empty) == expected
            assert planned_jobs(empty) == []


def test_two_runs_at_once_do_not_mix(finished: Path, empty: Path) -> None:
    """The second is refused while the first runs, and finds nothing to do afterwards."""
    both = [snakemake(empty), snakemake(empty)]
    said = [each.communicate()[1] for each in both]
    codes = sorted(each.returncode for each in both)
    assert codes in ([0, 0], [0, 1])
    assert codes == [0, 0] or any("lock" in text for text in said)
    assert made(empty) == made_by_all(finished)


def test_a_configuration_edited_while_it_runs_counts_for_the_next_run(empty: Path) -> None:
    running = snakemake(empty)
    while not (empty / "results/arithmetic_small/logs").exists():
        assert running.poll() is None
        time.sleep(0.02)
    file = empty / "config/arithmetic_small.yaml"
    file.write_text(file.read_text().replace("epochs: 20", "epochs: 21"))
    _, said = running.communicate()
    assert running.returncode == 0, said
    assert {line.split()[0] for line in planned_jobs(empty)} == {
        *("train", "eval", "table", "figures", "times", "explain", "pages")
    }
    assert all("units" not in line for line in planned_jobs(empty))
    assert run(empty, "-m", "snakemake", "--cores", "2").returncode == 0
    assert '"epochs": 21' in (empty / "results/arithmetic_small/seed0/hybrid/run.json").read_text()
    assert planned_jobs(empty) == []

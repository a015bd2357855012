"""The pipeline on a Slurm cluster of this machine alone: the same bytes as without one, whatever is killed or edited.

    python tests/slurm/check.py              every check at a tiny size
    python tests/slurm/check.py small        config/arithmetic_small.yaml itself, on the cluster and without it

Needs what `cluster.py` says, and the executor: pip install -c constraints.txt -e ".[train,pipeline,slurm]". It works
in a copy of the repository, prints what it does, and exits with 1 where a check fails. Not collected by pytest: it
takes minutes.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cluster import cluster, complain, jobs, says, wait

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENT = "arithmetic_small"
FILE = f"config/{EXPERIMENT}.yaml"
CPUS = 2
PATIENCE = 3600  # seconds; nothing takes so long but on a machine that is busy with something else

# One row that takes long enough to be killed in the middle.
TINY = """\
experiments:
  arithmetic_small:
    seeds: [0]
    models: [hybrid]
    data: {train_size: 100, validation_size: 20, test_size: 20}
    model: {hidden_dim: 32}
    training: {hybrid: {epochs: 40, most_packed: 1}}
"""
TWO_ROWS = TINY.replace("models: [hybrid]", "models: [token_only, hybrid]").replace("epochs: 40", "epochs: 2")
#: What two runs never have in common: times, and what was printed.
UNLIKE = ("benchmarks", "logs", "times.md")
ON_SLURM = ("--profile", "tests/slurm/site", "--workflow-profile", "slurm", "--latency-wait", "20")


class Repository:
    """A copy of the repository, in which an overlay says what is run."""

    def __init__(self, folder: Path, overlay: str) -> None:
        self.folder = folder / "repository"
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        for name in filter(lambda name: (ROOT / name).is_file(), listed.stdout.splitlines()):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, self.folder / name)
        (self.folder / "overlay.yaml").write_text(overlay)
        self.log = (folder / "log").open("w")
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, results: str, *options: str) -> subprocess.Popen[bytes]:
        """Snakemake, at work for the table of the experiment in a folder of results."""
        targets = [f"{results}/{EXPERIMENT}/{file}" for file in ("table.md", "seed0/data/report.md")]
        overlay = ["--configfile", "overlay.yaml", "--config", f"results_dir={results}"]
        running = subprocess.Popen(
            [sys.executable, "-m", "snakemake", *targets, *options, *overlay],
            cwd=self.folder, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(self.folder)},
        )  # fmt: skip
        self.started.append(running)
        return running

    def stop(self) -> None:
        """End what still runs here."""
        for running in self.started:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGTERM)
                running.wait()

    def run(self, results: str, *options: str) -> int:
        """The exit code of the same, when it has ended."""
        return self.start(results, *options).wait(PATIENCE)

    def made(self, results: str) -> dict[str, bytes]:
        """What a run made, file by file."""
        folder = self.folder / results
        files = {file.relative_to(folder): file for file in folder.rglob("*") if file.is_file()}
        return {str(name): file.read_bytes() for name, file in files.items() if not {*name.parts} & {*UNLIKE}}

    def path(self, results: str, file: str) -> Path:
        """A file of the experiment."""
        return self.folder / results / EXPERIMENT / file

    def printed(self) -> str:
        """What every run so far has printed."""
        return Path(self.log.name).read_text()


def check(fact: object, what: str) -> None:
    """Print what is true; exit where it is not."""
    print(f"  {'ok' if fact else 'NOT TRUE'}: {what}", flush=True)
    if not fact:
        sys.exit(1)


def same(repository: Repository) -> None:
    """The cluster makes what this machine makes without it, and then nothing is left to do."""
    check(repository.run("alone", "--cores", str(CPUS)) == 0, "a run without the cluster")
    began = time.monotonic()
    check(repository.run("cluster", *ON_SLURM) == 0, "a run on the cluster")
    print(f"     {time.monotonic() - began:.0f} s")
    here, there = repository.made("alone"), repository.made("cluster")
    differing = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
    check(not differing, f"the same bytes in {len(here)} files {differing}")
    repository.run("cluster", *ON_SLURM, "--dry-run")
    check("Nothing to be done" in repository.printed(), "a second run has nothing to do")


def killed(repository: Repository, beside: bool) -> None:
    """Snakemake is killed while a training runs, and started again; `beside`: while that training still writes."""
    check(repository.run("alone", "--cores", "1") == 0, "a run without the cluster")
    first = repository.start("cluster", *ON_SLURM)
    wait(repository.path("cluster", "seed0/hybrid/checkpoint.pt").exists, patience=PATIENCE)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    check(len(jobs()) == 1, "Snakemake is killed, its training goes on")
    if not beside:
        subprocess.run(["scancel", "--user=root"], check=True)
        wait(lambda: not jobs(), patience=PATIENCE)
    check(repository.run("cluster", "--unlock", "--cores", "1") == 0, "the folder is unlocked")
    second = repository.start("cluster", *ON_SLURM)
    if beside:
        wait(lambda: len(jobs()) == 2, patience=PATIENCE)
        check(True, "a second training of the same run writes beside the first")
    check(second.wait(PATIENCE) == 0, "the second run ends well")
    wait(lambda: not jobs(), patience=PATIENCE)
    check(repository.made("alone") == repository.made("cluster"), "the same bytes as never killed")


def failing(repository: Repository) -> None:
    """A test fails once, after its training in the same job: it is tried again, and nothing is trained again."""
    script = repository.folder / "workflow/scripts/eval.py"
    once = "    if not (failed := Path('failed')).exists():\n        failed.touch()\n        raise SystemExit(1)\n"
    script.write_text(script.read_text().replace('    main("eval"', f'{once}    main("eval"'))
    check(repository.run("cluster", *ON_SLURM) == 0, "the run ends well")
    trained = repository.path("cluster", "seed0/hybrid/model.safetensors").stat().st_mtime
    failed = (repository.folder / "failed").stat().st_mtime
    check(trained < failed, "the training was not repeated")


def edited(repository: Repository) -> None:
    """The configuration is edited during a run: its jobs are by the one before, those of the next run by the other."""
    file = repository.folder / FILE
    before = file.read_text()
    after = before.replace("learning_rate: 0.001", "learning_rate: 0.002")
    running = repository.start("cluster", *ON_SLURM)
    wait(lambda: jobs(), patience=PATIENCE)
    file.write_text(after)
    check(running.wait(PATIENCE) == 0, "the run ends well")
    data = repository.path("cluster", "manifests/generate_seed0.json").stat().st_mtime
    file.write_text(before)
    check(repository.run("alone", "--cores", "1") == 0, "a run without the cluster by the configuration before")
    check(repository.made("alone") == repository.made("cluster"), "the same bytes")
    repository.run("cluster", *ON_SLURM, "--dry-run")
    check("Nothing to be done" in repository.printed(), "edited back, there is nothing to do")
    file.write_text(after)
    check(repository.run("cluster", *ON_SLURM) == 0, "a run by the edited configuration")
    check(repository.run("alone", "--cores", "1") == 0, "the same without the cluster")
    check(repository.made("alone") == repository.made("cluster"), "the same bytes")
    again = repository.path("cluster", "manifests/generate_seed0.json").stat().st_mtime
    check(data == again, "what the edit does not change was not made again")


def edited_code(repository: Repository) -> None:
    """Code is edited during a run: what has not begun refuses; the next run goes on."""
    running = repository.start("cluster", *ON_SLURM)
    wait(lambda: jobs(), patience=PATIENCE)
    module = repository.folder / "fluxem/models/hybrid.py"
    module.write_text(module.read_text() + "\nEDITED = True\n")
    check(running.wait(PATIENCE) != 0, "the run fails")
    check("code of step train_hybrid changed since this run was planned" in repository.printed(), "it says why")
    check(repository.run("cluster", *ON_SLURM) == 0, "the run after it ends well")


def gpu(repository: Repository) -> None:
    """A training on a GPU asks Slurm for one."""
    running = repository.start("cluster", *ON_SLURM)
    wait(lambda: "TresPerJob=gres:gpu:1" in says("scontrol", "show", "job", "--oneliner"), patience=PATIENCE)
    check(True, "a job asks for a GPU")
    running.send_signal(signal.SIGINT)
    running.wait(PATIENCE)
    check(not jobs(), "Snakemake is interrupted, and cancels its jobs")


@contextmanager
def copy(overlay: str) -> Iterator[Repository]:
    """A copy of the repository, kept where a check failed."""
    folder = Path(tempfile.mkdtemp(prefix="fluxem-slurm-"))
    repository = Repository(folder, overlay)
    try:
        yield repository
    except BaseException:
        repository.stop()
        print(f"  see {folder}", file=sys.stderr)
        raise
    shutil.rmtree(folder)


CHECKS: dict[str, tuple[str, Callable[[Repository], None]]] = {
    "same": (TWO_ROWS, same),
    "killed": (TINY, lambda repository: killed(repository, beside=False)),
    "killed_beside": (TINY, lambda repository: killed(repository, beside=True)),
    "failing": (TINY, failing),
    "edited": (TINY, edited),
    "edited_code": (TINY, edited_code),
    "gpu": (TINY + "    device: cuda\n", gpu),
}


def main(names: list[str]) -> None:
    """Do the named checks, all of `CHECKS` without a name, each in a copy of its own."""
    every = CHECKS | {"small": ("{}\n", same)}
    if unknown := [name for name in names if name not in every]:
        print(f"{unknown[0]} is no check; allowed: {', '.join(every)}", file=sys.stderr)
        sys.exit(2)
    complain()
    with cluster(CPUS):
        for name in names or CHECKS:
            overlay, each = every[name]
            print(name, flush=True)
            with copy(overlay) as repository:
                each(repository)


if __name__ == "__main__":
    main(sys.argv[1:])

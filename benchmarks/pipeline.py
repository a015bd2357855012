"""What the pipeline costs beside the work that it has done.

    python benchmarks/pipeline.py small [--tiny]     what `make small` runs, in a copy, on one core
    python benchmarks/pipeline.py nothing [OPTIONS]  `snakemake OPTIONS` here, where nothing is left to do

`small` takes as long as `make small`; `--tiny` trains for an epoch on 60 questions: the cost is the same, its share
means nothing. *Work* is what a step does between its checks, once all is loaded that it imports: making questions,
training, testing, writing a table or a figure. The rest is cost: Snakemake, and the start and end of each step (Python,
libraries, digests, checks, checksums). CPU time is of all processes together; a busy machine stretches it less than
wall time. `nothing` prints medians of several calls.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
#: As in the Makefile.
TARGETS = [f"results/arithmetic_small/{file}" for file in ("table.md", "figures/accuracy_by_operations.svg")]
TINY = """
experiments:
  arithmetic_small:
    data: {train_size: 60, validation_size: 2, test_size: 2}
    training: {epochs: 1, token_only: {epochs: 1}}
"""
#: Python imports a module of this name at its start. It times the work of a step's script, and adds a line to a file.
PROBE_FILE = "sitecustomize.py"
PROBE = """
import sys

if len(sys.orig_argv) > 1 and "workflow/scripts/" in sys.orig_argv[1]:
    import ast, importlib, json, os, pathlib, time
    from fluxem.pipeline import step

    script, main = pathlib.Path(sys.orig_argv[1]), step.main

    def timed(name, doc, work):
        def work_alone(job):
            for node in ast.walk(ast.parse(script.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module.startswith("fluxem"):
                    importlib.import_module(node.module)
            if name.startswith("train"):
                import torch._dynamo  # the first step of an optimiser loads it
            cpu, wall = time.process_time(), time.perf_counter()
            made = work(job)
            seconds = time.process_time() - cpu, time.perf_counter() - wall
            with open(os.environ["PROBED"], "a") as file:
                print(json.dumps([name.partition("_")[0], *seconds, cpu]), file=file)
            return made

        main(name, doc, work_alone)

    step.main = timed
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    small = commands.add_parser("small", help="what `make small` runs")
    small.add_argument("--tiny", action="store_true", help="train for an epoch on 60 questions")
    nothing = commands.add_parser("nothing", help="a run in which nothing is left to do")
    nothing.add_argument("options", nargs=argparse.REMAINDER, metavar="OPTIONS", help="of snakemake")
    for command in commands.choices.values():
        command.add_argument("--repeats", type=int, default=5, help="of the run that has nothing to do")
    options = parser.parse_args()
    if options.command == "nothing":
        measure_nothing(ROOT, options.options or ["all"], options.repeats)
        return
    with TemporaryDirectory() as folder:
        repository = copy(Path(folder) / "repository")
        overlay = repository / "overlay.yaml"
        overlay.write_text(TINY if options.tiny else "{}")
        arguments = ["--cores", "1", *TARGETS, "--configfile", str(overlay)]
        measure_run(repository, arguments)
        (repository / PROBE_FILE).unlink()
        measure_nothing(repository, arguments, options.repeats)


def copy(folder: Path) -> Path:
    """A copy of this repository, less what git ignores, whose steps tell how long they worked."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(lambda name: (ROOT / name).is_file(), listed.stdout.splitlines()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / PROBE_FILE).write_text(PROBE)
    return folder


def snakemake(repository: Path, arguments: list[str]) -> tuple[float, float, str]:
    """CPU and wall seconds of a call of Snakemake with all that it starts, and what it printed."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=repository,
        env=os.environ | {"PYTHONPATH": str(repository), "PROBED": str(repository / "probed")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{done.stdout}snakemake failed")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall, done.stdout


def measure_run(repository: Path, arguments: list[str]) -> None:
    """Print what a run cost, beside its work."""
    total_cpu, total_wall, _ = snakemake(repository, arguments)
    jobs = [json.loads(line) for line in (repository / "probed").read_text().splitlines()]
    work_cpu, work_wall = sum(cpu for _, cpu, _, _ in jobs), sum(wall for _, _, wall, _ in jobs)
    print(f"{len(jobs)} steps                     CPU s    wall s")
    for step in dict.fromkeys(name for name, *_ in jobs):
        of = [rest for name, *rest in jobs if name == step]
        print(
            f"  {step:10} {len(of):3} x  work {sum(cpu for cpu, _, _ in of):9.1f} {sum(wall for _, wall, _ in of):9.1f}"
        )
        print(f"                  start {sum(start for *_, start in of):8.1f}")
    print(f"  work                  {work_cpu:9.1f} {work_wall:9.1f}")
    print(f"  all of it             {total_cpu:9.1f} {total_wall:9.1f}")
    cost_cpu, cost_wall = total_cpu - work_cpu, total_wall - work_wall
    print(f"  cost                  {cost_cpu:9.1f} {cost_wall:9.1f}")
    print(f"  cost per work         {cost_cpu / work_cpu:9.1%} {cost_wall / work_wall:9.1%}")


def measure_nothing(repository: Path, arguments: list[str], repeats: int) -> None:
    """Print what a run costs that has nothing to do."""
    runs = [snakemake(repository, arguments) for _ in range(repeats)]
    if not all("Nothing to be done" in said for *_, said in runs):
        sys.exit("there is something to do: run `snakemake` first")
    cpu, wall = statistics.median(cpu for cpu, _, _ in runs), statistics.median(wall for _, wall, _ in runs)
    print(f"nothing to do, median of {repeats}: CPU {cpu:.1f} s, wall {wall:.1f} s")


if __name__ == "__main__":
    main()

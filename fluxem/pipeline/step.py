"""The command line of a pipeline step, and the checks before and after its work.

Every script under workflow/scripts/ is called in one of two ways:

    --spec JSON --results DIR       by Snakemake, which knows the whole plan
    --config FILE [--seed N ...]    by hand: the same spec, worked out from the configuration

Its work reads what the spec says and nothing else; so what it made is known by its spec.
"""

from __future__ import annotations

import argparse
import errno
import gc
import importlib.metadata
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from fluxem.errors import InputError
from fluxem.pipeline import layout
from fluxem.pipeline.dataset import check_dataset
from fluxem.pipeline.digest import PACKAGE, closure
from fluxem.pipeline.environment import SCRIPTS, STEPS, environment, never_run, row_of
from fluxem.pipeline.job import Job as Job  # scripts take it from here
from fluxem.pipeline.layout import ROOT
from fluxem.pipeline.manifest import check_outputs, write_manifest
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.rows import ROWS
from fluxem.pipeline.spec import Spec, require

TRAIN = "train_"
#: What runs to plan and check. It is loaded by now, as a script imports nothing else before it has passed the checks.
_PLANNING = frozenset(sys.modules)


def main(step: str, doc: str, work: Callable[[Job], Path]) -> None:
    """Be the main program of a step's script.

    Args:
        step: a name in `STEPS`.
        doc: what `--help` says first.
        work: does one job and returns what it wrote, for the message. What it needs it imports itself, so
            that nothing heavy is loaded before the checks.

    Exits with 2 and one line on standard error where a configuration, an environment or an input is wrong.
    """
    # One thread: sums split over threads round differently, and results must not depend on the cores.
    os.environ.update({f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")})
    # What is loaded and parsed at the start stays; looking for cycles in it after every 700 objects took a second.
    gc.set_threshold(100_000, 20, 50)
    script = ROOT / SCRIPTS / STEPS[step].script
    try:
        if not script.samefile(sys.argv[0]):
            raise InputError(f"the installed {PACKAGE} is that of {ROOT}: run its scripts, or install this one")
        done: list[Spec] = []
        for job in _jobs(step, _arguments(step, doc)):
            _check_environment(job)
            _check_inputs(job)
            print(job, flush=True)
            # While outputs change, no manifest says that they are whole.
            (job.results / layout.manifest(job.spec)).unlink(missing_ok=True)
            made = work(job)
            done.append(job.spec)
            _audit(script, done)
            write_manifest(job.results, job.spec, job.device if "torch" in job.spec["libraries"] else None)
            print(f"wrote {os.path.relpath(made)}", flush=True)
    except InputError as error:
        print(f"{script.name}: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print(f"{script.name}: stopped; the same command goes on", file=sys.stderr)
        sys.exit(130)
    except Exception as error:
        # Libraries report a full disk each in its own way.
        if reason := _cannot_write(error):
            print(f"{script.name}: {reason}; make it possible and run the command again", file=sys.stderr)
            sys.exit(1)
        raise


def _cannot_write(error: Exception) -> str | None:
    """What an error says of a disk that takes no files, if it is about that."""
    numbers = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG)
    number = getattr(error, "errno", None)
    said = [each for each in numbers if os.strerror(each) in str(error)] if number is None else [number]
    found = next((os.strerror(each) for each in said if each in numbers), None)
    if found is None and "inline_container" in str(error):  # what torch says when it could not write all of a file
        found = "the disk may be full"
    return found and f"{getattr(error, 'filename', None) or 'results'} cannot be written: {found}"


def _arguments(step: str, doc: str) -> argparse.Namespace:
    example = {"step": step, "experiment": "arithmetic_small", "seed": 0, "model": "hybrid"}
    parser = argparse.ArgumentParser(description=doc, epilog=f"example: {layout.command(example)}")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--config", type=Path, metavar="FILE", help="the experiment's file")
    what.add_argument("--spec", type=json.loads, metavar="JSON", help="the whole job, as Snakemake gives it")
    parser.add_argument("--results", type=Path, metavar="DIR", help="default: results_dir of config.yaml")
    parser.set_defaults(seed=None, model=None, variant=None, epochs=None, device=None)
    by_hand = []
    if step not in ("table", "figures", "times", "pages", "explain"):
        first = "default: the first of the configuration"
        by_hand.append(parser.add_argument("--seed", type=_natural, metavar="N", help=first))
    if step == "eval":
        by_hand.append(parser.add_argument("--model", metavar="ROW", help="default: each of the configuration"))
    if step.startswith(TRAIN):
        rows = ", ".join(_of_family(step, ROWS))
        by_hand.append(parser.add_argument("--variant", metavar="ROW", help=f"{rows}, or one of `variants`"))
    if "torch" in STEPS[step].libraries:
        instead = "in place of training.epochs"
        by_hand.append(parser.add_argument("--epochs", type=_natural, metavar="N", help=instead))
        parser.add_argument("--device", help="cpu, cuda, cuda:N or mps; default: `device` of the configuration")
    arguments = parser.parse_args()
    if arguments.spec is not None:
        for flag in by_hand:
            if getattr(arguments, flag.dest) is not None:
                parser.error(f"{flag.option_strings[0]} goes with --config, not with --spec")
    return arguments


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}; allowed: an integer from 0")
    return int(text)


def _jobs(step: str, arguments: argparse.Namespace) -> Iterator[Job]:
    if arguments.spec is not None:
        yield Job(arguments.spec, arguments.results or Path("results"), arguments.device or "cpu")
        return
    plan, name = _plan(arguments)
    config = plan.experiments[name]
    seed = config.seeds[0] if arguments.seed is None else arguments.seed
    specs: list[Spec]
    match step:
        case "generate":
            specs = [plan.generate(name, seed)]
        case "eval":
            models = config.models if arguments.model is None else [_known(arguments, "model", plan.rows(name))]
            specs = [plan.eval(name, seed, model) for model in models]
        case "report":
            specs = [plan.report(name, seed)]
        case "table":
            specs = [plan.table(name)]
        case "figures":
            specs = [plan.figures(name)]
        case "times":
            specs = [plan.times_of(name)]
        case "pages":
            specs = [plan.pages(name)]
        case "explain":
            if name not in plan.explained:
                allowed = "an experiment with data of its own and hybrid among its models"
                raise InputError(f"{arguments.config}: has no hybrid of its own to explain; allowed: {allowed}")
            specs = [plan.explain(name)]
        case _:
            rows = [row for row in plan.rows(name) if plan.script(name, row).endswith(STEPS[step].script)]
            model = step.removeprefix(TRAIN) if arguments.variant is None else _known(arguments, "variant", rows)
            specs = [plan.train(name, seed, model)]
    for spec in specs:
        yield Job(spec, arguments.results or plan.results, config.device)


def _plan(arguments: argparse.Namespace) -> tuple[Plan, str]:
    """The plan of the one experiment of `--config` with what the command line changes, and its name."""
    over: dict[str, Any] = {} if arguments.device is None else {"device": arguments.device}
    if arguments.epochs is not None:
        epochs = {"epochs": arguments.epochs}
        over["training"] = epochs | dict.fromkeys(ROWS, epochs)
        config = next(iter(Plan.load_one(arguments.config, over).experiments.values()))
        over["variants"] = {variant: {"training": epochs} for variant in config.variants}
    plan = Plan.load_one(arguments.config, over)
    return plan, next(iter(plan.experiments))


def _of_family(step: str, rows: Iterable[str]) -> list[str]:
    """The rows that a training step trains."""
    return [row for row in rows if f"{TRAIN}{ROWS[row].family}" == step]


def _known(arguments: argparse.Namespace, flag: str, rows: Sequence[str]) -> str:
    """The row that a flag names; InputError where there is none."""
    row = getattr(arguments, flag)
    if row not in rows:
        raise InputError(f"--{flag} {row}: is no row here; allowed: {', '.join(rows)}")
    return str(row)


def _check_environment(job: Job) -> None:
    """Refuse to work with other code, another Python or other libraries than the spec names."""
    step = job.spec["step"]
    here = environment(ROOT, step, job.spec["task"], row_of(job.spec))
    if here["code"] != job.spec["code"]:
        raise InputError(f"code of step {step} changed since this run was planned: run the command again")
    if here["python"] != job.spec["python"]:
        raise InputError(f"planned for Python {job.spec['python']}, run by Python {here['python']}")
    for library, version in job.spec["libraries"].items():
        found = _installed(library)
        if found != version:
            raise InputError(
                f"{library} is {found}, results are made with {version}: "
                'run `pip install -c constraints.txt -e ".[train,pipeline]"`'
            )


def _installed(library: str) -> str:
    """The installed version without its build, such as "+cpu"."""
    try:
        return importlib.metadata.version(library).partition("+")[0]
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _check_inputs(job: Job) -> None:
    """Refuse inputs that are missing, damaged or made from another spec than this job expects."""
    for file, spec in zip(job.records, layout.inputs(job.spec), strict=True):
        if spec["step"] == "generate":
            check_dataset(file.parent, spec, layout.command(spec))
        else:
            require(file, spec, layout.command(spec))
            read = set(layout.reads(job.spec)).intersection(layout.outputs(spec))
            check_outputs(job.results, spec, sorted(read), layout.command(spec))


def _audit(script: Path, specs: Iterable[Spec]) -> None:
    """Fail where the work of jobs ran modules that no digest covers, as one imported by a computed name."""
    covered = set(_PLANNING)
    for spec in specs:
        covered |= closure(ROOT, script, never_run(ROOT, spec["task"], row_of(spec))).keys()
    hidden = sorted(name for name in sys.modules if name.split(".")[0] == PACKAGE and name not in covered)
    if hidden:
        sys.exit(
            f"{script.name}: ran {', '.join(hidden)}, which the digest of its code does not cover; "
            "import modules with import statements"
        )

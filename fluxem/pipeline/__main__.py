"""`python -m fluxem.pipeline status|verify|why|clean-orphans`: are the results what configuration and code make?"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fluxem.errors import InputError, reader_left
from fluxem.pipeline import layout
from fluxem.pipeline.audit import Audit, Finding
from fluxem.pipeline.load import Values, merge, read_yaml
from fluxem.pipeline.origin import origin
from fluxem.pipeline.orphans import orphans, remove
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.spec import Spec
from fluxem.pipeline.verify import verify
from fluxem.pipeline.why import explain

EXIT = """exit status: 0 where all is well, 1 where something is not, 2 for input that cannot be used"""
#: Of the reasons for which a job is stale, status says as many.
REASONS = 3


@dataclass(frozen=True)
class Configured:
    """The plan, with the files that it comes from."""

    plan: Plan
    files: tuple[Path, ...]
    folder: Path

    @classmethod
    def read(cls, overlays: Sequence[Path]) -> Configured:
        """As Snakemake has it with these `--configfile`; raises ConfigError."""
        folder = Path(os.path.relpath(layout.ROOT / layout.CONFIG))
        files = (folder / "config.yaml", *overlays)
        values: Values = {}
        for file in files:
            values = merge(values, read_yaml(file))
        plan = Plan.load(values, files, folder)
        results = plan.results if plan.results.is_absolute() else Path(os.path.relpath(layout.ROOT / plan.results))
        return cls(replace(plan, results=results), files, folder)

    def origin(self, spec: Spec, key: str) -> str | None:
        """Where a key of a spec is set."""
        return origin(self.plan, self.files, self.folder, spec, key)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status, see `EXIT`."""
    options = _parser().parse_args(arguments)
    try:
        configured = Configured.read(options.configfile)
        match options.command:
            case "status":
                code = _status(Audit(configured.plan), options.paper)
            case "verify":
                code = _verify(configured.plan)
            case "why":
                code = _why(configured, options.target)
            case _:
                code = _clean(Audit(configured.plan), options.yes)
        sys.stdout.flush()
    except BrokenPipeError:
        return reader_left()
    except InputError as error:
        print(f"fluxem.pipeline {options.command}: {error}", file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fluxem.pipeline", description=__doc__, epilog=EXIT)
    commands = parser.add_subparsers(dest="command", required=True)
    status = commands.add_parser("status", help="which steps are fresh, and what is wrong with the others")
    status.add_argument(
        "--paper", action="store_true", help="what `snakemake paper` makes; default: what `snakemake all` makes"
    )
    commands.add_parser("verify", help="compare every byte that was made with its checksum")
    why = commands.add_parser("why", help="which step makes a file, and why it is not fresh")
    why.add_argument("target", type=Path, help="a file in the results, there or not")
    clean = commands.add_parser("clean-orphans", help="list files in the results that no planned step makes")
    clean.add_argument("--yes", action="store_true", help="delete them; while nothing runs, here or elsewhere")
    for command in commands.choices.values():
        command.epilog = EXIT
        command.add_argument(
            "--configfile",
            "--configfiles",
            type=Path,
            nargs="+",
            default=[],
            metavar="FILE",
            help="laid over config/config.yaml, as Snakemake does",
        )
    return parser


def _status(audit: Audit, paper: bool) -> int:
    jobs = audit.plan.jobs(paper)
    counts: dict[tuple[str, str], list[bool]] = {}
    for name, spec in jobs.items():
        counts.setdefault((spec["experiment"], layout.kind(spec)), []).append(not audit.findings[name])
    width = max(len(experiment) for experiment, _ in counts)
    for (experiment, step), fresh in counts.items():
        print(f"{experiment:{width}}  {step:8}  {sum(fresh)} of {len(fresh)} fresh")
    for name in jobs:
        _print_findings(audit, name)
    left = list(orphans(audit))
    for file, reason in left:
        print(f"orphan: {audit.plan.results / file}: {reason}")
    return int(bool(left) or any(audit.findings[name] for name in jobs))


def _print_findings(audit: Audit, name: str) -> None:
    """A line for every file of a job, and one for what is wrong with the job as a whole."""
    whole: dict[str, list[Finding]] = {}
    for finding in audit.findings[name]:
        if finding.file is None:
            whole.setdefault(finding.kind, []).append(finding)
        else:
            print(f"{finding.kind}: {audit.plan.results / finding.file}: {finding.reason}")
    for kind, findings in whole.items():
        more = f"; and {len(findings) - REASONS} more" if len(findings) > REASONS else ""
        reasons = "; ".join(finding.reason for finding in findings[:REASONS])
        print(f"{kind}: {layout.describe(audit.jobs[name])}: {reasons}{more}")


def _verify(plan: Plan) -> int:
    found = verify(plan)
    for file, problem in found.problems:
        print(f"{plan.results / file}: {problem}")
    print(f"{found.files} files, {found.bytes} bytes checked: {len(found.problems) or 'none'} damaged or missing")
    return int(bool(found.problems))


def _why(configured: Configured, target: Path) -> int:
    audit = Audit(configured.plan)
    file = Path(os.path.relpath(target, configured.plan.results)).as_posix()
    file = file if file in audit.makers else target.as_posix()
    if file not in audit.makers:
        known = [(configured.plan.results / each).as_posix() for each in audit.makers]
        close = difflib.get_close_matches(target.as_posix(), known, n=1, cutoff=0.8)
        hint = f"did you mean {close[0]}?" if close else "allowed: a file that a step of the configuration makes"
        raise InputError(f"{target}: no planned step makes it; {hint}")
    print("\n".join(explain(audit, audit.makers[file], configured.origin)))
    return int(bool(audit.findings[audit.makers[file]]))


def _clean(audit: Audit, yes: bool) -> int:
    found = list(orphans(audit))
    for file, reason in found:
        print(f"{audit.plan.results / file}: {reason}")
    if yes:
        remove(audit.plan.results, [file for file, _ in found])
    left = "deleted" if yes else "nothing deleted: add --yes to delete them"
    print(f"{len(found)} orphans, {left}" if found else "no orphans")
    return 0


if __name__ == "__main__":
    sys.exit(main())

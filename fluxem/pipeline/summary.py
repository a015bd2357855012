"""What a run of Snakemake made, in a few lines at its end; or which step failed, what it said, and what to do next.

It goes by the manifests and logs that changed while Snakemake ran. Nothing that the pipeline makes depends on it.
"""

from __future__ import annotations

import csv
import json
import os
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import TextIO

from fluxem.pipeline import layout
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.rows import ROWS
from fluxem.pipeline.spec import Spec
from fluxem.pipeline.terminal import paint

#: Of the rows of an experiment, and of the steps that failed, as many are shown.
MOST_ROWS, MOST_FAILED = 4, 3
#: Of a log, its last lines, and what is read to find them.
LAST_LINES, LAST_BYTES, LINE_WIDTH = 6, 8192, 160


class Run:
    """One run of Snakemake: `begin` when its first job may start, then `print_success` or `print_failure`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._started = 0.0
        self._jobs: dict[str, Spec] = {}
        self._before: dict[str, int] = {}

    def begin(self) -> None:
        """Note the time, and when every manifest and log last changed."""
        self._started = time.monotonic()
        self._jobs = self.plan.jobs()
        self._before = self._changes()

    def print_success(self, stream: TextIO) -> None:
        """What was made, the best rows of each table that was made, and what to try next."""
        self._print(stream, self._success(stream))

    def print_failure(self, stream: TextIO) -> None:
        """What was made, which steps failed with the end of their logs, and what to do next."""
        self._print(stream, self._failure(stream))

    def _print(self, stream: TextIO, lines: Iterator[str]) -> None:
        print("", *lines, "", sep="\n", file=stream, flush=True)

    def _success(self, stream: TextIO) -> Iterator[str]:
        now = self._changes()
        made = self._made(now)
        yield paint(self._headline(made), "bold", stream)
        explained = None
        for experiment in self.plan.experiments:
            if layout.manifest(self.plan.table(experiment)) in made:
                rows = self._best_rows(experiment)
                yield from self._table(experiment, rows, stream)
                explained = explained or next((each for row in rows if (each := self._explain(experiment, row))), None)
        yield ""
        yield "Next:"
        if explained:
            yield f"  {explained}"
        yield f"  {_program('python')} -m fluxem.pipeline status"

    def _failure(self, stream: TextIO) -> Iterator[str]:
        now = self._changes()
        made = self._made(now)
        failed = [name for name in self._jobs if self._changed(now, self._log(name)) and name not in made]
        yield paint(self._headline(made), "bold", stream)
        for name in failed[:MOST_FAILED]:
            yield ""
            yield paint(f"failed: {layout.describe(self._jobs[name])}", "red", stream)
            log = self.plan.results / self._log(name)
            yield f"  {log}"
            yield from (f"  | {line}" for line in last_lines(log))
        if len(failed) > MOST_FAILED:
            yield f"and {len(failed) - MOST_FAILED} more failed"
        if not failed:
            yield "No step began and failed: what went wrong is said above."
        yield ""
        yield "Next: mend what it says, then give the same command again. What was made is kept; a training that was"
        yield f"stopped goes on from its last epoch. What is missing: {_program('python')} -m fluxem.pipeline status"

    def _headline(self, made: list[str]) -> str:
        steps = Counter(layout.kind(self._jobs[name]) for name in made)
        what = ", ".join(f"{count} {step}" for step, count in steps.items())
        took = duration(time.monotonic() - self._started)
        count = "1 step" if len(made) == 1 else f"{len(made)} steps"
        return f"fluxem: {count} done in {took}{f' ({what})' if what else ''}"

    def _table(self, experiment: str, rows: dict[str, dict[str, float]], stream: TextIO) -> Iterator[str]:
        config = self.plan.experiments[experiment]
        folder = self.plan.results / experiment
        learned = sum(ROWS[config.row_of(model)].learned for model in config.models)
        of = f"; the best {len(rows)} of {learned} rows" if 0 < len(rows) < learned else ""
        seeds = f"mean over {len(config.seeds)} seeds" if len(config.seeds) > 1 else f"seed {config.seeds[0]}"
        yield ""
        yield f"{paint(experiment, 'cyan', stream)}: exact match in %, {seeds}{of}"
        yield from (f"  {line}" for line in aligned(rows))
        drawn = (folder / layout.FIGURE_FOLDER).is_dir()
        yield f"  table {folder / layout.TABLE}{f', figures {folder / layout.FIGURE_FOLDER}/' if drawn else ''}"

    def _best_rows(self, experiment: str) -> dict[str, dict[str, float]]:
        """Exact match of the learned rows that are best over all splits, by model and split, the best first."""
        config = self.plan.experiments[experiment]
        found = exact_match(self.plan.results / experiment / layout.METRICS_CSV)
        learned = [model for model in config.models if model in found and ROWS[config.row_of(model)].learned]
        best = sorted(learned, key=lambda model: -mean(found[model].values()))
        return {model: found[model] for model in best[:MOST_ROWS]}

    def _explain(self, experiment: str, model: str) -> str | None:
        """The command that explains what a row says to the first test question, where both are there."""
        config, source = self.plan.experiments[experiment], self.plan.source(experiment)
        of = {"experiment": source, "seed": config.seeds[0], "model": model}
        run, data = (self.plan.results / pattern.format_map(of) for pattern in (layout.RUN, layout.DATA))
        try:
            with (data / f"{config.data.test_splits[0]}.jsonl").open(encoding="utf-8") as lines:
                question = json.loads(next(lines))["text"]
        except (OSError, ValueError, LookupError, StopIteration):
            return None
        if not (run / layout.TRAINED[0]).is_file():
            return None
        return f"{_program('fluxem')} explain {shlex.join(['--model', str(run), question])}"

    def _made(self, now: dict[str, int]) -> list[str]:
        return [name for name in self._jobs if self._changed(now, name)]

    def _changed(self, now: dict[str, int], file: str) -> bool:
        return file in now and now[file] != self._before.get(file)

    def _changes(self) -> dict[str, int]:
        """When the manifest and the log of each job last changed, those that are there."""
        files = (self.plan.results / file for name in self._jobs for file in (name, self._log(name)))
        return {
            file.relative_to(self.plan.results).as_posix(): file.stat().st_mtime_ns for file in files if file.is_file()
        }

    def _log(self, name: str) -> str:
        return layout.notes(self._jobs[name])[0]


def exact_match(file: Path) -> dict[str, dict[str, float]]:
    """Exact match in a metrics.csv in %, mean over seeds, by model and split in their order.

    Nothing of a file that cannot be read: a summary is no reason for a run to fail.
    """
    values: dict[str, dict[str, list[float]]] = {}
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["metric"] == "exact_match":
                    values.setdefault(row["model"], {}).setdefault(row["split"], []).append(float(row["value"]))
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return {model: {split: 100 * mean(of) for split, of in splits.items()} for model, splits in values.items()}


def aligned(rows: dict[str, dict[str, float]]) -> Iterator[str]:
    """The lines of a table with a line for each split and a column for each model."""
    splits = list(dict.fromkeys(split for of in rows.values() for split in of))
    cells = [
        ["", *rows],
        *([split, *(f"{of[split]:.1f}" if split in of else "" for of in rows.values())] for split in splits),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for name, *numbers in cells if rows else []:
        yield "  ".join(
            [f"{name:{widths[0]}}", *(f"{each:>{width}}" for each, width in zip(numbers, widths[1:], strict=True))]
        )


def last_lines(file: Path) -> list[str]:
    """The last lines of a log that hold anything, each cut where it is long; none where it cannot be read."""
    try:
        with file.open("rb") as log:
            log.seek(max(file.stat().st_size - LAST_BYTES, 0))
            text = log.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return [line if len(line) <= LINE_WIDTH else line[: LINE_WIDTH - 3] + "..." for line in lines[-LAST_LINES:]]


def duration(seconds: float) -> str:
    """Such as 8 s, 3 min 12 s, 2 h 05 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def _program(name: str) -> str:
    """How to call a program of the environment that runs this: by its name alone where that is activated."""
    program = Path(sys.executable).with_name(name)
    if not program.is_file():
        return f"{_program('python')} -m {name}"
    if os.environ.get("VIRTUAL_ENV") == sys.prefix:
        return name
    near = os.path.relpath(program)
    return shlex.quote(str(program) if near.startswith(os.pardir) else near)

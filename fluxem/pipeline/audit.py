"""Which jobs are fresh, and why the others are not, from the plan and the manifests alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from fluxem.pipeline import layout
from fluxem.pipeline.environment import code_files, row_of
from fluxem.pipeline.manifest import Content, DamagedError, read_manifest, sha256
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.spec import Spec, differences

#: What is wrong: a file is not there; a file is not as it was made; a job was done with another configuration, code,
#: library or input; a job reads what another job has yet to make again.
Kind = Literal["missing", "damaged", "stale", "upstream"]
#: Keys under which a spec holds the specs of what its job reads.
_NESTED = ("dataset", "trained", "evaluated", "runs")
CHANGED = "hand-edited or corrupted: its sha256 is not that of the file that was made"


@dataclass(frozen=True)
class Finding:
    """One thing that keeps a job from being fresh.

    Attributes:
        kind: see `Kind`.
        reason: in one clause.
        file: the file that it is about, below the results folder; None where it is about the whole job.
        after: of kind "upstream", the manifests of the jobs that have to be done again first.
    """

    kind: Kind
    reason: str
    file: str | None = None
    after: tuple[str, ...] = field(default=(), compare=False)


class Audit:
    """The findings of every job of a plan, those that were planned for `all` and those for `paper`.

    Jobs are named by the file of their manifest below the results folder, as in `Plan.jobs`.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.jobs: dict[str, Spec] = plan.jobs()
        self._hashes: dict[str, str | None] = {}
        self._codes: dict[tuple[str, str, str | None], dict[str, str]] = {}

    @cached_property
    def findings(self) -> Mapping[str, tuple[Finding, ...]]:
        """What is wrong with each job; nothing, where it is fresh. Raises InputError for a file that cannot be read."""
        found: dict[str, tuple[Finding, ...]] = {}
        for name, spec in self.jobs.items():
            # what it reads comes before it, and was judged
            waits = tuple(job for job in self._before(spec) if found.get(job))
            found[name] = tuple(self._judge(name, spec, waits))
        return found

    @cached_property
    def makers(self) -> dict[str, str]:
        """The job of every file that is planned: outputs, manifests, logs and times."""
        return {
            file: name
            for name, spec in self.jobs.items()
            for file in (*layout.outputs(spec), name, *layout.notes(spec))
        }

    def _before(self, spec: Spec) -> Iterator[str]:
        """The jobs that a job reads from."""
        if "runs_of" in spec:
            yield from dict.fromkeys(self.makers[file] for file in layout.reads(spec))
        else:
            yield from map(layout.manifest, layout.inputs(spec))

    def _judge(self, name: str, spec: Spec, waits: tuple[str, ...]) -> Iterator[Finding]:
        try:
            kept = read_manifest(self.plan.results, name)
        except (FileNotFoundError, DamagedError) as error:
            absent = isinstance(error, FileNotFoundError)
            gone = [file for file in layout.outputs(spec) if self._hash(file) is None]
            if absent and len(gone) == len(layout.outputs(spec)):
                yield Finding("missing", "nothing of it is there")
            else:
                yield Finding("missing", "is not there", name) if absent else Finding("damaged", CHANGED, name)
                yield from (Finding("missing", "is not there", file) for file in gone)
            return
        yield from (Finding("stale", reason) for reason in self._stale(spec, kept))
        for file in layout.outputs(spec):
            found = self._hash(file)
            if found is None:
                yield Finding("missing", "is not there", file)
            elif found != kept["outputs"].get(file, found):
                yield Finding("damaged", CHANGED, file)
        if waits:
            yield Finding("upstream", f"{layout.describe(self.jobs[waits[0]])} is not fresh", after=waits)
        else:
            yield from (Finding("stale", reason) for reason in self._read_others(spec, kept))

    def _stale(self, spec: Spec, kept: Content) -> Iterator[str]:
        """How what the job itself depends on differs from when it was done."""
        expected, found = (
            {key: value for key, value in each.items() if key not in _NESTED} for each in (spec, kept["spec"])
        )
        if expected["code"] != found["code"]:
            yield from self._changed_code(spec, kept["code"])
            found["code"] = expected["code"]
        yield from differences(expected, found)
        if (device := self.plan.device(spec)) != kept.get("device"):
            yield f"device is {kept.get('device')}, expected {device}"

    def _changed_code(self, spec: Spec, before: Mapping[str, str]) -> Iterator[str]:
        key = spec["step"], spec["task"], row_of(spec)
        if key not in self._codes:
            self._codes[key] = code_files(self.plan.root, *key)
        now = self._codes[key]
        for file in sorted(now.keys() | before.keys()):
            if file not in now:
                yield f"{file} counts no longer"
            elif file not in before:
                yield f"{file} counts since"
            elif now[file] != before[file]:
                yield f"{file} changed"

    def _read_others(self, spec: Spec, kept: Content) -> Iterator[str]:
        """How the job's inputs differ from those that are there now, where these are fresh."""
        for key in _NESTED:
            yield from differences(spec.get(key), kept["spec"].get(key), key)
        for file in layout.reads(spec):
            if file not in kept["inputs"]:
                yield f"it never read {file}"
            elif (found := self._hash(file)) is None:
                yield f"its input {file} is not there"
            elif found != kept["inputs"][file]:
                yield f"its input {file} was made again since, with other content"

    def _hash(self, file: str) -> str | None:
        """The SHA-256 of a file below the results folder; None where there is none."""
        if file not in self._hashes:
            path = self.plan.results / file
            self._hashes[file] = sha256(path) if path.is_file() else None
        return self._hashes[file]
